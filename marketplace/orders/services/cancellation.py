"""Ending an order before the work is done: by one side alone, together, or because nobody paid."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.cancelling import may_cancel_alone
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import CancelledBy, Order, OrderEventType
from marketplace.orders.paying import may_be_paid_now
from marketplace.orders.reasons import CANCEL_REASONS, known_reason
from marketplace.orders.services._rules import other_id, require_transition, role_of, tell
from marketplace.orders.services.coupons import give_back_coupon
from marketplace.orders.services.refunds import owe_refund
from marketplace.orders.states import BUYER, FUNDED_STATUSES, SYSTEM, OrderStatus

NOT_PAID = "not_paid"


@transaction.atomic
def cancel_order(*, order_id: int, user: User, reason_code: str = "", reason: str = "") -> Order:
    """One side ends an order alone; whatever is in escrow goes back to the buyer whole. Safe to call twice.

    A buyer may cancel work in progress only when it is very late, by the rules the order was made under
    (facts/marketplace.md, rule 4), or for some hours after the seller began without the requirements.
    A seller who cancels what was paid bears a mark: `Order.cancelled_by` says so.
    Raises OrderError WRONG_STATE or NOT_LATE_ENOUGH, and ValueError for a reason that this side does not have.
    """
    order = locks.lock_order(order_id)
    actor = role_of(order, user)
    if order.status == OrderStatus.CANCELLED:
        return order
    code = known_reason(CANCEL_REASONS, actor, reason_code)
    require_transition(order, to=OrderStatus.CANCELLED, actor=actor)
    if not may_cancel_alone(order, actor):
        raise OrderError(OrderErrorCode.NOT_LATE_ENOUGH, hours=rule(order.rules, "orders.very_late_hours"))
    by = CancelledBy.BUYER if actor == BUYER else CancelledBy.SELLER
    end_by_cancelling(order, event=OrderEventType.CANCELLED, by=by, actor=user, reason_code=code, reason=reason)
    if order.paid_at is not None:  # one that was never paid for is not the seller's business, nor on any page of theirs
        tell(other_id(order, user.pk), order, catalogue.orders.CANCELLED)
    return order


@transaction.atomic
def close_unpaid_order(*, order_id: int) -> bool:
    """The payment clock ran out. Returns False when the order is paid or closed already; safe to run twice."""
    order = locks.lock_order(order_id)
    if order.status != OrderStatus.PENDING_PAYMENT or order.payment_expires_at > clock.now():
        return False
    require_transition(order, to=OrderStatus.CANCELLED, actor=SYSTEM)
    end_by_cancelling(
        order, event=OrderEventType.PAYMENT_EXPIRED, by=CancelledBy.SYSTEM, actor=None, reason_code=NOT_PAID
    )
    return True


def drop_unpaid(order: Order, *, user: User, actor: str = BUYER, reason: str = "") -> None:
    """Somebody wants this (locked, unpaid) order no longer. Money that still comes for it goes back (`return_payment`).

    `actor` is who of the table does it; which of the two sides it was is recorded.
    """
    require_transition(order, to=OrderStatus.CANCELLED, actor=actor)
    by = CancelledBy.BUYER if user.pk == order.buyer_id else CancelledBy.SELLER
    end_by_cancelling(order, event=OrderEventType.CANCELLED, by=by, actor=user, reason_code="", reason=reason)


@transaction.atomic
def still_payable(*, order_id: int) -> Order | None:
    """An order that was placed, locked for the caller's transaction, unless nothing can be paid for it any more.

    One whose payment time is over is closed here, as its clock would do a moment later; not while its payment may still
    arrive, which only the institution knows (the clock asks it). What has been paid comes back too.
    Raises OrderError PAYMENT_CHECKED.
    """
    order = locks.lock_order(order_id)
    is_over = order.status == OrderStatus.PENDING_PAYMENT and order.payment_expires_at <= clock.now()
    if is_over and may_be_paid_now(order.pk):
        raise OrderError(OrderErrorCode.PAYMENT_CHECKED)
    if close_unpaid_order(order_id=order_id):
        return None
    return None if order.status == OrderStatus.CANCELLED and order.paid_at is None else order


def end_by_cancelling(
    order: Order,
    *,
    event: OrderEventType,
    by: CancelledBy,
    actor: User | None,
    reason_code: str,
    reason: str = "",
    side: str = "",
) -> None:
    """Close the (locked) order, stop its clocks, and owe the buyer what lies in escrow. Who calls it asked the table.

    `side` is whose the reason is, where that is not the actor: who accepts a proposal to cancel did not give it.
    """
    was_funded = order.status in FUNDED_STATUSES
    kept_fen = order.kept_fen
    now = clock.now()
    order.status = OrderStatus.CANCELLED
    order.cancelled_at = now
    order.auto_accept_at = None
    order.cancelled_by, order.cancel_reason = by, reason_code
    order.save(
        update_fields=["status", "cancelled_at", "auto_accept_at", "cancelled_by", "cancel_reason", "updated_at"]
    )
    deadlines.keep_clocks(order)
    give_back_coupon(order)
    if was_funded:
        owe_refund(order, amount_fen=kept_fen, reason=event.value)
    events.record(
        order,
        event,
        actor=actor,
        at=now,
        reason=reason,
        reason_code=reason_code,
        by=by.value,
        refund_fen=kept_fen if was_funded else 0,
        **({"side": side} if side else {}),
    )
