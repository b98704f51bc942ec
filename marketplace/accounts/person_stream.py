"""The stream of what happened with a person, of which every room tells its part (the people's desk of moderation shows it)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from marketplace.accounts.models import User


@dataclass(frozen=True)
class Item:
    """Something that happened."""

    at: datetime
    kind: str
    title: str
    details: str = ""
    url: str = ""


@dataclass(frozen=True)
class Part:
    """A kind of things: its name, who of the staff may see it, and how what came before a moment is found, newest first."""

    name: str | Promise
    permission: str
    find: Callable[[User, datetime, int], Iterable[Item]]


_parts: dict[str, Part] = {}


def register_part(kind: str, part: Part) -> None:
    """Let a room tell its part. The same kind again replaces it."""
    _parts[kind] = part


def registered_parts() -> dict[str, Part]:
    """What rooms have registered."""
    return dict(_parts)
