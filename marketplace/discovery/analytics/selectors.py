"""What the dashboards of the search show. Permission inside: whoever reads these needs `discovery.view_searchday`.

A query is named only where at least `discovery.figures_people` people typed it within a calendar month: below that it may
point at one of them. The sums of all searches leave nobody out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import CharField, Count, F, FloatField, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, NullIf, TruncMonth
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.discovery.analytics.models import JudgedScore, SearchDay
from marketplace.discovery.models import SearchHistory

PERMISSION = "discovery.view_searchday"
PERIODS = (7, 28, 90)
ROWS_SHOWN, ROWS_EXPORTED = 20, 5000
# Somebody who changes the words within this time, without having opened anything, had not found it.
REPHRASED_WITHIN_MINUTES = 5
# A rise from nothing is no news: so many of the newer half at least, and this is added to both before they are compared.
RISING_SEARCHES, RISING_SMOOTHING = 5, 3
# Where fewer searches than this led to anything that was opened, what was found was not what was looked for.
OPENED_SELDOM = 0.3


@dataclass(frozen=True)
class Span:
    """Days of China's, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """As many days before these."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


@dataclass(frozen=True)
class QueryFigures:
    """A query within a span of days."""

    query: str
    searches: int
    without_result: int
    clicked: int
    ordered: int
    before: int = 0  # searches in as many days before

    @property
    def clicked_percent(self) -> int:
        return round(100 * self.clicked / self.searches) if self.searches else 0


@dataclass(frozen=True)
class Rephrasing:
    """People who typed `query`, opened nothing, and typed `following` next."""

    query: str
    following: str
    people: int
    clicked_after: int


@dataclass(frozen=True)
class Place:
    """How often something stood at this place of the first page, and was opened there."""

    number: int
    shown: int
    clicked: int

    @property
    def permille(self) -> int:
        return round(1000 * self.clicked / self.shown) if self.shown else 0


def span_of(days: int) -> Span:
    """The last `days` whole days."""
    last = timezone.localdate(clock.now()) - timedelta(days=1)
    return Span(last - timedelta(days=days - 1), last)


def totals(staff: User, span: Span) -> Mapping[str, int]:
    """The sums of all searches. Raises PermissionDenied."""
    whole = _days(staff, span).filter(folded="")
    names = ("searches", "people", "without_result", "few_results", "corrected", "clicked", "attributable", "ordered")
    return {name: value or 0 for name, value in whole.aggregate(**{name: Sum(name) for name in names}).items()} | {
        "milliseconds": round(_mean(whole) or 0)
    }


def searches_by_day(staff: User, span: Span) -> list[tuple[date, int, int]]:
    """Day, searches, searches without a result; every day of the span. Raises PermissionDenied."""
    rows = _days(staff, span).filter(folded="").values_list("day", "searches", "without_result")
    known = {day: (searches, without) for day, searches, without in rows}
    days = (span.first + timedelta(days=number) for number in range(span.days))
    return [(day, *known.get(day, (0, 0))) for day in days]


def top_queries(staff: User, span: Span, *, limit: int = ROWS_SHOWN) -> list[QueryFigures]:
    """What is searched for most. Raises PermissionDenied."""
    rows = _queries(staff, span).order_by("-all_searches", "folded")[:limit]
    return _beside_before(staff, span, rows)


def rising_queries(staff: User, span: Span, *, limit: int = ROWS_SHOWN) -> list[QueryFigures]:
    """What is searched for more than in as many days before, the steepest first. Raises PermissionDenied."""
    rows = list(_queries(staff, span).filter(all_searches__gte=RISING_SEARCHES))
    earlier = dict(_days(staff, span.before()).exclude(folded="").values_list("folded").annotate(Sum("searches")))
    found = [_figures(row, before=earlier.get(row["folded"], 0)) for row in rows]
    risen = [one for one in found if one.searches > one.before]
    return sorted(risen, key=lambda one: (-_rise(one), -one.searches, one.query))[:limit]


def queries_without_result(staff: User, span: Span, *, limit: int = ROWS_SHOWN) -> list[QueryFigures]:
    """What people looked for in vain. Raises PermissionDenied."""
    rows = _queries(staff, span).filter(all_without_result__gt=0).order_by("-all_without_result", "folded")[:limit]
    return _beside_before(staff, span, rows)


def queries_without_click(staff: User, span: Span, *, limit: int = ROWS_SHOWN) -> list[QueryFigures]:
    """Where something was found and little of it was opened, of those searched for often, the least first.

    Raises PermissionDenied.
    """
    share = Cast("all_clicked", FloatField()) / NullIf(Cast("all_searches", FloatField()), 0.0)
    rows = _queries(staff, span).annotate(share=share).filter(all_searches__gte=RISING_SEARCHES, all_without_result=0)
    seldom = rows.filter(share__lt=OPENED_SELDOM).order_by("share", "-all_searches", "folded")
    return _beside_before(staff, span, seldom[:limit])


_REPHRASED = """
SELECT folded, following, count(DISTINCT visitor),
    count(DISTINCT visitor) FILTER (
        WHERE EXISTS (SELECT 1 FROM discovery_searchclick click WHERE click.search_id = steps.following_id)
    )
FROM (
    SELECT id, folded, visitor, lead(folded) OVER own AS following, lead(id) OVER own AS following_id,
        lead(created_at) OVER own - created_at AS later
    FROM discovery_searchhistory
    WHERE visitor <> '' AND created_at >= %s AND created_at < %s
    WINDOW own AS (PARTITION BY visitor ORDER BY created_at, id)
) steps
WHERE following <> folded AND later <= make_interval(mins => %s)
    AND NOT EXISTS (SELECT 1 FROM discovery_searchclick click WHERE click.search_id = steps.id)
GROUP BY folded, following
HAVING count(DISTINCT visitor) >= %s
ORDER BY 3 DESC, folded, following
LIMIT %s
"""


def rephrasings(staff: User, span: Span, *, limit: int = ROWS_SHOWN) -> list[Rephrasing]:
    """Queries after which people tried another. Raises PermissionDenied."""
    _check(staff)
    return find_rephrasings(span, limit=limit)


def find_rephrasings(span: Span, *, limit: int) -> list[Rephrasing]:
    """As `rephrasings`, for jobs. From the searches themselves: only what is not anonymised yet is counted, and of a long span
    the last weeks: they lie in two calendar months at most, so that one person is never taken for three.
    """
    span = Span(max(span.first, span.last - timedelta(days=PERIODS[1] - 1)), span.last)
    with connection.cursor() as cursor:
        cursor.execute(
            _REPHRASED,
            [
                clock.midnight(span.first), clock.midnight(span.last + timedelta(days=1)), REPHRASED_WITHIN_MINUTES,
                get_config("discovery.figures_people"), limit,
            ],
        )  # fmt: skip
        return [Rephrasing(*row) for row in cursor.fetchall()]


def click_curve(staff: User, span: Span) -> list[Place]:
    """The places of the first page. Raises PermissionDenied."""
    shown: dict[int, int] = {}
    clicked: dict[int, int] = {}
    for shown_at, clicked_at in _days(staff, span).filter(folded="").values_list("shown_at", "clicked_at"):
        for place, count in enumerate(shown_at, start=1):
            shown[place] = shown.get(place, 0) + count
        for place, count in enumerate(clicked_at, start=1):
            clicked[place] = clicked.get(place, 0) + count
    return [Place(place, shown[place], clicked.get(place, 0)) for place in sorted(shown) if shown[place]]


def judged_scores(staff: User, span: Span) -> list[tuple[str, list[JudgedScore]]]:
    """The scores of each judged set, oldest first; last night's stands beyond the span. Raises PermissionDenied."""
    _check(staff)
    rows = (
        JudgedScore.objects.filter(day__gte=span.first).select_related("judged_set").order_by("judged_set__name", "day")
    )
    return [(name, list(scores)) for name, scores in groupby(rows, key=lambda one: one.judged_set.name)]


def _check(staff: User) -> None:
    if not staff.has_perm(PERMISSION):
        raise PermissionDenied


def _days(staff: User, span: Span) -> QuerySet[SearchDay]:
    _check(staff)
    return SearchDay.objects.filter(day__gte=span.first, day__lte=span.last)


def _queries(staff: User, span: Span) -> QuerySet:
    return (
        _days(staff, span)
        .filter(folded__in=_named(span))
        .values("folded")
        .annotate(
            all_searches=Sum("searches"), all_without_result=Sum("without_result"), all_clicked=Sum("clicked"),
            all_ordered=Sum("ordered"),
        )
    )  # fmt: skip


def _named(span: Span) -> QuerySet:
    """The queries of enough different people within a month of China's: so long, and no longer, a browser is the same one.

    From the searches themselves: over several days a single person would be a crowd.
    """
    lines = SearchHistory.objects.filter(
        created_at__gte=clock.midnight(span.first), created_at__lt=clock.midnight(span.last + timedelta(days=1))
    ).exclude(folded="")
    people = Count(Coalesce(Cast("user_id", CharField()), F("visitor")), distinct=True)
    least = get_config("discovery.figures_people")
    by_month = lines.annotate(month=TruncMonth("created_at")).values("folded", "month").annotate(people=people)
    return by_month.filter(people__gte=least).order_by().values("folded").distinct()


def queries_of_several(span: Span, *, limit: int) -> list[str]:
    """The most frequent queries that may be named, for jobs."""
    rows = SearchDay.objects.filter(day__gte=span.first, day__lte=span.last, folded__in=_named(span))
    frequent = rows.values("folded").annotate(all_searches=Sum("searches")).order_by("-all_searches", "folded")
    return list(frequent.values_list("folded", flat=True)[:limit])


def _beside_before(staff: User, span: Span, rows: Iterable[Mapping]) -> list[QueryFigures]:
    """The figures of these rows beside the searches of as many days before."""
    rows = list(rows)
    earlier = dict(
        _days(staff, span.before())
        .filter(folded__in=[row["folded"] for row in rows])
        .values_list("folded")
        .annotate(Sum("searches"))
    )
    return [_figures(row, before=earlier.get(row["folded"], 0)) for row in rows]


def _figures(row: Mapping, *, before: int = 0) -> QueryFigures:
    return QueryFigures(
        row["folded"], row["all_searches"], row["all_without_result"], row["all_clicked"], row["all_ordered"], before
    )


def _rise(one: QueryFigures) -> float:
    return (one.searches + RISING_SMOOTHING) / (one.before + RISING_SMOOTHING)


def _mean(whole: QuerySet[SearchDay]) -> float | None:
    return whole.aggregate(mean=Sum("milliseconds") / NullIf(Sum(F("timed")), 0))["mean"]
