"""The life of an order, in one table. Read this first."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.transitions import Transition, TransitionTable


class OrderStatus(models.TextChoices):
    PENDING_PAYMENT = "pending_payment", _("Waiting for payment")
    AWAITING_REQUIREMENTS = "awaiting_requirements", _("Waiting for requirements")
    IN_PROGRESS = "in_progress", pgettext_lazy("an order", "In progress")
    DELIVERED = "delivered", _("Delivered")
    REVISION_REQUESTED = "revision_requested", _("Revision requested")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    DISPUTED = "disputed", _("In dispute")
    RESOLVED = "resolved", _("Dispute decided")


FINAL_STATUSES = (OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.RESOLVED)
# Money lies in escrow for these.
FUNDED_STATUSES = (
    OrderStatus.AWAITING_REQUIREMENTS,
    OrderStatus.IN_PROGRESS,
    OrderStatus.DELIVERED,
    OrderStatus.REVISION_REQUESTED,
    OrderStatus.DISPUTED,
)

# The seller works on these: not yet on what waits for its requirements, no more on what was handed over.
WORKED_ON_STATUSES = (OrderStatus.IN_PROGRESS, OrderStatus.REVISION_REQUESTED)

# A part of the price can be given back: from escrow while the work goes on, from the released income afterwards.
REFUNDABLE_STATUSES = (
    OrderStatus.AWAITING_REQUIREMENTS,
    OrderStatus.IN_PROGRESS,
    OrderStatus.DELIVERED,
    OrderStatus.REVISION_REQUESTED,
    OrderStatus.COMPLETED,
    OrderStatus.RESOLVED,
)

BUYER, SELLER, SYSTEM, MEDIATOR = "buyer", "seller", "system", "mediator"


def _row(source: OrderStatus, target: OrderStatus, *actors: str, effect: str = "") -> Transition[OrderStatus]:
    return Transition(source, target, frozenset(actors), effect)


_S = OrderStatus
ORDER_TRANSITIONS: TransitionTable[OrderStatus] = TransitionTable(
    (
        _row(_S.PENDING_PAYMENT, _S.AWAITING_REQUIREMENTS, SYSTEM, effect="the payment enters escrow"),
        _row(_S.PENDING_PAYMENT, _S.IN_PROGRESS, SYSTEM, effect="the payment enters escrow; the gig asks nothing"),
        _row(_S.PENDING_PAYMENT, _S.CANCELLED, BUYER, SYSTEM, effect="nothing was paid; the clock closes it too"),
        _row(_S.AWAITING_REQUIREMENTS, _S.IN_PROGRESS, BUYER, effect="the delivery clock starts"),
        _row(_S.AWAITING_REQUIREMENTS, _S.CANCELLED, BUYER, SELLER, effect="full refund"),
        _row(_S.IN_PROGRESS, _S.DELIVERED, SELLER, effect="the acceptance clock starts"),
        _row(_S.IN_PROGRESS, _S.CANCELLED, BUYER, SELLER, effect="full refund; the buyer only when very late"),
        _row(_S.DELIVERED, _S.COMPLETED, BUYER, SYSTEM, effect="escrow is released; the clock accepts too"),
        _row(_S.DELIVERED, _S.REVISION_REQUESTED, BUYER, effect="uses one revision; the acceptance clock stops"),
        _row(_S.REVISION_REQUESTED, _S.DELIVERED, SELLER, effect="the acceptance clock starts anew"),
        _row(_S.REVISION_REQUESTED, _S.CANCELLED, BUYER, SELLER, effect="full refund; the buyer only when very late"),
        _row(_S.IN_PROGRESS, _S.DISPUTED, BUYER, SELLER),
        _row(_S.DELIVERED, _S.DISPUTED, BUYER, SELLER, effect="the acceptance clock stops"),
        _row(_S.REVISION_REQUESTED, _S.DISPUTED, BUYER, SELLER),
        _row(_S.DISPUTED, _S.RESOLVED, MEDIATOR, effect="refund, split or release as decided"),
    )
)
