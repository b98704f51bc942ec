"""Ending an order before the work is done, and giving the money back."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import new_reference
from marketplace.ledger import services as ledger
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType, Refund, RefundStatus
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.states import BUYER, FUNDED_STATUSES, SYSTEM, OrderStatus


@transaction.atomic
def cancel_order(*, order_id: int, user: User, reason: str = "") -> Order:
    """End an order; whatever is in escrow goes back to the buyer whole. Safe to call twice.

    A buyer may cancel work in progress only when it is very late (facts/marketplace.md, rule 4).
    Raises OrderError WRONG_STATE or NOT_LATE_ENOUGH.
    """
    order = locks.lock_order(order_id)
    actor = role_of(order, user)
    if order.status == OrderStatus.CANCELLED:
        return order
    require_transition(order, to=OrderStatus.CANCELLED, actor=actor)
    if order.status == OrderStatus.IN_PROGRESS and actor == BUYER:
        hours = get_config("orders.very_late_hours")
        if order.due_at is None or clock.now() < order.due_at + timedelta(hours=hours):
            raise OrderError(OrderErrorCode.NOT_LATE_ENOUGH, hours=hours)
    _cancel(order, event=OrderEventType.CANCELLED, actor=user, reason=reason)
    other_id = order.seller_id if actor == BUYER else order.buyer_id
    tell(other_id, order, _("The order was cancelled"))
    return order


@transaction.atomic
def close_unpaid_order(*, order_id: int) -> bool:
    """The payment clock ran out. Returns False when the order is paid or closed already; safe to run twice."""
    order = locks.lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT or order.payment_expires_at > clock.now():
        return False
    require_transition(order, to=OrderStatus.CANCELLED, actor=SYSTEM)
    _cancel(order, event=OrderEventType.PAYMENT_EXPIRED, actor=None)
    return True


def _cancel(order: Order, *, event: OrderEventType, actor: User | None, reason: str = "") -> None:
    was_funded = order.status in FUNDED_STATUSES
    now = clock.now()
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = now
    order.auto_accept_at = None
    order.save(update_fields=["status", "cancelled_at", "auto_accept_at", "updated_at"])
    if was_funded:
        owe_refund(order, amount_fen=order.total_fen, reason=event.value)
    events.record(order, event, actor=actor, at=now, reason=reason, refund_fen=order.total_fen if was_funded else 0)


def owe_refund(order: Order, *, amount_fen: int, reason: str, payment_reference: str = "") -> Refund:
    """Note that money is to go back. A job of payments carries it out: nothing here talks to a gateway."""
    return Refund.objects.create(
        order=order,
        reference=new_reference("RF"),
        amount_fen=amount_fen,
        reason=reason,
        payment_reference=payment_reference,
    )


@transaction.atomic
def return_payment(*, order_id: int, gateway: str, payment_reference: str, amount_fen: int) -> Refund:
    """Money came for an order that no longer waits for it (closed, or paid already): book it, and owe all of it back."""
    order = locks.lock_order(order_id)
    ledger.hold_escrow(
        reference=order.number,
        gateway=gateway,
        amount_fen=amount_fen,
        key=f"payment:{payment_reference}:capture",
        at=clock.now(),
    )
    refund = owe_refund(order, amount_fen=amount_fen, reason="unexpected_payment", payment_reference=payment_reference)
    tell(order.buyer_id, order, _("Your payment came too late or twice and goes back to you whole"))
    return refund


@transaction.atomic
def mark_refund_sent(*, refund_id: int) -> Refund | None:
    """Note that the gateway is about to be asked, so that its answer can be looked up whatever happens next.

    Returns None when the refund is done already.
    """
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.DONE:
        return None
    refund.status = RefundStatus.SENT
    refund.save(update_fields=["status", "updated_at"])
    return refund


@transaction.atomic
def mark_refund_done(*, refund_id: int, gateway: str) -> None:
    """The gateway confirmed the refund: the money leaves escrow in the books too. Safe to run twice."""
    refund = locks.lock_refund(refund_id)
    if refund.status == RefundStatus.DONE:
        return
    now = clock.now()
    ledger.refund_escrow(
        reference=refund.order.number,
        gateway=gateway,
        amount_fen=refund.amount_fen,
        key=f"refund:{refund.reference}",
        at=now,
    )
    refund.status, refund.done_at = RefundStatus.DONE, now
    refund.save(update_fields=["status", "done_at", "updated_at"])
    events.record(refund.order, OrderEventType.REFUNDED, actor=None, at=now, amount_fen=refund.amount_fen)
    tell(refund.order.buyer_id, refund.order, _("Your money was paid back"))
