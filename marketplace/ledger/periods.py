"""Months and years of China's calendar, for statements."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from marketplace.core import clock

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Period:
    """From `first` up to, but not including, `after`; None is no bound. `key` stands in addresses: 2026-11, 2026, all."""

    key: str
    first: date | None = None
    after: date | None = None

    @classmethod
    def month(cls, day: date) -> Self:
        """The month of a day."""
        first = day.replace(day=1)
        return cls(f"{first:%Y-%m}", first, _next_month(first))

    @classmethod
    def year(cls, year: int) -> Self:
        """A whole year."""
        return cls(str(year), date(year, 1, 1), date(year + 1, 1, 1))

    @classmethod
    def everything(cls) -> Self:
        """From the first entry to the newest."""
        return cls("all")

    @classmethod
    def from_key(cls, key: str) -> Self | None:
        """The period of an address, or None when it is not one."""
        year, _dash, month = key.partition("-")
        if key == "all":
            return cls.everything()
        if not (year.isascii() and year.isdecimal() and EARLIEST_YEAR <= int(year) <= LATEST_YEAR):
            return None
        if key == f"{int(year)}":
            return cls.year(int(year))
        if month.isascii() and month.isdecimal() and 1 <= int(month) <= 12 and key == f"{int(year)}-{int(month):02d}":
            return cls.month(date(int(year), int(month), 1))
        return None

    @property
    def is_month(self) -> bool:
        """Whether it is one month."""
        return "-" in self.key

    @property
    def last(self) -> date | None:
        """The last day in it."""
        return None if self.after is None else self.after - timedelta(days=1)

    @property
    def start(self) -> datetime | None:
        """The first moment of it."""
        return None if self.first is None else clock.midnight(self.first)

    @property
    def end(self) -> datetime | None:
        """The first moment after it."""
        return None if self.after is None else clock.midnight(self.after)

    @property
    def label(self) -> str:
        """2026年11月, 2026年, or 全部."""
        if self.first is None:
            return _("Whole time")
        # Translators: date formats of Django; in Chinese Y年n月 and Y年.
        return date_format(self.first, _("F Y") if self.is_month else _("Y"))

    def __str__(self) -> str:
        return self.label

    def before(self) -> Self | None:
        """The month before a month; None for anything else."""
        if not self.is_month or self.first is None or self.first <= date(EARLIEST_YEAR, 1, 1):
            return None
        return self.month(self.first - timedelta(days=1))

    def following(self) -> Self | None:
        """The month after a month; None for anything else."""
        return self.month(self.after) if self.is_month and self.after is not None else None


def months_between(first: date, last: date) -> list[Period]:
    """The months from that of `first` to that of `last`, newest first."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(Period.month(month))
        month = _next_month(month)
    return months[::-1]


def _next_month(first: date) -> date:
    return date(first.year + 1, 1, 1) if first.month == 12 else first.replace(month=first.month + 1)
