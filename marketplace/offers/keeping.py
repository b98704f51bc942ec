"""How long the words of offers and briefs are kept (docs/retention.md): like the orders that came of them (orders/keeping.py)."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.offers.models import Brief, Negotiation, Offer
from marketplace.offers.states import BriefStatus, OfferStatus
from marketplace.orders.models import OrderMilestone

# What stands where somebody's words were, as in orders (orders/services/emptying.py).
GONE = "…"


def kept_since() -> datetime:
    """What ended before this moment need not be kept any more (UTC)."""
    return clock.now() - timedelta(days=get_config("operations.order_kept_days"))


def free_negotiations(*, since: datetime) -> QuerySet[Negotiation]:
    """Negotiations whose orders are emptied, and in which nothing was offered or answered after `since`."""
    offers = Offer.objects.filter(negotiation=OuterRef("pk"))
    stages = OrderMilestone.objects.filter(plan=OuterRef("plan"))
    return Negotiation.objects.filter(
        ~Exists(offers.filter(Q(created_at__gte=since) | Q(answered_at__gte=since) | Q(status=OfferStatus.OPEN))),
        Q(order=None) | Q(order__emptied_at__isnull=False),
        # A stage that was never begun keeps nothing (orders/keeping.py); what was agreed is as old as its answer.
        Q(plan=None) | ~Exists(stages.filter(order__isnull=False, order__emptied_at=None)),
    )


def negotiations_to_empty() -> QuerySet[Negotiation]:
    """Negotiations with words that nobody needs any more, the oldest first."""
    since = kept_since()
    worded = Offer.objects.filter(created_at__lt=since).exclude(scope=GONE)  # an index has these (Offer.Meta)
    return free_negotiations(since=since).filter(pk__in=worded.order_by().values("negotiation")).order_by("pk")


def free_briefs(*, since: datetime) -> QuerySet[Brief]:
    """Briefs that ended before `since`, and of whose negotiations none is needed any more."""
    answers = Negotiation.objects.filter(brief=OuterRef("pk"))
    needed = answers.exclude(pk__in=free_negotiations(since=since).filter(brief=OuterRef("brief")).values("pk"))
    return Brief.objects.exclude(status=BriefStatus.OPEN).filter(~Exists(needed), ended_at__lt=since)


def briefs_to_empty() -> QuerySet[Brief]:
    """Briefs with words or files that nobody needs any more, the oldest first."""
    return free_briefs(since=kept_since()).exclude(story=GONE).order_by("pk")
