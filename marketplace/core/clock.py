"""The time of business rules. The demo and the tests move it; nothing else does.

What the world outside goes by stays real: signatures and what institutions are told, sessions, codes, `created_at` of rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())
# How far the demo's clock is ahead, in this process. One number for all threads: they are to agree on what time it is.
_ahead = timedelta()


def now() -> datetime:
    """The moment at which a rule is applied, aware, in UTC."""
    return timezone.now() + _ahead + _offset.get()


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Within the block, `now()` starts at `moment` and runs on from there."""
    token = _offset.set(moment - timezone.now() - _ahead)
    try:
        yield
    finally:
        _offset.reset(token)


def go_ahead(by: timedelta) -> None:
    """The demo's clock is `by` ahead of the real one from now on, in this process (portal/demo/clock.py)."""
    global _ahead
    _ahead = by


def ahead() -> timedelta:
    """How far the demo's clock is ahead; nothing everywhere else."""
    return _ahead


def real(moment: datetime) -> datetime:
    """A moment of ours as institutions must be told it: their clocks are not moved with the demo's."""
    return moment - _ahead
