"""The figures of a seller. Ratings are added as they come; everything is counted anew by a job, which must agree."""

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from marketplace.gigs.models import GigStats
from marketplace.orders.dispute_selectors import seller_marks
from marketplace.orders.models import Delivery, Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.reviews.locks import lock_reputation
from marketplace.reviews.models import Reputation, Review, ReviewSide

# Additional work belongs to its order, and the stages of one agreement are one sale. A tip is thanks for either.
_AGREEMENTS = Count("pk", filter=Q(kind=OrderKind.STANDARD)) + Count("milestone__plan", distinct=True)


def count_rating(*, user_id: int, stars: int) -> None:
    """One more buyer's review with this many stars is public. Call in the transaction that publishes it."""
    Reputation.objects.get_or_create(user_id=user_id)
    Reputation.objects.filter(user_id=user_id).update(
        rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1
    )


@transaction.atomic
def recompute_reputation(user_id: int) -> Reputation:
    """Count a seller's figures anew from reviews and orders. Safe to run at any time.

    The lock comes before the counting: a review that is being written either is counted here or adds itself afterwards.
    `response_minutes` is left alone, for it comes from conversations. What the seller was paid for and ended alone is as
    much a promise as what was delivered: it counts as not on time.
    """
    row = lock_reputation(user_id)
    public = Review.objects.filter(
        subject_id=user_id, side=ReviewSide.BUYER, published_at__isnull=False, excluded_at__isnull=True
    )
    ratings = public.aggregate(sum=Sum("stars", default=0), count=Count("pk"))
    first_delivery = Delivery.objects.filter(order=OuterRef("pk"), number=1).values("created_at")[:1]
    # A tip is thanks for an order that is counted already.
    completed = (
        Order.objects.filter(seller_id=user_id, status=OrderStatus.COMPLETED)
        .exclude(kind=OrderKind.TIP)
        .annotate(first_delivered_at=Subquery(first_delivery))
    )
    orders = completed.aggregate(
        count=_AGREEMENTS,
        buyers=Count("buyer", distinct=True),
        timed=Count("pk", filter=Q(due_at__isnull=False, first_delivered_at__isnull=False)),
        on_time=Count("pk", filter=Q(first_delivered_at__lte=F("due_at"))),
    )
    broken_off = seller_marks(user_id).count()
    repeating = completed.order_by().values("buyer").annotate(bought=_AGREEMENTS).filter(bought__gt=1).count()

    row.rating_sum, row.rating_count = ratings["sum"], ratings["count"]
    row.orders_completed = orders["count"]
    row.on_time_percent = _percent(orders["on_time"], orders["timed"] + broken_off)
    row.repeat_buyer_percent = _percent(repeating, orders["buyers"])
    row.save()
    of_gig = public.filter(gig=OuterRef("pk")).order_by().values("gig")
    GigStats.objects.filter(gig__seller_id=user_id).update(
        rating_sum=Coalesce(Subquery(of_gig.annotate(found=Sum("stars")).values("found")), 0),
        rating_count=Coalesce(Subquery(of_gig.annotate(found=Count("pk")).values("found")), 0),
    )
    return row


def sellers_with_figures() -> list[int]:
    """Ids of everybody who has sold something or been reviewed."""
    sold = Order.objects.filter(status=OrderStatus.COMPLETED).values_list("seller_id", flat=True)
    known = Reputation.objects.values_list("user_id", flat=True)
    return sorted({*sold.distinct(), *known})


def _percent(part: int, whole: int) -> int | None:
    """Whole percent, rounded half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None
