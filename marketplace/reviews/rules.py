"""Who may review an order, and until when. Asked by the service under the lock and by the page before it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders.models import Dispute, Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewSide

REVIEWABLE_STATUSES = (OrderStatus.COMPLETED, OrderStatus.RESOLVED)


def side_of(order: Order, user: User) -> ReviewSide:
    """The side of the order that `user` stands on. Raises ReviewError NOT_YOUR_ORDER."""
    if user.pk == order.buyer_id:
        return ReviewSide.BUYER
    if user.pk == order.seller_id:
        return ReviewSide.SELLER
    raise ReviewError(ReviewErrorCode.NOT_YOUR_ORDER)


def finished_at(order: Order) -> datetime | None:
    """When the order was accepted or its dispute decided; None while it goes on or when it was cancelled."""
    if order.status == OrderStatus.COMPLETED:
        return order.completed_at
    if order.status == OrderStatus.RESOLVED:
        dispute = Dispute.objects.filter(order=order).first()
        return dispute.decided_at if dispute else None
    return None


def closes_at(order: Order, side: ReviewSide, reviews: Iterable[Review]) -> datetime | None:
    """Until when `side` may write; None when its time has not begun.

    The buyer's runs from the end of the order, the seller's from the buyer's review.
    """
    if side == ReviewSide.BUYER:
        begin = finished_at(order)
    else:
        begin = next((review.published_at for review in reviews if review.side == ReviewSide.BUYER), None)
    return begin + timedelta(days=get_config("reviews.window_days")) if begin else None


def require_may_write(order: Order, side: ReviewSide, reviews: Iterable[Review]) -> None:
    """Raise ReviewError NOT_FINISHED, ALREADY_WRITTEN, BUYER_FIRST or WINDOW_CLOSED. `reviews` are all of the order.

    The buyer's review is public at once, and only then may the seller rate: so neither can pay the other back in
    stars, and no review waits for a seller who never writes.
    """
    reviews = list(reviews)
    # Thanks are no work that could be rated.
    if order.status not in REVIEWABLE_STATUSES or order.kind == OrderKind.TIP:
        raise ReviewError(ReviewErrorCode.NOT_FINISHED)
    if any(review.side == side for review in reviews):
        raise ReviewError(ReviewErrorCode.ALREADY_WRITTEN)
    closing = closes_at(order, side, reviews)
    if closing is None:
        raise ReviewError(ReviewErrorCode.BUYER_FIRST if side == ReviewSide.SELLER else ReviewErrorCode.NOT_FINISHED)
    if clock.now() > closing:
        raise ReviewError(ReviewErrorCode.WINDOW_CLOSED, days=get_config("reviews.window_days"))
