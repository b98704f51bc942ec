"""What the two sides of an order see of its reviews, and which orders have some to publish."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.reviews import rules
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewSide


@dataclass(frozen=True)
class OrderReviews:
    """What one side of an order sees about its reviews: its own always, the other's once it is public."""

    side: ReviewSide
    own: Review | None
    other: Review | None
    other_waits: bool  # the other side has written, and it is not public yet
    other_may_write: bool  # whether the other side may still write, which would make this side's public
    may_write: bool
    closes_at: datetime | None  # the end of the window; None where there is none
    edit_until: datetime | None  # until when this side may change its own; None when it may not
    may_reply: bool
    window_is_over: bool  # this side let the time pass

    @property
    def is_hidden(self) -> bool:
        """Whether this side's own is written and not public yet."""
        return self.own is not None and self.own.published_at is None

    @property
    def shown(self) -> list[Review]:
        """What stands on the page, the buyer's first."""
        return sorted(filter(None, (self.own, self.other)), key=lambda review: review.side != ReviewSide.BUYER)


def order_reviews(order: Order, user: User | AnonymousUser) -> OrderReviews | None:
    """The reviews of an order as `user` sees them; None for strangers, before its end, and where there is nothing to say."""
    if not user.is_authenticated or user.pk not in (order.buyer_id, order.seller_id):
        return None
    if order.status not in (OrderStatus.COMPLETED, OrderStatus.RESOLVED, OrderStatus.CANCELLED):
        return None
    if order.kind == OrderKind.TIP:
        return None
    side = rules.side_of(order, user)
    reviews = list(
        Review.objects.filter(order=order).select_related("author__profile").prefetch_related("ratings", "pictures")
    )
    if not reviews and not rules.has_a_say(order, side):
        return None
    own = next((review for review in reviews if review.side == side), None)
    other = next((review for review in reviews if review.side != side), None)
    is_public = other is not None and other.published_at is not None
    code = _refusal(order, side, reviews)
    return OrderReviews(
        side=side,
        own=own,
        other=other if is_public else None,
        other_waits=other is not None and not is_public,
        other_may_write=other is None and rules.has_a_say(order, _opposite(side)),
        may_write=code is None,
        closes_at=rules.closes_at(order, reviews),
        edit_until=_edit_until(own),
        may_reply=side == ReviewSide.SELLER and is_public and other is not None and other.replied_at is None,
        window_is_over=code == ReviewErrorCode.WINDOW_CLOSED,
    )


def waiting_for_review(orders: Collection[Order], user: User) -> set[int]:
    """The keys of those of these orders (all of `user`, as buyer or seller) that they may still review. Two queries at most."""
    prefetch_related_objects([order for order in orders if order.status == OrderStatus.RESOLVED], "dispute")
    ended = {order.pk: order for order in orders if rules.has_a_say(order, rules.side_of(order, user))}
    written: dict[int, list[Review]] = {pk: [] for pk in ended}
    for review in Review.objects.filter(order__in=ended).only("order_id", "side", "publish_at") if ended else ():
        written[review.order_id].append(review)
    return {pk for pk, order in ended.items() if _refusal(order, rules.side_of(order, user), written[pk]) is None}


def _opposite(side: ReviewSide) -> ReviewSide:
    return ReviewSide.SELLER if side == ReviewSide.BUYER else ReviewSide.BUYER


def _refusal(order: Order, side: ReviewSide, reviews: list[Review]) -> ReviewErrorCode | None:
    try:
        rules.require_may_write(order, side, reviews)
    except ReviewError as refusal:
        return ReviewErrorCode(refusal.code)
    return None


def _edit_until(own: Review | None) -> datetime | None:
    if own is None:
        return None
    try:
        return rules.require_may_edit(own)
    except ReviewError:
        return None


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


def own_review(order: Order, user: User) -> Review:
    """What one side wrote about an order, hidden or not. Raises ReviewError NOTHING_TO_EDIT."""
    review = Review.objects.filter(order=order, author=user).prefetch_related("ratings", "pictures").first()
    if review is None:
        raise ReviewError(ReviewErrorCode.NOTHING_TO_EDIT)
    return review


def orders_to_publish() -> QuerySet[Review, int]:
    """The keys of orders of which a review has waited until the end of its window, longest over first."""
    due = Review.objects.filter(published_at=None, publish_at__lte=clock.now())
    return due.order_by("publish_at", "pk").values_list("order_id", flat=True)
