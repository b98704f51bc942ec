"""The end of a dispute: the money moves exactly as it was decided or agreed, once."""

from datetime import timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger import services as ledger
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events
from marketplace.orders.models import Dispute, DisputeOutcome, Order, OrderEventType
from marketplace.orders.selectors import clearing_days_of
from marketplace.orders.services._rules import require_dispute_transition, require_transition, tell
from marketplace.orders.services.coupons import give_back_coupon
from marketplace.orders.services.milestones import tell_of_next_stage
from marketplace.orders.services.refunds import owe_refund
from marketplace.orders.shares import split_of
from marketplace.orders.states import BOTH, MEDIATOR, DisputeStatus, OrderStatus


def outcome_of(*, refund_fen: int, released_fen: int) -> DisputeOutcome:
    """What a division is called."""
    if refund_fen and released_fen:
        return DisputeOutcome.SPLIT
    return DisputeOutcome.REFUND if refund_fen else DisputeOutcome.RELEASE


def require_division(order: Order, refund_fen: int) -> int:
    """What of the order's money is left for the seller, before the fee, in fen. Raises ValueError outside 0..what there is."""
    kept_fen = order.kept_fen
    if not 0 <= refund_fen <= kept_fen:
        raise ValueError(f"a refund of {refund_fen} fen does not fit an order that still holds {kept_fen}")
    return kept_fen - refund_fen


def resolve(
    order: Order,
    dispute: Dispute,
    *,
    refund_fen: int,
    explanation: str,
    decided_by: User | None,
    actor: User | None,
    step_by: str,
) -> None:
    """Give `refund_fen` of the (locked) order's escrow back to the buyer and the rest, less the fee, to the seller.

    `decided_by` is the mediator, or None where the two sides agreed; `actor` is who brought it about now, None for a clock;
    `step_by` is who may make the dispute's step, as its table names them. Raises OrderError WRONG_STATE, and ValueError for
    a refund that does not fit.
    """
    require_transition(order, to=OrderStatus.RESOLVED, actor=MEDIATOR if decided_by else BOTH)
    require_dispute_transition(dispute, to=DisputeStatus.CLOSED, actor=step_by)
    released_fen = require_division(order, refund_fen)
    now = clock.now()
    if refund_fen:
        owe_refund(order, amount_fen=refund_fen, reason=OrderEventType.DISPUTE_DECIDED.value)
    if released_fen:
        ledger.release_escrow(
            reference=order.number,
            seller=order.seller,
            split=split_of(order, released_fen),
            clears_at=now + timedelta(days=clearing_days_of(order.seller)),
            key=f"order:{order.number}:release",
            description=order.gig_title,
            at=now,
        )
    else:
        give_back_coupon(order)
    dispute.status = DisputeStatus.CLOSED
    dispute.outcome = outcome_of(refund_fen=refund_fen, released_fen=released_fen)
    dispute.refund_fen, dispute.explanation = refund_fen, explanation
    dispute.decided_by, dispute.decided_at = decided_by, now
    dispute.save()
    order.status = OrderStatus.RESOLVED
    order.save(update_fields=["status", "updated_at"])
    deadlines.keep_clocks(order)
    events.record(
        order,
        OrderEventType.DISPUTE_RESOLVED,
        actor=actor,
        at=now,
        refund_fen=refund_fen,
        released_fen=released_fen,
        agreed=decided_by is None,
    )
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, catalogue.disputes.CLOSED)
    if released_fen:
        tell_of_next_stage(order)
