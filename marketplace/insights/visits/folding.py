"""From page loads to visitors of a day: a job each minute. And how far they came in the end: what they ordered and paid."""

# ruff: noqa: S608 what is put into these statements are constants of this file
from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db import connection, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.jobs import Deadline
from marketplace.insights.models import Channel, VisitorDay
from marketplace.insights.visits.recording import Visit, mark_of_account, take
from marketplace.orders.models import Order

_BATCH = 2_000
VIEWS, LANDINGS = "content.views", "content.landings"

# The first way that says anything stays the day's: who came by a search and later types the address came by a search.
_FOLD = f"""
INSERT INTO insights_visitorday AS known
    (day, visitor, channel, is_member, pages, searched, saw_gig, checked_out, ordered, paid)
SELECT day, visitor, channel, is_member, pages, searched, saw_gig, checked_out, false, false
FROM unnest(%(day)s::date[], %(visitor)s::text[], %(channel)s::text[], %(is_member)s::bool[], %(pages)s::int[],
    %(searched)s::bool[], %(saw_gig)s::bool[], %(checked_out)s::bool[])
    AS row (day, visitor, channel, is_member, pages, searched, saw_gig, checked_out)
ORDER BY day, visitor
ON CONFLICT (day, visitor) DO UPDATE SET
    channel = CASE WHEN known.channel = '{Channel.DIRECT}' THEN excluded.channel ELSE known.channel END,
    is_member = known.is_member OR excluded.is_member,
    pages = known.pages + excluded.pages,
    searched = known.searched OR excluded.searched,
    saw_gig = known.saw_gig OR excluded.saw_gig,
    checked_out = known.checked_out OR excluded.checked_out
RETURNING day, visitor, xmax = 0
"""
# Who logs in was a browser before: that row becomes the account's, so that the way they came by is not lost, and one person not
# two. Where the account has a row of the day already, the browser's stays a visitor of its own.
_RENAME = """
UPDATE insights_visitorday browser SET visitor = pair.visitor, is_member = true
FROM (SELECT DISTINCT ON (day, visitor) * FROM (SELECT DISTINCT ON (day, browser) * FROM
    unnest(%(day)s::date[], %(visitor)s::text[], %(browser)s::text[]) AS noted (day, visitor, browser)
    ORDER BY day, browser, visitor) AS single ORDER BY day, visitor, browser) AS pair
WHERE browser.day = pair.day AND browser.visitor = pair.browser AND NOT browser.is_member
    AND NOT EXISTS (SELECT FROM insights_visitorday known WHERE known.day = pair.day AND known.visitor = pair.visitor)
"""
_COUNT_VIEWS = """
INSERT INTO insights_analytics AS known (day, metric, dimension, value, computed_at)
SELECT day, metric, dimension, value, %(now)s
FROM unnest(%(day)s::date[], %(metric)s::text[], %(page)s::text[], %(value)s::int[]) AS row (day, metric, dimension, value)
ORDER BY day, metric, dimension
ON CONFLICT (day, metric, dimension) DO UPDATE SET value = known.value + excluded.value, computed_at = excluded.computed_at
"""
_MARK = "UPDATE insights_visitorday SET {column} = true WHERE day = %s AND visitor = ANY(%s) AND NOT {column}"
_CHANNELS = """
INSERT INTO insights_orderchannel (order_id, channel)
SELECT placed.id, came.channel
FROM unnest(%s::bigint[], %s::text[]) AS placed (id, visitor)
JOIN insights_visitorday came ON came.day = %s AND came.visitor = placed.visitor
ORDER BY placed.id
ON CONFLICT (order_id) DO NOTHING
"""


def fold_visits(*, until: Deadline | None = None) -> int:
    """Write what was noted since the last run. Returns how many page loads.

    A run that dies between taking and writing loses that batch: a visit less, never one too many. Raises redis.RedisError.
    """
    until = until or Deadline()
    count = 0
    while not until.is_over and (batch := take(_BATCH)):
        _write(batch)
        count += len(batch)
    return count


@transaction.atomic
def _write(batch: list[Visit]) -> None:
    members = sorted({(visit.day, visit.visitor, visit.browser) for visit in batch if visit.browser})
    rows: dict[tuple[str, str], list[Visit]] = {}
    for visit in batch:
        rows.setdefault((visit.day, visit.visitor), []).append(visit)
    with connection.cursor() as cursor:
        # Twice: what this batch itself brings of the browser comes first.
        anonymous = {key: visits for key, visits in rows.items() if not visits[0].is_member}
        new = _fold(cursor, anonymous)
        if members:
            columns = zip(*members, strict=True)
            cursor.execute(_RENAME, dict(zip(("day", "visitor", "browser"), map(list, columns), strict=True)))
        new |= _fold(cursor, {key: visits for key, visits in rows.items() if key not in anonymous})
        views = Counter((visit.day, VIEWS, visit.page) for visit in batch if visit.page)
        views.update((day, LANDINGS, first.page) for day, visitor in new if (first := rows[day, visitor][0]).page)
        if views:
            days, metrics, pages = zip(*views, strict=True)
            cursor.execute(
                _COUNT_VIEWS,
                {
                    "day": list(days),
                    "metric": list(metrics),
                    "page": list(pages),
                    "value": list(views.values()),
                    "now": clock.now(),
                },
            )


def _fold(cursor: object, rows: dict[tuple[str, str], list[Visit]]) -> set[tuple[str, str]]:
    """Write these visitors; returns those who were not there before."""
    if not rows:
        return set()
    cursor.execute(  # type: ignore[attr-defined]
        _FOLD,
        {
            "day": [day for day, _visitor in rows],
            "visitor": [visitor for _day, visitor in rows],
            "channel": [_first_way(visits) for visits in rows.values()],
            "is_member": [any(visit.is_member for visit in visits) for visits in rows.values()],
            "pages": [len(visits) for visits in rows.values()],
            **{
                name: [any(getattr(visit, name) for visit in visits) for visits in rows.values()]
                for name in ("searched", "saw_gig", "checked_out")
            },
        },
    )
    return {(day.isoformat(), visitor) for day, visitor, is_new in cursor.fetchall() if is_new}  # type: ignore[attr-defined]


def _first_way(visits: list[Visit]) -> str:
    return next((visit.channel for visit in visits if visit.channel != Channel.DIRECT), Channel.DIRECT.value)


@transaction.atomic
def mark_buyers(day: date) -> int:
    """Mark the visitors of a day who placed an order or paid on it, and keep by which channel new orders came.

    Returns how many orders were placed. Safe to run twice: an order's channel is kept as it was first known.
    """
    start = timezone.make_aware(datetime.combine(day, time.min))
    span = (start, start + timedelta(days=1))
    marks: dict[int, str] = {}

    def mark(user_id: int) -> str:
        return marks.setdefault(user_id, mark_of_account(user_id, day))

    placed = list(
        Order.objects.filter(created_at__gte=span[0], created_at__lt=span[1]).order_by().values_list("pk", "buyer_id")
    )
    paid = Order.objects.filter(paid_at__gte=span[0], paid_at__lt=span[1]).order_by()
    with connection.cursor() as cursor:
        for column, buyers in (
            ("ordered", {buyer for _order, buyer in placed}),
            ("paid", set(paid.values_list("buyer_id", flat=True).distinct())),
        ):
            cursor.execute(_MARK.format(column=column), [day, sorted(mark(buyer) for buyer in buyers)])
        cursor.execute(_CHANNELS, [[order for order, _buyer in placed], [mark(buyer) for _order, buyer in placed], day])
    return len(placed)


def forget_visitors(*, until: Deadline, batch: int = 10_000) -> int:
    """Delete the visitors of days older than `insights.visitor_days`; returns how many. The figures made of them stay."""
    before = timezone.localdate(clock.now()) - timedelta(days=get_config("insights.visitor_days"))
    old = VisitorDay.objects.filter(day__lt=before)
    forgotten = 0
    while not until.is_over:
        deleted = VisitorDay.objects.filter(pk__in=old.order_by("day").values("pk")[:batch]).delete()[0]
        if not deleted:
            break
        forgotten += deleted
    return forgotten
