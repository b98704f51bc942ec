"""What a metric is: its rule in words, and the statement that counts it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise
# A payment's confirmation that was lost, a mail server's late answer: found within this time.
RECOUNTED_DAYS = 3


class Unit(StrEnum):
    """What a value counts. All are whole numbers; shares are kept in basis points (10,000 are all)."""

    COUNT = "count"
    PEOPLE = "people"
    FEN = "fen"
    BASIS_POINTS = "basis_points"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    STARS = "stars"  # hundredths of a star
    HUNDREDTHS = "hundredths"  # so many of one for each of another

    @property
    def label(self) -> Words:
        """Its name on a page."""
        return _UNITS[self]


_UNITS: dict[Unit, Words] = {
    Unit.COUNT: pgettext_lazy("unit", "number"),
    Unit.PEOPLE: pgettext_lazy("unit", "people"),
    Unit.FEN: pgettext_lazy("unit", "yuan (kept in fen)"),
    Unit.BASIS_POINTS: pgettext_lazy("unit", "share"),
    Unit.SECONDS: pgettext_lazy("unit", "time (kept in seconds)"),
    Unit.MILLISECONDS: pgettext_lazy("unit", "milliseconds"),
    Unit.STARS: pgettext_lazy("unit", "stars"),
    Unit.HUNDREDTHS: pgettext_lazy("unit", "of each"),
}


class Adding(StrEnum):
    """How the figure of several days is made from those of each."""

    SUM = "sum"
    MONTH = "month"
    MOVEMENT = "movement"
    DAY = "day"

    @property
    def label(self) -> Words:
        """The rule in words."""
        return _ADDING[self]


_ADDING: dict[Adding, Words] = {
    Adding.SUM: _("Days add up."),
    Adding.MONTH: _("The days of one month add up to its different people; months do not add up."),
    Adding.MOVEMENT: _("Days hold the changes; what stands at the end of a day is their sum since the beginning."),
    Adding.DAY: _("Each day has its own: people of several days, or middles of several days, do not add up."),
}


@dataclass(frozen=True)
class Metric:
    """One figure of a day. `dimension` names what it is divided by; whole is then the sum of its parts."""

    key: str
    name: Words
    unit: Unit
    description: Words
    adding: Adding = Adding.SUM
    dimension: str = ""


@dataclass(frozen=True)
class Source:
    """A statement that counts `metrics` for a range of days: rows of day, dimension, and a value for each metric in turn.

    It is given %(start)s and %(end)s, the moments of the range, %(first)s and %(last)s, its days, and %(zone)s. What is NULL or
    zero is not kept. `raw_days` says for how many days what it reads is held: older days stay as they were counted.
    `recounted_days`: so long after a day what belongs to it may still be recorded or change; each night counts it anew.
    """

    key: str
    words: Words
    sql: str
    metrics: tuple[Metric, ...]
    raw_days: Callable[[], int] | None = None
    recounted_days: int = RECOUNTED_DAYS
