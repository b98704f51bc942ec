"""Who may review an order, until when, and what may still be changed. Asked under the lock, and by the page before it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders.deadlines import very_late_at
from marketplace.orders.models import CancelledBy, Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Review, ReviewSide

TEXT_LENGTH = 1000
MOST_PICTURES = 6


def side_of(order: Order, user: User) -> ReviewSide:
    """The side of the order that `user` stands on. Raises ReviewError NOT_YOUR_ORDER."""
    if user.pk == order.buyer_id:
        return ReviewSide.BUYER
    if user.pk == order.seller_id:
        return ReviewSide.SELLER
    raise ReviewError(ReviewErrorCode.NOT_YOUR_ORDER)


def was_let_down(order: Order) -> bool:
    """Whether the buyer of a cancelled order had paid for nothing: the seller ended it alone, or it was very late."""
    if order.status != OrderStatus.CANCELLED or order.paid_at is None or order.cancelled_at is None:
        return False
    if order.cancelled_by == CancelledBy.SELLER:
        return True
    is_buyers = order.cancelled_by == CancelledBy.BUYER and order.due_at is not None
    return is_buyers and order.cancelled_at >= very_late_at(order)


def has_a_say(order: Order, side: ReviewSide) -> bool:
    """Whether this side may review an order that ended as this one did; of a cancelled one only a buyer, if at all.

    Thanks (a tip) are no work that could be rated.
    """
    if order.kind == OrderKind.TIP:
        return False
    if order.status in (OrderStatus.COMPLETED, OrderStatus.RESOLVED):
        return True
    return side == ReviewSide.BUYER and was_let_down(order)


def closes_at(order: Order, reviews: Iterable[Review]) -> datetime | None:
    """The end of the window, for both sides: nobody writes after it, and what is hidden becomes public. None before an end.

    The first review pins it: its author was told that moment, and it stays although the setting is turned meanwhile.
    """
    pinned = next((review.publish_at for review in reviews if review.publish_at), None)
    end = order.ended_at
    return pinned or (end + timedelta(days=get_config("reviews.window_days")) if end else None)


def require_may_write(order: Order, side: ReviewSide, reviews: Iterable[Review]) -> datetime:
    """The end of the window. Raises ReviewError NOT_FINISHED, CANCELLED, ALREADY_WRITTEN or WINDOW_CLOSED.

    `reviews` are all of the order, hidden ones too.
    """
    reviews = list(reviews)
    if not has_a_say(order, side):
        is_cancelled = order.status == OrderStatus.CANCELLED
        raise ReviewError(ReviewErrorCode.CANCELLED if is_cancelled else ReviewErrorCode.NOT_FINISHED)
    if any(review.side == side for review in reviews):
        raise ReviewError(ReviewErrorCode.ALREADY_WRITTEN)
    closing = closes_at(order, reviews)
    if closing is None:
        raise ReviewError(ReviewErrorCode.NOT_FINISHED)
    # What is hidden becomes public at this moment: whoever still wrote then could have read it.
    if clock.now() >= closing:
        raise ReviewError(ReviewErrorCode.WINDOW_CLOSED, days=get_config("reviews.window_days"))
    return closing


def edit_closes_at(review: Review) -> datetime | None:
    """Until when its author may change it at the latest: some hours, and not beyond the end of the window, which publishes it.

    None for one of the release before, which was public at once.
    """
    if review.written_at is None:
        return None
    hours_over = review.written_at + timedelta(hours=get_config("reviews.edit_hours"))
    return min(hours_over, review.publish_at) if review.publish_at else hours_over


def require_may_edit(review: Review) -> datetime:
    """Until when it may be changed at the latest. Raises ReviewError PUBLIC_ALREADY or EDIT_CLOSED.

    From its publication on its author reads what the other side wrote, and no answer is given by changing one's own.
    """
    if review.published_at is not None:
        raise ReviewError(ReviewErrorCode.PUBLIC_ALREADY)
    closing = edit_closes_at(review)
    if closing is None or clock.now() >= closing:
        raise ReviewError(ReviewErrorCode.EDIT_CLOSED, hours=get_config("reviews.edit_hours"))
    return closing
