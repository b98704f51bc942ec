"""What was agreed on and waits for its payment, yet is no order: rooms above this one (offers) name theirs at start-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import User


@dataclass(frozen=True)
class Agreed:
    """An agreement that the list of orders shows beside its orders."""

    title: str
    other: User
    url: str
    amount_fen: int
    until: datetime  # until when it holds without having been paid for


# (who looks, "buyer" or "seller") → newest first.
Source = Callable[[User, str], list[Agreed]]

_sources: dict[str, Source] = {}


def add_source(name: str, source: Source) -> None:
    """Name what `name` knows of; a second call takes the place of the first."""
    _sources[name] = source


def unpaid(user: User, *, side: str) -> list[Agreed]:
    """Everything that this side of it waits to have paid, or to pay."""
    return [agreed for source in _sources.values() for agreed in source(user, side)]
