"""Who came to the demo in the last ninety days, by which way and how far; and the year's daily figures.

Buyers' visits are those of their orders, so that funnel and orders agree; the others look, and most go no further.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone
from wagtail.models import Page

from marketplace.insights.models import Analytics, Channel, OrderChannel, VisitorDay
from marketplace.insights.services import compute_range
from marketplace.insights.visits.folding import LANDINGS, VIEWS
from marketplace.insights.visits.recording import mark_of_account
from marketplace.orders.models import Order
from portal.demo.bulk import insert
from portal.demo.sources import SEED

VISIT_DAYS, FIGURE_DAYS = 90, 400
# Of those who look: by which way they come. Who buys has been here before, and comes more often directly.
_WAYS = {
    Channel.DIRECT: 26, Channel.WECHAT: 31, Channel.SEARCH: 22, Channel.SOCIAL: 9, Channel.CAMPAIGN: 5, Channel.MAIL: 4,
    Channel.OTHER: 3,
}  # fmt: skip
_BUYERS_WAYS = {
    Channel.DIRECT: 34, Channel.WECHAT: 27, Channel.SEARCH: 15, Channel.SOCIAL: 4, Channel.CAMPAIGN: 6, Channel.MAIL: 12,
    Channel.OTHER: 2,
}  # fmt: skip
_WEEKEND = 0.72
_PAGES_SHOWN = 40


def write_visits_of_days(now: datetime) -> None:
    """Visitors, channels of orders, views of pages, and every figure of the year made of them."""
    rng, today = Random(f"{SEED}:visitors"), timezone.localdate(now)
    first = today - timedelta(days=VISIT_DAYS - 1)
    orders = list(Order.objects.order_by("pk").values_list("pk", "buyer_id", "created_at", "paid_at"))
    channels = {order: _way(_BUYERS_WAYS, rng) for order, _buyer, _placed, _paid in orders}
    insert(OrderChannel(order_id=order, channel=channel) for order, channel in channels.items())
    buyers: dict[tuple[date, int], VisitorDay] = {}
    for order, buyer, placed_at, paid_at in orders:
        placed = timezone.localdate(placed_at)
        if placed >= first:
            row = _row_of(buyers, placed, buyer, channels[order], rng)
            row.ordered, row.saw_gig = True, True
            row.checked_out = True
        if paid_at is not None and (paid := timezone.localdate(paid_at)) >= first:
            row = _row_of(buyers, paid, buyer, channels[order], rng)
            row.paid = row.checked_out = True
    insert(buyers.values())
    insert(row for number in range(VISIT_DAYS) for row in _lookers(first + timedelta(days=number), number, rng))
    insert(_views(first, rng))
    compute_range(first=today - timedelta(days=FIGURE_DAYS), last=today)


def _row_of(
    rows: dict[tuple[date, int], VisitorDay], day: date, buyer: int, channel: Channel, rng: Random
) -> VisitorDay:
    known = rows.get((day, buyer))
    if known is None:
        known = rows[day, buyer] = VisitorDay(
            day=day, visitor=mark_of_account(buyer, day), channel=channel, is_member=True, pages=rng.randint(4, 19),
            searched=rng.random() < 0.6,
        )  # fmt: skip
    return known


def _lookers(day: date, number: int, rng: Random) -> Iterable[VisitorDay]:
    """Slowly more from week to week, fewer at the weekend."""
    many = 150 + number * 0.9
    if day.weekday() >= 5:
        many *= _WEEKEND
    for _looker in range(round(many * rng.uniform(0.9, 1.1))):
        pages = min(int(rng.paretovariate(1.1)), 24)
        saw = pages > 1 and rng.random() < 0.58
        yield VisitorDay(
            day=day, visitor=f"{rng.getrandbits(128):032x}", channel=_way(_WAYS, rng), is_member=rng.random() < 0.18, pages=pages,
            searched=pages > 1 and rng.random() < 0.5, saw_gig=saw, checked_out=saw and rng.random() < 0.06,
        )  # fmt: skip


def _views(first: date, rng: Random) -> Iterable[Analytics]:
    """Views and arrivals of the pages that stand, the first ones the most."""
    pages = [page for page in Page.objects.live().filter(depth__gt=1).order_by("path")[:_PAGES_SHOWN] if page.url]
    paths = list(dict.fromkeys(page.url.split("://")[-1].partition("/")[2] for page in pages))
    for place, path in enumerate(paths):
        for number in range(VISIT_DAYS):
            views = rng.randint(0, round(90 / (place + 1)) + 4)
            landings = round(views * rng.uniform(0.2, 0.6))
            for metric, value in ((VIEWS, views), (LANDINGS, landings)):
                if value:
                    yield Analytics(
                        day=first + timedelta(days=number),
                        metric=metric,
                        dimension=f"/{path.lstrip('/')}"[:80],
                        value=value,
                    )


def _way(ways: dict[Channel, int], rng: Random) -> Channel:
    return rng.choices(list(ways), weights=list(ways.values()))[0]
