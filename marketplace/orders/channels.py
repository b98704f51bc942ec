"""How long work may take before the money of it comes free by itself, asked from below.

Payments are a room above this one and may not be imported here: it says at start-up (payments/apps.py) what each of its
channels holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from marketplace.orders.models import Order

# The name of a channel for people → days of work that fit into its freeze, less acceptance, clearing and a reserve.
Limits = Callable[[], Mapping[str, int]]

_limits: list[Limits] = []


@dataclass(frozen=True)
class ChannelLimit:
    """The channel that holds money for the shortest time, and how many days of work fit into that."""

    channel: str
    days: int


@dataclass(frozen=True)
class HeldWork:
    """The channel that holds the money of an order, and until when its work has to be delivered."""

    channel: str
    deliver_by: datetime


_held: list[Callable[[Order], HeldWork | None]] = []


def limited_by(limits: Limits, *, held: Callable[[Order], HeldWork | None]) -> None:
    """Name the two functions that know: the limits of the channels, and that of an order that was paid through one of them."""
    _limits[:] = [limits]
    _held[:] = [held]


def held_work(order: Order) -> HeldWork | None:
    """Until when a paid order has to be delivered. None where its money comes free only by what we do."""
    return _held[0](order) if _held else None


def shortest_channel() -> ChannelLimit | None:
    """The strictest of all channels, since the buyer chooses one only when paying. None where no channel holds money."""
    found = _limits[0]() if _limits else {}
    if not found:
        return None
    channel, days = min(found.items(), key=lambda pair: pair[1])
    return ChannelLimit(channel, days)
