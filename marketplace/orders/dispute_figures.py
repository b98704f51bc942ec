"""How disputes of the last year went, for everybody to read. Counted, never estimated, and said only when there are enough."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.core import clock
from marketplace.core.forgiving import forgiving_cache
from marketplace.orders.models import Dispute, DisputeOutcome, Order
from marketplace.orders.states import DisputeStatus

DAYS = 365
# Fewer cases say more about the people in them than about the platform.
FEWEST_CASES = 10
_SECONDS = 3600
_KEY = "orders:dispute_figures:2"  # counted up when its fields change: an older release's would be read


@dataclass(frozen=True)
class DisputeFigures:
    """Disputes opened in the last year, and how those that were closed ended."""

    paid_orders: int
    opened: int
    closed: int
    agreed: int  # by the two sides themselves, whatever the outcome
    refunded: int  # these three by a decision
    split: int
    released: int
    withdrawn: int
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

    @property
    def running(self) -> int:
        """Those that have not ended yet."""
        return self.opened - self.closed - self.withdrawn

    def percent(self, number: int) -> int:
        """A part of all that were opened."""
        return round(100 * number / self.opened) if self.opened else 0

    @property
    def outcomes(self) -> list[tuple[str, int, int]]:
        """What became of all that were opened, each with its number and its part in percent: together they are all of them."""
        decided = _("Decided: %(outcome)s")
        numbers = {
            _("Agreed by the two sides"): self.agreed,
            decided % {"outcome": DisputeOutcome.REFUND.label}: self.refunded,
            decided % {"outcome": DisputeOutcome.SPLIT.label}: self.split,
            decided % {"outcome": DisputeOutcome.RELEASE.label}: self.released,
            pgettext("disputes", "Taken back"): self.withdrawn,
            _("Still going on"): self.running,
        }
        return [(label, number, self.percent(number)) for label, number in numbers.items()]


def dispute_figures() -> DisputeFigures:
    """The figures, an hour old at most."""
    return cast(DisputeFigures, forgiving_cache.get_or_set(_KEY, _count, _SECONDS))


def _count() -> DisputeFigures:
    since = clock.now() - timedelta(days=DAYS)
    began = Coalesce("opened_at", "created_at")
    recent = Dispute.objects.annotate(began=began).filter(began__gte=since)
    closed = recent.exclude(outcome="")
    by_decision = Q(decided_by__isnull=False)
    numbers = recent.aggregate(
        opened=Count("pk"),
        closed=Count("pk", filter=~Q(outcome="")),
        agreed=Count("pk", filter=~Q(outcome="") & Q(decided_by=None)),
        refunded=Count("pk", filter=by_decision & Q(outcome=DisputeOutcome.REFUND)),
        split=Count("pk", filter=by_decision & Q(outcome=DisputeOutcome.SPLIT)),
        released=Count("pk", filter=by_decision & Q(outcome=DisputeOutcome.RELEASE)),
        withdrawn=Count("pk", filter=Q(outcome="", status=DisputeStatus.WITHDRAWN)),
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
