"""Who an order waits for, and whether its work is late: decided here alone, for headline, bar, lists and calendar. No writing.

`turn_of` says it of one order, `waits_for` the same to the database; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from marketplace.core import clock
from marketplace.orders.deadlines import is_very_late
from marketplace.orders.models import Dispute, Order, OrderProposal, ProposalKind
from marketplace.orders.states import (
    BUYER,
    MEDIATOR,
    SELLER,
    WORKED_ON_STATUSES,
    DisputeStatus,
    OrderStatus,
    ProposalStatus,
)

_S, _D = OrderStatus, DisputeStatus

# Whose act brings an order on about which nothing is proposed. Disputes have steps of their own.
WORK_OF: Mapping[str, tuple[OrderStatus, ...]] = {
    BUYER: (_S.PENDING_PAYMENT, _S.AWAITING_REQUIREMENTS, _S.DELIVERED),
    SELLER: WORKED_ON_STATUSES,
}
_OTHER = {BUYER: SELLER, SELLER: BUYER}
_BEFORE_MEDIATORS = (_D.MEDIATION, _D.DECISION, _D.APPEALED)


class Lateness(StrEnum):
    """How the promised time and the work stand to each other."""

    IN_TIME = ""
    LATE = "late"
    VERY_LATE = "very_late"  # the buyer may cancel alone


@dataclass(frozen=True)
class Turn:
    """Who an order waits for. Several: each has something to do."""

    sides: frozenset[str]  # of BUYER, SELLER, MEDIATOR; empty when it has ended
    worker: str  # whose work goes on beside an answer that is waited for, or nothing
    proposal: OrderProposal | None  # the one to answer; of several the one whose time ends first
    asked: str  # the side that it waits for, or nothing


def side_of(order: Order, person_id: int) -> str:
    """Which of the two this person is."""
    return BUYER if person_id == order.buyer_id else SELLER


def turn_of(order: Order) -> Turn:
    """Who the order waits for. Reads the open proposals, if they did not come with it (`with_turns`)."""
    proposals = _open_proposals(order)
    asked = [_OTHER[side_of(order, proposal.proposed_by_id)] for proposal in proposals]
    if order.status == OrderStatus.DISPUTED:
        sides, worker = _in_dispute(order.dispute, order, set(asked)), ""
    else:
        worker = next((side for side, statuses in WORK_OF.items() if order.status in statuses), "")
        if any(proposal.kind == ProposalKind.CANCEL for proposal in proposals):
            worker = ""  # whether there is any work left is just what is asked
        sides = {worker, *asked} - {""}
    proposal, its_side = (proposals[0], asked[0]) if proposals else (None, "")
    return Turn(frozenset(sides), worker, proposal, its_side)


def waits_for(side: str) -> Q:
    """The orders that wait for this side of them."""
    mine, other = side, _OTHER[side]  # the sides are named as the columns are
    waiting = OrderProposal.objects.filter(order=OuterRef("pk"), status=ProposalStatus.OPEN)
    to_answer = waiting.filter(proposed_by=OuterRef(other))
    in_dispute = (
        Q(dispute__status=_D.ANSWER, dispute__opened_by=F(other))
        | (Q(dispute__status=_D.MEDIATION) & ~Exists(waiting.filter(kind=ProposalKind.SPLIT)))
        | Q(dispute__status=_D.DECIDED, **{f"dispute__{mine}_accepted_at": None})
    )
    return (
        (Q(status__in=WORK_OF[side]) & ~Exists(waiting.filter(kind=ProposalKind.CANCEL)))
        | Q(Exists(to_answer))
        | (Q(status=OrderStatus.DISPUTED) & in_dispute)
    )


def with_turns(orders: QuerySet[Order]) -> QuerySet[Order]:
    """These orders with what `turn_of` and `lateness` read."""
    return orders.select_related("dispute", "rules").prefetch_related(_WAITING)


def lateness(order: Order) -> Lateness:
    """Whether work that is still owed is late now, by the rules of the order."""
    if order.status not in WORKED_ON_STATUSES or order.due_at is None or clock.now() <= order.due_at:
        return Lateness.IN_TIME
    return Lateness.VERY_LATE if is_very_late(order) else Lateness.LATE


_WAITING = Prefetch(
    "proposals",
    OrderProposal.objects.filter(status=ProposalStatus.OPEN).select_related("proposed_by__profile"),
    to_attr="open_proposals",
)


def _open_proposals(order: Order) -> list[OrderProposal]:
    found: list[OrderProposal] | None = getattr(order, "open_proposals", None)
    if found is None:
        waiting = order.proposals.filter(status=ProposalStatus.OPEN)
        found = list(waiting.select_related("proposed_by__profile"))
    endless = [proposal for proposal in found if proposal.expires_at is None]
    ending = [(proposal.expires_at, proposal.pk, proposal) for proposal in found if proposal.expires_at is not None]
    return [proposal for _at, _pk, proposal in sorted(ending)] + endless


def _in_dispute(dispute: Dispute, order: Order, asked: set[str]) -> set[str]:
    sides = set(asked)
    if dispute.status == _D.ANSWER:
        sides.add(_OTHER[side_of(order, dispute.opened_by_id)])
    elif dispute.status == _D.MEDIATION and not asked:
        sides |= {BUYER, SELLER}
    elif dispute.status == _D.DECIDED:
        accepted = {BUYER: dispute.buyer_accepted_at, SELLER: dispute.seller_accepted_at}
        sides |= {side for side, at in accepted.items() if at is None}
    return sides | ({MEDIATOR} if dispute.status in _BEFORE_MEDIATORS else set())
