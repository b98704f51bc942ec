"""The figures of a seller's gigs: the last thirty days, beside the thirty before. Two queries for any number of gigs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from marketplace.core import clock
from marketplace.gigs.models import GigDay
from marketplace.gigs.sales import sales_since

DAYS = 30
# Below this a single order would swing the rate by more than three points (product decision).
CONVERSION_MINIMUM_CLICKS = 30
_SPARK_WIDTH, _SPARK_HEIGHT = 96, 28


@dataclass(frozen=True)
class Totals:
    """Sums of thirty days."""

    impressions: int = 0
    clicks: int = 0
    orders: int = 0

    @property
    def conversion(self) -> int | None:
        """Orders for a thousand clicks, or None while there are too few clicks to say."""
        if self.clicks < CONVERSION_MINIMUM_CLICKS:
            return None
        # A buyer may order from the talk, without opening the page again.
        return min(1000, round(1000 * self.orders / self.clicks))

    @property
    def conversion_text(self) -> str:
        """`2.3%`, or nothing while there are too few clicks to say."""
        rate = self.conversion
        return "" if rate is None else f"{rate // 10}.{rate % 10}%".replace(".0%", "%")


@dataclass(frozen=True)
class GigFigures:
    """The last thirty days of one gig, today included, and the thirty before."""

    now: Totals
    before: Totals
    clicks_by_day: tuple[int, ...]  # oldest first

    @property
    def spark(self) -> str:
        """The clicks as the path of a small chart, empty when there were none; the figures stand beside it as text."""
        highest = max(self.clicks_by_day, default=0)
        if not highest:
            return ""
        step = (_SPARK_WIDTH - 4) / (DAYS - 1)
        points = [
            f"{2 + place * step:.1f} {_SPARK_HEIGHT - 3 - (_SPARK_HEIGHT - 6) * clicks / highest:.1f}"
            for place, clicks in enumerate(self.clicks_by_day)
        ]
        return "M" + "L".join(points)


def figures_of(gig_ids: Collection[int]) -> dict[int, GigFigures]:
    """The figures of each of these gigs, days by China's calendar."""
    today = timezone.localdate(clock.now())
    middle, first = today - timedelta(days=DAYS - 1), today - timedelta(days=2 * DAYS - 1)
    seen: dict[int, dict[date, tuple[int, int]]] = {gig_id: {} for gig_id in gig_ids}
    rows = GigDay.objects.filter(gig__in=gig_ids, day__gte=first, day__lte=today)
    for gig_id, day, impressions, clicks in rows.values_list("gig_id", "day", "impressions", "clicks"):
        seen[gig_id][day] = (impressions, clicks)
    sold: dict[int, dict[date, int]] = {gig_id: {} for gig_id in gig_ids}
    for (gig_id, day), orders in sales_since(gig_ids, first).items():
        sold[gig_id][day] = orders

    def totals(gig_id: int, since: date, until: date) -> Totals:
        days = [figures for day, figures in seen[gig_id].items() if since <= day <= until]
        return Totals(
            impressions=sum(impressions for impressions, _clicks in days),
            clicks=sum(clicks for _impressions, clicks in days),
            orders=sum(orders for day, orders in sold[gig_id].items() if since <= day <= until),
        )

    return {
        gig_id: GigFigures(
            now=totals(gig_id, middle, today),
            before=totals(gig_id, first, middle - timedelta(days=1)),
            clicks_by_day=tuple(seen[gig_id].get(middle + timedelta(days=place), (0, 0))[1] for place in range(DAYS)),
        )
        for gig_id in gig_ids
    }
