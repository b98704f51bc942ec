"""How long work may take before the money of it comes free by itself, asked from below.

Payments are a room above this one and may not be imported here: it says at start-up (payments/apps.py) what each of its
channels holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# The name of a channel for people → days of work that fit into its freeze, less acceptance, clearing and a reserve.
Limits = Callable[[], Mapping[str, int]]

_limits: list[Limits] = []


@dataclass(frozen=True)
class ChannelLimit:
    """The channel that holds money for the shortest time, and how many days of work fit into that."""

    channel: str
    days: int


def limited_by(limits: Limits) -> None:
    """Name the one function that knows the limits of the channels."""
    _limits[:] = [limits]


def shortest_channel() -> ChannelLimit | None:
    """The strictest of all channels, since the buyer chooses one only when paying. None where no channel holds money."""
    found = _limits[0]() if _limits else {}
    if not found:
        return None
    channel, days = min(found.items(), key=lambda pair: pair[1])
    return ChannelLimit(channel, days)
