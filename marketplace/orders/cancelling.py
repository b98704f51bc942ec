"""What a person can do to end an order, and what it means for the money: said before they confirm. No writing."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.orders import deadlines, dispute_selectors
from marketplace.orders.models import Order
from marketplace.orders.states import (
    BOTH,
    BUYER,
    FUNDED_STATUSES,
    ORDER_TRANSITIONS,
    SELLER,
    WORKED_ON_STATUSES,
    OrderStatus,
)

# Of each side, for one order. Product decision: who was refused so often goes on talking, or opens a dispute.
MOST_PROPOSALS = 3


@dataclass(frozen=True)
class CancelTerms:
    """The ways out of an order for one side, and what each gives back to the buyer."""

    side: str
    alone: bool
    together: bool
    refund_fen: int  # all of what is left of the price; 0 where nothing was paid
    answer_hours: int
    very_late_at: datetime | None  # from when on a buyer may cancel alone; None where that is no question
    second_thought_until: datetime | None  # until when a buyer may, since the seller began without the requirements
    is_marked: bool  # ending it alone is counted against the seller
    marks: int  # how many such marks the seller has

    @property
    def is_possible(self) -> bool:
        """Whether there is any way at all."""
        return self.alone or self.together

    @property
    def needs_nobody(self) -> bool:
        """Whether this side may simply end it, without a mark: then asking the other side only costs time."""
        return self.alone and not self.is_marked


def may_cancel_alone(order: Order, side: str) -> bool:
    """Whether the table lets this side end the order alone; a buyer's running work only when it is very late, or soon after
    the payment where the seller began without the requirements."""
    if not ORDER_TRANSITIONS.allows(OrderStatus(order.status), OrderStatus.CANCELLED, side):
        return False
    very_late_at = very_late_from(order) if side == BUYER else None
    if very_late_at is None:
        return side == SELLER or order.status in (OrderStatus.PENDING_PAYMENT, OrderStatus.AWAITING_REQUIREMENTS)
    return clock.now() >= very_late_at or deadlines.second_thought_until(order) is not None


def very_late_from(order: Order) -> datetime | None:
    """From when on the buyer of running work may cancel alone, by the rules of the order."""
    if order.status not in WORKED_ON_STATUSES or order.due_at is None:
        return None
    return deadlines.very_late_at(order)


def may_cancel_together(order: Order) -> bool:
    """Whether the two could agree to end it."""
    return ORDER_TRANSITIONS.allows(OrderStatus(order.status), OrderStatus.CANCELLED, BOTH)


def cancel_terms(order: Order, user: User) -> CancelTerms:
    """The ways out for this side of an order."""
    side = BUYER if user.pk == order.buyer_id else SELLER
    together = (
        may_cancel_together(order)
        and dispute_selectors.cancel_proposal_of(order) is None
        and dispute_selectors.cancellations_proposed_by(order, user) < MOST_PROPOSALS
    )
    alone = may_cancel_alone(order, side)
    is_marked = side == SELLER and alone and order.paid_at is not None
    return CancelTerms(
        side=side,
        alone=alone,
        together=together,
        refund_fen=order.kept_fen if order.status in FUNDED_STATUSES else 0,
        answer_hours=rule(order.rules, "orders.cancel_answer_hours"),
        very_late_at=very_late_from(order) if side == BUYER else None,
        second_thought_until=deadlines.second_thought_until(order) if side == BUYER else None,
        is_marked=is_marked,
        marks=dispute_selectors.seller_marks(order.seller_id).count() if is_marked else 0,
    )
