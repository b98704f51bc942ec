"""What a board, a chart and a figure are."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.insights.metrics import registry
from marketplace.insights.metrics.definition import Metric, Unit, Words

PERMISSION = "insights.view_analytics"
MONEY_PERMISSION = "ledger.view_account"
_SCALES = {Unit.BASIS_POINTS: 10_000, Unit.HUNDREDTHS: 100}


@dataclass(frozen=True)
class Figure:
    """A metric as it is, or one by another: a share in basis points, else a mean in the unit named.

    Numerator and denominator of a span are sums of its days, so that no mean is made of means.
    """

    key: str
    by: str = ""
    name: Words = ""
    unit: Unit | None = None
    # More of it is worse: a rise is not good news.
    more_is_worse: bool = False

    @property
    def label(self) -> Words:
        return self.name or self.metric.name

    @property
    def metric(self) -> Metric:
        return registry.metric(self.key)

    @property
    def of(self) -> Metric | None:
        """What it is divided by."""
        return registry.metric(self.by) if self.by else None

    @property
    def shown_unit(self) -> Unit:
        if self.unit is not None:
            return self.unit
        return Unit.BASIS_POINTS if self.by else self.metric.unit

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, self.by) if self.by else (self.key,)

    def value(self, numerator: int, denominator: int) -> int | None:
        """The whole number that is shown; None where there is nothing to divide by."""
        if not self.by:
            return numerator
        if denominator <= 0:  # below zero: more was taken back than released
            return None
        scale = _SCALES.get(self.shown_unit, 1)
        return (2 * numerator * scale + denominator) // (2 * denominator)


class Kind(StrEnum):
    """How a chart is drawn."""

    LINES = "lines"  # figures over time
    STACK = "stack"  # the parts of one figure over time
    STANDING = "standing"  # what movements sum up to, by part, over time
    PARTS = "parts"  # figures by dimension, of the whole span
    STEPS = "steps"  # figures beside one another, each a part of the first
    COHORTS = "cohorts"  # months by months


@dataclass(frozen=True)
class Chart:
    """One question, its picture, its table."""

    key: str
    title: Words
    kind: Kind
    figures: tuple[Figure, ...]
    words: Words = ""
    # Of PARTS and STACK: so many, the largest.
    most: int = 12

    @property
    def dimension(self) -> str:
        return self.figures[0].metric.dimension


@dataclass(frozen=True)
class Board:
    """One page of figures."""

    key: str
    title: Words
    words: Words
    tiles: tuple[Figure, ...]
    charts: tuple[Chart, ...]
    permissions: tuple[str, ...] = (PERMISSION,)
    icon: str = "view"

    @property
    def keys(self) -> set[str]:
        """Every metric it reads."""
        figures = [*self.tiles, *(figure for chart in self.charts for figure in chart.figures)]
        return {key for figure in figures for key in figure.keys}
