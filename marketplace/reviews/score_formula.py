"""The explained score: events in, numbers out. Nothing here reads a database or a clock (docs/levels.md).

    score  = 1 + 9 · (PRIOR_WEIGHT · PRIOR_VALUE + Σ weight · value) / (PRIOR_WEIGHT + Σ weight)        1 … 10
    weight = 0.5 ^ (days since its end / 180) · price part                                               0 … 2
    price part = 1 + 0.5 · log2(price / middle of the seller's price band), between 0.5 and 2
    value  = what its stages are worth, on average                                                       0 … 1

It is a weighted mean: an event below the score pulls it down, one above lifts it, and none counts for more than its weight.
The middle of a band is a number that is written down here, not one of the other sellers': nobody's score moves because of
what others do, and the same orders always give the same score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

HALF_LIFE_DAYS = 180
# Four middling orders that everybody begins with: one order alone neither makes nor breaks anybody.
PRIOR_WEIGHT, PRIOR_VALUE = 4.0, 0.6

# What the buyer's public review says; a buyer who says nothing was content, mostly.
BY_STARS = {1: 0.0, 2: 0.2, 3: 0.45, 4: 0.85, 5: 0.97}
SILENT = 0.9
LATE, SPLIT = 0.3, 0.4
REPEAT = 0.03
# Ended by both, or by one with the other silent: it says little, and is worth no more than this.
CALLED_OFF = 0.5

# Where one price band ends and the next begins, in fen.
BAND_EDGES_FEN = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_MIDDLES_FEN = (5_000, 17_300, 54_800, 173_000, 548_000, 1_730_000)


class Ending(StrEnum):
    """How an order ended."""

    COMPLETED = "completed"
    FOR_SELLER = "for_seller"  # a dispute that gave the buyer nothing back
    SPLIT = "split"
    FOR_BUYER = "for_buyer"  # a dispute that gave all of it back
    SELLER_CANCELLED = "seller_cancelled"
    VERY_LATE = "very_late"  # the buyer ended what was very late
    CALLED_OFF = "called_off"


# What the buyer got nothing of, by the seller's doing.
FAILED = (Ending.FOR_BUYER, Ending.SELLER_CANCELLED, Ending.VERY_LATE)


@dataclass(frozen=True)
class Part:
    """What one order of an agreement says: how it ended, the buyer's public stars, whether it was late (None: nobody knows)."""

    ending: Ending
    stars: int | None = None
    is_late: bool | None = None
    is_repeat: bool = False

    @property
    def value(self) -> float:
        """0 to 1. One star is 0 whatever else there is to say: a bad review never raises."""
        if self.ending in FAILED or self.stars == 1:
            return 0.0
        value = SILENT if self.stars is None else BY_STARS[self.stars]
        if self.ending == Ending.CALLED_OFF:
            value = min(value, CALLED_OFF)
        elif self.is_repeat and (self.stars is None or self.stars > 3):
            value += REPEAT
        value -= LATE * bool(self.is_late) + SPLIT * (self.ending == Ending.SPLIT)
        return min(1.0, max(0.0, value))


@dataclass(frozen=True)
class Happening:
    """One agreement that ended: its orders (stages), how many whole days in China ago, and its price in fen."""

    key: str
    parts: tuple[Part, ...]
    days_ago: int
    price_fen: int

    @property
    def value(self) -> float:
        """0 to 1: the mean of its stages."""
        return math.fsum(part.value for part in self.parts) / len(self.parts)


def band_of(price_fen: int) -> int:
    """The price band, 0 to 5, that a price lies in."""
    return sum(price_fen >= edge for edge in BAND_EDGES_FEN)


def age_part_of(happening: Happening) -> float:
    """What is left of an event's weight after its days: 1 on its day, a half after 180."""
    return 0.5 ** (max(0, happening.days_ago) / HALF_LIFE_DAYS)


def price_part_of(happening: Happening, band: int) -> float:
    """What its price makes of an event's weight for a seller of this price band: 0.5 to 2, 1 in the middle of the band."""
    return min(2.0, max(0.5, 1 + 0.5 * math.log2(max(1, happening.price_fen) / _MIDDLES_FEN[band])))


def weight_of(happening: Happening, band: int) -> float:
    """How much an event counts in the score of a seller of this price band."""
    return age_part_of(happening) * price_part_of(happening, band)


def median_fen(prices: Sequence[int]) -> int:
    """The middle price, the lower of two; 0 of none."""
    return sorted(prices)[(len(prices) - 1) // 2] if prices else 0


def weighted_score(pairs: Sequence[tuple[float, float]]) -> float:
    """The score, 1 to 10, of pairs of weight and value."""
    weight = PRIOR_WEIGHT + math.fsum(weight for weight, _value in pairs)
    total = PRIOR_WEIGHT * PRIOR_VALUE + math.fsum(weight * value for weight, value in pairs)
    return min(10.0, max(1.0, 1 + 9 * total / weight))


def shares(pairs: Sequence[tuple[float, float]]) -> list[int]:
    """How far each of them moves the score away from where everybody begins, in hundredths of a point.

    Together with the beginning they are the score to the hundredth, so that the list on the page adds up: an event's share is
    9 · weight · (value - PRIOR_VALUE) / all weight. What rounding each leaves over goes to those that it has cut most.
    """
    weight = PRIOR_WEIGHT + math.fsum(weight for weight, _value in pairs)
    exact = [900 * own * (value - PRIOR_VALUE) / weight for own, value in pairs]
    cut = [math.floor(points) for points in exact]
    left = hundredths(weighted_score(pairs)) - hundredths(weighted_score([])) - sum(cut)
    by_loss = sorted(range(len(cut)), key=lambda place: cut[place] - exact[place])
    for place in by_loss[:left]:
        cut[place] += 1
    return cut


def tenths(score: float) -> int:
    """A score as it is stored: 10 to 100, rounded half up."""
    return math.floor(score * 10 + 0.5)


def hundredths(points: float) -> int:
    """Points of a score in hundredths, rounded half away from zero."""
    return int(math.copysign(math.floor(abs(points) * 100 + 0.5), points))
