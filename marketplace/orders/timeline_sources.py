"""What else stands in an order's time line, asked from below: rooms above this one (messaging) add theirs at start-up."""

from collections.abc import Callable

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.orders.timeline import TimelineEntry

# (order, who looks) → entries in any order. Called for the two sides only, never while staff looks as one of them.
Source = Callable[[Order, User], list[TimelineEntry]]

_sources: dict[str, Source] = {}


def add_source(name: str, source: Source) -> None:
    """Name what `name` adds to time lines; a second call takes the place of the first."""
    _sources[name] = source


def entries(order: Order, viewer: User) -> list[TimelineEntry]:
    """Everything that other rooms know of the two during this order."""
    return [entry for source in _sources.values() for entry in source(order, viewer)]
