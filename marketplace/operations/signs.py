"""One thing that operators look at, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Green, amber, red; grey for what nobody can say."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Signal:
    """A line of the page: what it is, how it stands in words, and the way to where something can be done."""

    label: str
    level: Level
    words: str
    url: str = ""


_ORDER = (Level.BAD, Level.WATCH, Level.UNKNOWN, Level.GOOD)


def worst(signals: list[Signal]) -> Level:
    """The level of the worst of them."""
    return min((signal.level for signal in signals), key=_ORDER.index, default=Level.GOOD)
