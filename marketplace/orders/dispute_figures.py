"""How disputes of the last year went, for everybody to read. Counted, never estimated, and said only when there are enough."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.core.cache import cache
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce

from marketplace.core import clock
from marketplace.orders.models import Dispute, DisputeOutcome, Order

DAYS = 365
# Fewer cases say more about the people in them than about the platform.
FEWEST_CASES = 10
_SECONDS = 3600
_KEY = "orders:dispute_figures"


@dataclass(frozen=True)
class DisputeFigures:
    """Disputes opened in the last year, and how those that were closed ended."""

    paid_orders: int
    opened: int
    closed: int
    refunded: int
    split: int
    released: int
    agreed: int  # by the two sides themselves, whatever the outcome
    appealed: int
    median_days: int | None  # from opening to the end, rounded up; None while too few are closed

    @property
    def is_enough(self) -> bool:
        """Whether there are enough closed cases to tell how they ended."""
        return self.closed >= FEWEST_CASES

    @property
    def per_thousand(self) -> str:
        """Disputes of a thousand paid orders, to one decimal."""
        return f"{1000 * self.opened / self.paid_orders:.1f}" if self.paid_orders else "0"

    def percent(self, number: int) -> int:
        """A part of the closed ones."""
        return round(100 * number / self.closed) if self.closed else 0

    @property
    def outcomes(self) -> list[tuple[str, int, int]]:
        """Each outcome with its number and its part of the closed ones in percent."""
        numbers = {
            DisputeOutcome.REFUND: self.refunded,
            DisputeOutcome.SPLIT: self.split,
            DisputeOutcome.RELEASE: self.released,
        }
        return [(str(outcome.label), number, self.percent(number)) for outcome, number in numbers.items()]


def dispute_figures() -> DisputeFigures:
    """The figures, an hour old at most."""
    return cast(DisputeFigures, cache.get_or_set(_KEY, _count, _SECONDS))


def _count() -> DisputeFigures:
    since = clock.now() - timedelta(days=DAYS)
    began = Coalesce("opened_at", "created_at")
    recent = Dispute.objects.annotate(began=began).filter(began__gte=since)
    closed = recent.exclude(outcome="")
    numbers = recent.aggregate(
        opened=Count("pk"),
        closed=Count("pk", filter=~Q(outcome="")),
        refunded=Count("pk", filter=Q(outcome=DisputeOutcome.REFUND)),
        split=Count("pk", filter=Q(outcome=DisputeOutcome.SPLIT)),
        released=Count("pk", filter=Q(outcome=DisputeOutcome.RELEASE)),
        agreed=Count("pk", filter=~Q(outcome="") & Q(decided_by=None)),
        appealed=Count("pk", filter=Q(appealed_at__isnull=False)),
    )
    median_days = None
    if numbers["closed"] >= FEWEST_CASES:
        took = ExpressionWrapper(F("decided_at") - F("began"), output_field=DurationField())
        durations = sorted(closed.annotate(took=took).values_list("took", flat=True))
        middle = durations[(len(durations) - 1) // 2]  # a value that occurred
        median_days = -(-int(middle.total_seconds()) // 86_400)
    return DisputeFigures(
        paid_orders=Order.objects.filter(paid_at__gte=since).count(), median_days=median_days, **numbers
    )
