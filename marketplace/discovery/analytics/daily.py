"""The nightly count of searches: a line a day and query, and one a day. Counted again while orders may still come."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.jobs import Deadline
from marketplace.discovery.analytics.models import SearchClick, SearchDay
from marketplace.discovery.analytics.recording import FIRST_PAGE
from marketplace.discovery.models import SearchHistory
from marketplace.orders.models import Order

# Product decision: an order that comes later is no longer the search's doing.
ORDER_WITHIN = timedelta(days=14)
# A day is counted again until its last order may have come, and one more for the job that did not run.
COUNTED_AGAIN_DAYS = ORDER_WITHIN.days + 2
FEW_RESULTS = 6
BATCH = 500


def attribute_orders() -> int:
    """Note for each paid order the click that led to it: the buyer's last on that gig before it. Returns how many were new.

    Only of people whose searches are kept under their account can it be known.
    """
    since = clock.now() - timedelta(days=COUNTED_AGAIN_DAYS)
    clicks = SearchClick.objects.filter(
        search__user=OuterRef("buyer"),
        gig=OuterRef("gig"),
        order=None,
        created_at__lte=OuterRef("created_at"),
        created_at__gte=OuterRef("created_at") - ORDER_WITHIN,
    ).order_by("-created_at", "-pk")
    orders = (
        Order.objects.filter(paid_at__gte=since, search_click=None)
        .annotate(click=Subquery(clicks.values("pk")[:1]))
        .exclude(click=None)
        .order_by("created_at", "pk")
    )
    count = 0
    for order_id, click_id in orders.values_list("pk", "click"):
        # Two orders after one click: the first has it.
        count += SearchClick.objects.filter(pk=click_id, order=None).update(order=order_id)
    return count


def count_days(*, until: Deadline | None = None) -> int:
    """Count the last days, the newest first; returns how many days that were."""
    attribute_orders()
    today = timezone.localdate(clock.now())
    until = until or Deadline()
    count = 0
    for back in range(1, COUNTED_AGAIN_DAYS + 1):
        if until.is_over:
            break
        count_day(today - timedelta(days=back))
        count += 1
    return count


def count_day(day: date) -> None:
    """Write the lines of this day of China's anew."""
    start = timezone.make_aware(datetime.combine(day, time()))
    lines = _lines(start, start + timedelta(days=1))
    rows = [SearchDay(day=day, **row) for row in lines.values("folded").annotate(**_FIGURES)]
    whole = lines.aggregate(**_FIGURES)
    if whole["searches"]:
        shown_at, clicked_at = _places(lines)
        rows.append(SearchDay(day=day, folded="", shown_at=shown_at, clicked_at=clicked_at, **whole))
    with transaction.atomic():
        SearchDay.objects.filter(day=day).delete()
        SearchDay.objects.bulk_create(rows, batch_size=BATCH)


_FIGURES = {
    "searches": Count("pk"),
    "people": Count("person", distinct=True),
    "without_result": Count("pk", filter=Q(result_count=0)),
    "few_results": Count("pk", filter=Q(result_count__gt=0, result_count__lt=FEW_RESULTS)),
    "corrected": Count("pk", filter=Q(plan__has_key="corrected") & ~Q(plan__corrected="")),
    "clicked": Count("pk", filter=Q(has_click=True)),
    "attributable": Count("pk", filter=Q(user__isnull=False)),
    "ordered": Count("pk", filter=Q(has_order=True)),
    "timed": Count("took_ms"),
    "milliseconds": Coalesce(Sum("took_ms"), 0),
}


def _lines(start: datetime, end: datetime) -> QuerySet[SearchHistory]:
    clicks = SearchClick.objects.filter(search=OuterRef("pk"))
    return (
        SearchHistory.objects.filter(created_at__gte=start, created_at__lt=end)
        .exclude(folded="")
        .annotate(
            person=Coalesce(Cast("user_id", CharField()), F("visitor")),
            has_click=Exists(clicks),
            has_order=Exists(clicks.filter(order__isnull=False)),
        )
    )


def _places(lines: QuerySet[SearchHistory]) -> tuple[list[int], list[int]]:
    """How often something stood at each place of the first page, and how often it was opened there."""
    shown = [0] * FIRST_PAGE
    for lists in lines.values_list("shown", flat=True).iterator(BATCH):
        filled = max((len(one["ids"]) for one in lists if one["first"] == 1), default=0)
        shown = _added(shown, [1] * min(filled, FIRST_PAGE))
    clicked = [0] * FIRST_PAGE
    clicks = SearchClick.objects.filter(search__in=lines.order_by().values("pk"), place__lte=FIRST_PAGE)
    for place, count in clicks.values_list("place").annotate(count=Count("pk")):
        clicked[place - 1] = count
    return shown, clicked


def _added(left: Iterable[int], right: Iterable[int]) -> list[int]:
    return [one + other for one, other in zip_longest(left, right, fillvalue=0)]
