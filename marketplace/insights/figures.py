"""Reading daily figures: by metric and range of days, from `insights_analytics` alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import DateField, QuerySet, Sum
from django.db.models.functions import Cast, TruncDay, TruncMonth, TruncWeek
from django.utils import timezone

from marketplace.core import clock
from marketplace.insights.models import Analytics
from marketplace.insights.services import CLOSED


class Grain(StrEnum):
    """What a point of a chart stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_TRUNC = {Grain.DAY: TruncDay, Grain.WEEK: TruncWeek, Grain.MONTH: TruncMonth}


@dataclass(frozen=True)
class Span:
    """Days of China's, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """As many days before these; of whole months as many months."""
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Span(add_months(self.first, -months), self.first - timedelta(days=1))
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def points(self, grain: Grain) -> list[date]:
        """The first day of each day, week or month that the span touches."""
        found, day = [], bucket_of(self.first, grain)
        while day <= self.last:
            found.append(day)
            day = add_months(day, 1) if grain == Grain.MONTH else day + timedelta(days=7 if grain == Grain.WEEK else 1)
        return found


def add_months(day: date, months: int) -> date:
    """The first of the month so many months after the one of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def bucket_of(day: date, grain: Grain) -> date:
    """The first day of the day, week (from Monday) or month of a day."""
    if grain == Grain.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if grain == Grain.WEEK else day


Values = Mapping[date, Mapping[str, int]]  # point → dimension → value


@dataclass(frozen=True)
class Figures:
    """The values of some metrics in a span: by point, by dimension, and what stood before it began."""

    span: Span
    points: list[date]
    values: Mapping[str, Values]
    standing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def at(self, key: str, point: date | None = None, dimension: str | None = None) -> int:
        """The value at a point, or of the whole span; of one dimension, or of all together."""
        points = self.values.get(key, {})
        chosen: Iterable[Mapping[str, int]] = points.values() if point is None else [points.get(point, {})]
        return sum(sum(one.values()) if dimension is None else one.get(dimension, 0) for one in chosen)

    def dimensions(self, key: str) -> list[str]:
        """The dimensions that have a value, the largest first."""
        totals: dict[str, int] = defaultdict(int, self.standing.get(key, {}))
        for by_dimension in self.values.get(key, {}).values():
            for dimension, value in by_dimension.items():
                totals[dimension] += value
        return sorted(totals, key=lambda name: (-abs(totals[name]), name))

    def stands(self, key: str, dimension: str, until: date) -> int:
        """What the changes sum up to at the end of a point."""
        moved = sum(by.get(dimension, 0) for point, by in self.values.get(key, {}).items() if point <= until)
        return self.standing.get(key, {}).get(dimension, 0) + moved


def load(keys: Iterable[str], span: Span, grain: Grain, *, standing: Iterable[str] = ()) -> Figures:
    """Everything a board shows in one statement; one more for what is standing since before."""
    rows = (
        _rows(keys, span)
        .annotate(point=Cast(_TRUNC[grain]("day"), DateField()))
        .values_list("metric", "point", "dimension")
        .annotate(total=Sum("value"))
        .order_by()
    )
    values: dict[str, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for metric, point, dimension, total in rows:
        values[metric][point][dimension] = total
    standing, before = list(standing), defaultdict[str, dict[str, int]](dict)
    if standing:
        earlier = Analytics.objects.filter(metric__in=standing, day__lt=span.first).values_list("metric", "dimension")
        for metric, dimension, total in earlier.annotate(total=Sum("value")).order_by():
            before[metric][dimension] = total
    return Figures(span, span.points(grain), values, before)


def series(metric: str, start: date, end: date, dimension: str = "") -> dict[date, int]:
    """The values of one metric by day, `start` and `end` included; days without one are left out.

    Without a dimension, all parts of the metric together.
    """
    rows = _rows([metric], Span(start, end))
    if dimension:
        rows = rows.filter(dimension=dimension)
    return dict(rows.values_list("day").annotate(total=Sum("value")).order_by("day"))


def open_days(span: Span) -> list[date]:
    """The days of a span that are not counted to their end yet."""
    last = min(span.last, timezone.localdate(clock.now()))
    closed = set(_rows([CLOSED], span).values_list("day", flat=True))
    return [day for day in _days(span.first, last) if day not in closed]


def _rows(keys: Iterable[str], span: Span) -> QuerySet[Analytics]:
    return Analytics.objects.filter(metric__in=list(keys), day__range=(span.first, span.last))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
