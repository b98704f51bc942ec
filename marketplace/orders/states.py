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

# The seller works on these, and can hand over what they did: not yet on what waits for its requirements, no more on what was
# handed over.
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

# BOTH: one proposed it and the other accepted, or was silent until the time was over.
# OPENER: whoever opened the dispute takes it back; it leads where a delivery or answers lead too, and is neither.
BUYER, SELLER, SYSTEM, MEDIATOR, BOTH, OPENER = "buyer", "seller", "system", "mediator", "both", "opener"
# STOPPER: either side, who lets an agreement in stages end while one of its stages waits for its payment.
STOPPER = "stopper"
# Whoever did not open the dispute, and is asked for an answer.
ANSWERER = "answerer"


class ProposalStatus(models.TextChoices):
    OPEN = "open", _("Waiting for the answer")
    ACCEPTED = "accepted", _("Accepted by the other side")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")
    LAPSED = "lapsed", _("Not answered in time")
    OVERTAKEN = "overtaken", _("Overtaken by what happened")


class DisputeStatus(models.TextChoices):
    """Where a dispute stands while its order is disputed."""

    ANSWER = "answer", _("Waiting for the other side")
    MEDIATION = "mediation", _("Mediation")
    DECISION = "decision", _("Waiting for a decision")
    DECIDED = "decided", _("Decided, can be appealed")
    APPEALED = "appealed", _("Under appeal")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Taken back")


def _row(source: OrderStatus, target: OrderStatus, *actors: str, effect: str = "") -> Transition[OrderStatus]:
    return Transition(source, target, frozenset(actors), effect)


_S = OrderStatus
ORDER_TRANSITIONS: TransitionTable[OrderStatus] = TransitionTable(
    (
        _row(_S.PENDING_PAYMENT, _S.AWAITING_REQUIREMENTS, SYSTEM, effect="the payment enters escrow"),
        _row(_S.PENDING_PAYMENT, _S.IN_PROGRESS, SYSTEM, effect="the payment enters escrow; the gig asks nothing"),
        _row(_S.PENDING_PAYMENT, _S.COMPLETED, SYSTEM, effect="a tip: released as soon as it is paid"),
        _row(
            _S.PENDING_PAYMENT, _S.CANCELLED, BUYER, STOPPER, SYSTEM, effect="nothing was paid; the clock closes it too"
        ),
        _row(
            _S.AWAITING_REQUIREMENTS,
            _S.IN_PROGRESS,
            BUYER,
            SELLER,
            effect="the delivery clock starts; a seller may skip",
        ),
        _row(_S.AWAITING_REQUIREMENTS, _S.CANCELLED, BUYER, SELLER, effect="full refund"),
        _row(_S.IN_PROGRESS, _S.DELIVERED, SELLER, effect="the acceptance clock starts"),
        _row(_S.IN_PROGRESS, _S.CANCELLED, BUYER, SELLER, BOTH, effect="full refund; the buyer only when very late"),
        _row(_S.DELIVERED, _S.COMPLETED, BUYER, SYSTEM, effect="escrow is released; the clock accepts too"),
        _row(_S.DELIVERED, _S.REVISION_REQUESTED, BUYER, effect="uses one revision; the acceptance clock stops"),
        _row(_S.REVISION_REQUESTED, _S.DELIVERED, SELLER, effect="the acceptance clock starts anew"),
        _row(
            _S.REVISION_REQUESTED,
            _S.CANCELLED,
            BUYER,
            SELLER,
            BOTH,
            effect="full refund; the buyer only when very late",
        ),
        _row(_S.DELIVERED, _S.CANCELLED, BOTH, effect="full refund"),
        _row(_S.IN_PROGRESS, _S.DISPUTED, BUYER, SELLER),
        _row(_S.DELIVERED, _S.DISPUTED, BUYER, SELLER, effect="the acceptance clock stops"),
        _row(_S.REVISION_REQUESTED, _S.DISPUTED, BUYER, SELLER),
        _row(_S.DISPUTED, _S.RESOLVED, MEDIATOR, BOTH, effect="refund, split or release as decided or agreed"),
        _row(_S.DISPUTED, _S.IN_PROGRESS, OPENER, effect="taken back; the clocks go on"),
        _row(_S.DISPUTED, _S.REVISION_REQUESTED, OPENER, effect="taken back; the clocks go on"),
        _row(_S.DISPUTED, _S.DELIVERED, OPENER, effect="taken back; the acceptance clock goes on"),
    )
)


def _step(source: DisputeStatus, target: DisputeStatus, *actors: str, effect: str = "") -> Transition[DisputeStatus]:
    return Transition(source, target, frozenset(actors), effect)


_D = DisputeStatus
# Nobody loses by silence: a clock that runs out brings the case before a person. Only a decision takes effect by itself.
DISPUTE_TRANSITIONS: TransitionTable[DisputeStatus] = TransitionTable(
    (
        _step(_D.ANSWER, _D.MEDIATION, ANSWERER, SYSTEM, effect="the clock of the mediation starts, silence or not"),
        _step(_D.MEDIATION, _D.DECISION, SYSTEM, effect="nothing was agreed in time: mediators are told"),
        _step(_D.MEDIATION, _D.DECIDED, MEDIATOR, effect="the clock of the appeal starts"),
        _step(_D.DECISION, _D.DECIDED, MEDIATOR, effect="the clock of the appeal starts"),
        _step(_D.DECIDED, _D.APPEALED, BUYER, SELLER, effect="another mediator decides"),
        _step(_D.DECIDED, _D.CLOSED, SYSTEM, BOTH, effect="the decision takes effect, or what both agreed on"),
        _step(_D.APPEALED, _D.CLOSED, MEDIATOR, BOTH, effect="final: the money moves at once"),
        _step(_D.ANSWER, _D.CLOSED, BOTH, effect="the money moves as both agreed"),
        _step(_D.MEDIATION, _D.CLOSED, BOTH, effect="the money moves as both agreed"),
        _step(_D.DECISION, _D.CLOSED, BOTH, effect="the money moves as both agreed"),
        _step(_D.ANSWER, _D.WITHDRAWN, OPENER, effect="the order goes on"),
        _step(_D.MEDIATION, _D.WITHDRAWN, OPENER, effect="the order goes on"),
        _step(_D.DECISION, _D.WITHDRAWN, OPENER, effect="the order goes on"),
        _step(_D.WITHDRAWN, _D.ANSWER, BUYER, SELLER, effect="opened again"),
    )
)
