"""The time of business rules. The demo and the tests move it; nothing else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())


def now() -> datetime:
    """The moment at which a rule is applied, aware, in UTC."""
    return timezone.now() + _offset.get()


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Within the block, `now()` starts at `moment` and runs on from there."""
    token = _offset.set(moment - timezone.now())
    try:
        yield
    finally:
        _offset.reset(token)
