"""What staff did, told from any room.

The log itself is a table of moderation, which stands above most rooms and may not be imported there: it says here how a
line is written (moderation/apps.py), and whoever has something to tell calls `note`.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.forgiving import forgiving_cache

_DAY_SECONDS = 24 * 60 * 60
_writers: list[Callable[..., models.Model]] = []


@dataclass
class Trace:
    """One request of a browser, for the lines that are written while it is answered."""

    find_address: Callable[[], str | None]
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    acts: int = 0  # lines about acts, so that a request which wrote none is seen
    actions: set[str] = field(default_factory=set)  # of all lines, so that none is written twice
    is_refused: bool = False
    # What a form of the admin changed so far, before and after; where the line of an act does not say it better itself.
    changes: Callable[[], tuple[dict[str, Any] | None, dict[str, Any] | None]] | None = None

    @property
    def address(self) -> str | None:
        """Where the request came from; asked for only by who writes a line."""
        return self.find_address()


_trace: ContextVar[Trace | None] = ContextVar("staff_log_trace", default=None)


@contextmanager
def traced(find_address: Callable[[], str | None]) -> Iterator[Trace]:
    """Everything inside belongs to one request: its lines have the same number and address."""
    token = _trace.set(trace := Trace(find_address))
    try:
        yield trace
    finally:
        _trace.reset(token)


def trace_of_request() -> Trace | None:
    """The request that is being answered, or None in a task or a command."""
    return _trace.get()


def written_by(writer: Callable[..., models.Model]) -> None:
    """Name the one function that writes a line: it takes the keyword arguments of `note`, and `is_reading`."""
    _writers[:] = [writer]


def note(
    *,
    actor: models.Model,
    action: str,
    data: dict[str, Any],
    subject: models.Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write a line in the caller's transaction: what is undone was never done. `data` goes to JSON.

    `subject` is whom or what it was done to, when that has a page of its own where its lines are looked for. `before` and
    `after` hold the fields that changed, and no others.

    Raises RuntimeError when nobody keeps the log: what staff does with money is not done unseen.
    """
    _write(actor=actor, action=action, data=data, subject=subject, before=before, after=after, is_reading=False)


@transaction.atomic
def note_reading(
    *, actor: models.Model, action: str, what: int, data: dict[str, Any], subject: models.Model | None = None
) -> None:
    """Write that somebody read `what` (a key): once a person, thing and day, or again when the cache forgot or is away."""
    key = f"read:{action}:{actor.pk}:{what}:{timezone.localdate(clock.now())}"
    if forgiving_cache.get(key) is None:
        _write(actor=actor, action=action, data=data, subject=subject, before=None, after=None, is_reading=True)
        transaction.on_commit(partial(forgiving_cache.set, key, True, _DAY_SECONDS))


def _write(**line: Any) -> None:
    if not _writers:
        raise RuntimeError("nobody keeps the staff log")
    _writers[0](**line)
