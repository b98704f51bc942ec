"""A disagreement, and a mediator's decision about the money."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger import services as ledger
from marketplace.orders import deadlines, events, locks
from marketplace.orders.models import Dispute, DisputeOutcome, Order, OrderEventType
from marketplace.orders.services._rules import require_transition, role_of, tell
from marketplace.orders.services.acceptance import earnings_clear_at
from marketplace.orders.services.coupons import give_back_coupon
from marketplace.orders.services.refunds import owe_refund
from marketplace.orders.shares import split_of
from marketplace.orders.states import MEDIATOR, OrderStatus


@transaction.atomic
def open_dispute(*, order_id: int, user: User, reason: str) -> Dispute:
    """Either side asks a mediator. The acceptance clock stops, the money stays in escrow. Raises OrderError WRONG_STATE."""
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.DISPUTED, actor=role_of(order, user))
    order.status = OrderStatus.DISPUTED
    order.auto_accept_at = None
    order.save(update_fields=["status", "auto_accept_at", "updated_at"])
    deadlines.keep_clocks(order)
    dispute = Dispute.objects.create(order=order, opened_by=user, reason=reason.strip())
    events.record(order, OrderEventType.DISPUTE_OPENED, actor=user, reason=dispute.reason[:500])
    other_id = order.seller_id if user.pk == order.buyer_id else order.buyer_id
    tell(other_id, order, _("A dispute was opened: please tell your side"))
    return dispute


@transaction.atomic
def decide_dispute(*, order_id: int, mediator: User, refund_fen: int, explanation: str) -> Order:
    """Give `refund_fen` of the escrow back to the buyer and the rest, less the fee, to the seller.

    Raises PermissionDenied, OrderError WRONG_STATE, and ValueError for a refund outside 0..what is left of the price.
    """
    if not mediator.has_perm("orders.change_dispute"):
        raise PermissionDenied
    order = locks.lock_order(order_id)
    require_transition(order, to=OrderStatus.RESOLVED, actor=MEDIATOR)
    kept_fen = order.kept_fen
    if not 0 <= refund_fen <= kept_fen:
        raise ValueError(f"a refund of {refund_fen} fen does not fit an order that still holds {kept_fen}")
    now = clock.now()
    released_fen = kept_fen - refund_fen
    if refund_fen:
        owe_refund(order, amount_fen=refund_fen, reason=OrderEventType.DISPUTE_DECIDED.value)
    if released_fen:
        ledger.release_escrow(
            reference=order.number,
            seller=order.seller,
            split=split_of(order, released_fen),
            clears_at=earnings_clear_at(seller=order.seller, released_at=now),
            key=f"order:{order.number}:release",
            description=order.gig_title,
            at=now,
        )
    else:
        give_back_coupon(order)
    dispute = order.dispute
    dispute.outcome = _outcome(refund_fen=refund_fen, released_fen=released_fen)
    dispute.refund_fen, dispute.explanation = refund_fen, explanation
    dispute.decided_by, dispute.decided_at = mediator, now
    dispute.save()
    order.status = OrderStatus.RESOLVED
    order.save(update_fields=["status", "updated_at"])
    deadlines.keep_clocks(order)
    events.record(
        order, OrderEventType.DISPUTE_DECIDED, actor=mediator, at=now, refund_fen=refund_fen, released_fen=released_fen
    )
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, _("The dispute was decided"))
    return order


def _outcome(*, refund_fen: int, released_fen: int) -> DisputeOutcome:
    if refund_fen and released_fen:
        return DisputeOutcome.SPLIT
    return DisputeOutcome.REFUND if refund_fen else DisputeOutcome.RELEASE
