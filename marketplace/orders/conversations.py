"""What the two sides of an order said to each other, for a mediator and for the evidence.

Messages are kept by a room above this one, which may not be imported here: it says how they are read (messaging/apps.py).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.files.base import File

from marketplace.accounts.models import User
from marketplace.orders.models import Order

# What was promised before it was bought belongs to it.
BEFORE_THE_ORDER = timedelta(days=30)


@dataclass(frozen=True)
class SaidFile:
    """A file that was sent with a message."""

    pk: int
    name: str
    size: int
    open: Callable[[], File]


@dataclass(frozen=True)
class Said:
    """One message. Of a withdrawn one `text` and `files` are for mediators alone; the two sides are shown that it was there."""

    at: datetime
    by: User
    text: str
    files: list[SaidFile] = field(default_factory=list)
    is_withdrawn: bool = False
    gone_words: str = ""  # what the two sides are shown in its place


Reader = Callable[[Order], Iterable[Said]]
_readers: list[Reader] = []


def read_by(reader: Reader) -> None:
    """Name the one function that reads what was said about an order, oldest first."""
    _readers[:] = [reader]


def conversation_of(order: Order) -> list[Said]:
    """What the two said about it until it ended, oldest first; empty when nobody keeps messages. What they write about later
    orders is nobody's evidence in this one."""
    found = (said for reader in _readers for said in reader(order))
    return [said for said in found if order.ended_at is None or said.at <= order.ended_at]
