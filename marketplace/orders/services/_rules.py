"""What every transition of an order asks first, and how the other side hears of it."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts.models import User
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders import deadlines
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Dispute, Order
from marketplace.orders.states import (
    BUYER,
    DISPUTE_TRANSITIONS,
    ORDER_TRANSITIONS,
    SELLER,
    DisputeStatus,
    OrderStatus,
)


def role_of(order: Order, user: User) -> str:
    """BUYER or SELLER. Raises PermissionDenied for anybody else: the selectors never hand them the order."""
    if user.pk == order.buyer_id:
        return BUYER
    if user.pk == order.seller_id:
        return SELLER
    raise PermissionDenied


def other_id(order: Order, person_id: int) -> int:
    """The other side of this order."""
    return order.seller_id if person_id == order.buyer_id else order.buyer_id


def require_transition(order: Order, *, to: OrderStatus, actor: str) -> None:
    """Raise OrderError WRONG_STATE unless the table allows `actor` this move from the (locked) order's status."""
    if not ORDER_TRANSITIONS.allows(OrderStatus(order.status), to, actor):
        raise OrderError(OrderErrorCode.WRONG_STATE)


def require_dispute_transition(dispute: Dispute, *, to: DisputeStatus, actor: str) -> None:
    """Raise OrderError WRONG_STATE unless the table allows `actor` this step of a dispute (its order is locked)."""
    if not DISPUTE_TRANSITIONS.allows(DisputeStatus(dispute.status), to, actor):
        raise OrderError(OrderErrorCode.WRONG_STATE)


def require_no_second_thought(order: Order) -> None:
    """Raise OrderError SECOND_THOUGHT while the buyer of this (locked) order may still withdraw, since the seller began without
    the requirements: a delivery or a dispute of the seller's would take that away.
    """
    until = deadlines.second_thought_until(order)
    if until is not None:
        raise OrderError(
            OrderErrorCode.SECOND_THOUGHT, moment=date_format(timezone.localtime(until), "DATETIME_FORMAT")
        )


def tell(recipient_id: int, order: Order, notice: Notice) -> None:
    """Notify one side in the transaction of the change: nobody hears of one that was rolled back, and none stays untold.

    Below the words stands which order it is and with whom: somebody may have ten of one service.
    """
    other = order.seller if recipient_id == order.buyer_id else order.buyer
    with recipient_language():
        url = order.get_absolute_url()
    about = " · ".join((order.gig_title, other.display_name, order.number))
    notify(recipient_id=recipient_id, notice=notice, about=about, url=url)
