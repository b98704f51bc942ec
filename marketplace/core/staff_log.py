"""What staff did, told from any room.

The log itself is a table of moderation, which stands above most rooms and may not be imported there: it says here how a
line is written (moderation/apps.py), and whoever has something to tell calls `note`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import models, transaction
from django.utils import timezone

from marketplace.core import clock

_DAY_SECONDS = 24 * 60 * 60
_writers: list[Callable[..., models.Model]] = []


def written_by(writer: Callable[..., models.Model]) -> None:
    """Name the one function that writes a line: keyword arguments `actor`, `action`, `data`, `subject`."""
    _writers[:] = [writer]


def note(*, actor: models.Model, action: str, data: dict[str, Any], subject: models.Model | None = None) -> None:
    """Write a line in the caller's transaction: what is undone was never done. `data` goes to JSON.

    `subject` is whom or what it was done to, when that has a page of its own where its lines are looked for.

    Raises RuntimeError when nobody keeps the log: what staff does with money is not done unseen.
    """
    if not _writers:
        raise RuntimeError("nobody keeps the staff log")
    _writers[0](actor=actor, action=action, data=data, subject=subject)


@transaction.atomic
def note_reading(
    *, actor: models.Model, action: str, what: int, data: dict[str, Any], subject: models.Model | None = None
) -> None:
    """Write that somebody read `what` (a key): once a person, thing and day, or again when the cache forgot."""
    key = f"read:{action}:{actor.pk}:{what}:{timezone.localdate(clock.now())}"
    if cache.get(key) is None:
        note(actor=actor, action=action, data=data, subject=subject)
        transaction.on_commit(partial(cache.set, key, True, _DAY_SECONDS))
