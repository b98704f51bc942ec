"""How long words and files of an order are kept, and what keeps them longer (docs/retention.md).

电子商务法 §31: what was traded is kept for three years at least from the completion of the transaction.
个人信息保护法 §19: personal data no longer than is needed. What the two sides agreed on in addition belongs to the same
transaction, so that an order, its additional work and its tips go together, and so do the stages of an agreement with
theirs (families.py). A stage that nobody ever began keeps nothing: the ones before it are needed for three years after the
last of them ended, and an agreement is older than its first.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.holds import ORDERS, is_held
from marketplace.orders.models import BundleStatus, Dispute, Order, OrderHold, Refund, RefundStatus
from marketplace.orders.states import FINAL_STATUSES, DisputeStatus

# When an order ended, whichever way: `Order.ended_at` for the database.
ENDED = Coalesce("completed_at", "cancelled_at", "dispute__decided_at")
_UNDER_WAY = (BundleStatus.WAITING, BundleStatus.BUILDING)


def kept_since() -> datetime:
    """What ended before this moment need not be kept any more (UTC)."""
    return clock.now() - timedelta(days=get_config("operations.order_kept_days"))


def needed_orders(*, since: datetime) -> QuerySet[Order]:
    """Orders that are needed for themselves: they run, ended after `since`, or something about them is still open."""
    back = Refund.objects.filter(order=OuterRef("pk"))
    dispute = Dispute.objects.filter(order=OuterRef("pk"))
    over = (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)
    return Order.objects.annotate(ended_when=ENDED).filter(
        ~Q(status__in=FINAL_STATUSES)
        | Q(ended_when=None)
        | Q(ended_when__gte=since)
        | Exists(back.filter(Q(done_at__gte=since) | ~Q(status=RefundStatus.DONE)))
        | Exists(dispute.filter(Q(bundles__status__in=_UNDER_WAY) | Q(outcome="") & ~Q(status__in=over)))
        | Exists(OrderHold.objects.filter(order=OuterRef("pk"), released_at=None))
        | is_held(ORDERS)
    )


def orders_to_empty() -> QuerySet[Order]:
    """Orders whose words and files are to go, those placed longest ago first."""
    since = kept_since()
    return free_orders(since=since).filter(emptied_at=None, created_at__lt=since).order_by("created_at")


def free_orders(*, since: datetime) -> QuerySet[Order]:
    """Orders that nobody needs, neither for themselves nor for what belongs to the same transaction (families.py).

    Here it is asked of the database about many at once; whoever empties asks again under locks (`is_free`).
    """
    needed = needed_orders(since=since).order_by()
    family = Q(parent=OuterRef("pk")) | Q(pk=OuterRef("parent")) | Q(parent=OuterRef("parent"))
    # What was added to a stage belongs to its agreement as well; without an agreement nothing is equal to it.
    return Order.objects.alias(plan_key=Coalesce("milestone__plan", "parent__milestone__plan")).filter(
        ~Exists(needed.filter(pk=OuterRef("pk"))),
        ~Exists(needed.filter(family)),
        ~Exists(needed.filter(milestone__plan=OuterRef("plan_key"))),
        ~Exists(needed.filter(parent__milestone__plan=OuterRef("plan_key"))),
    )


def is_free(order_ids: Iterable[int]) -> bool:
    """Whether nobody needs any of these orders, which are locked: the whole of one transaction."""
    return not needed_orders(since=kept_since()).filter(pk__in=list(order_ids)).exists()
