"""What staff did, told from any room.

The log itself is a table of moderation, which stands above most rooms and may not be imported there: it says here how a
line is written (moderation/apps.py), and whoever has something to tell calls `note`.
"""

from collections.abc import Callable
from typing import Any

from django.db import models

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
