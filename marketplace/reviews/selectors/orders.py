"""What the two sides of an order see of its reviews."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.models import Order, OrderKind
from marketplace.reviews import rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewSide


@dataclass(frozen=True)
class OrderReviews:
    """What one side of an order sees about its reviews."""

    side: ReviewSide
    buyer_review: Review | None
    seller_review: Review | None
    may_write: bool
    closes_at: datetime | None  # until when this side may write, if it may
    may_reply: bool
    window_is_over: bool  # this side let the time pass


def order_reviews(order: Order, user: User | AnonymousUser) -> OrderReviews | None:
    """The reviews of an order as `user` sees them; None for strangers and before the order is finished."""
    if not user.is_authenticated or user.pk not in (order.buyer_id, order.seller_id):
        return None
    if order.status not in rules.REVIEWABLE_STATUSES or order.kind == OrderKind.TIP:
        return None
    side = rules.side_of(order, user)
    reviews = list(
        Review.objects.filter(order=order, published_at__isnull=False)
        .select_related("author__profile")
        .prefetch_related("ratings")
    )
    by_side = {review.side: review for review in reviews}
    buyer_review = by_side.get(ReviewSide.BUYER)
    code: ReviewErrorCode | None = None
    try:
        rules.require_may_write(order, side, reviews)
    except ReviewError as refusal:
        code = ReviewErrorCode(refusal.code)
    return OrderReviews(
        side=side,
        buyer_review=buyer_review,
        seller_review=by_side.get(ReviewSide.SELLER),
        may_write=code is None,
        closes_at=rules.closes_at(order, side, reviews) if code is None else None,
        may_reply=side == ReviewSide.SELLER and buyer_review is not None and not buyer_review.reply,
        window_is_over=code == ReviewErrorCode.WINDOW_CLOSED,
    )


def order_for_review(user: User, number: str) -> Order:
    """One's own order, whatever its state: the service says why not. Raises Http404 for strangers."""
    order = (
        Order.objects.filter(Q(buyer=user) | Q(seller=user), number=number)
        .select_related("buyer__profile", "seller__profile")
        .first()
    )
    if order is None:
        raise Http404
    return order
