"""What all proposals of the two sides have in common: one open of a kind, answered once, overtaken by what happens."""

from django.core.exceptions import PermissionDenied

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderProposal, ProposalKind
from marketplace.orders.states import ProposalStatus


def overtake_proposals(order: Order, *kinds: ProposalKind) -> None:
    """Something happened to the (locked) order that leaves its open proposals nothing to ask: those of `kinds`, or all."""
    waiting = OrderProposal.objects.filter(order=order, status=ProposalStatus.OPEN)
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    now = clock.now()
    waiting.update(status=ProposalStatus.OVERTAKEN, answered_at=now, updated_at=now)


def open_proposal(order: Order, kind: ProposalKind) -> OrderProposal | None:
    """The proposal of a kind that waits for its answer."""
    return OrderProposal.objects.filter(order=order, kind=kind, status=ProposalStatus.OPEN).first()


def to_answer(order: Order, proposal_id: int, kind: ProposalKind, *, user: User, own: bool) -> OrderProposal:
    """An open proposal of the (locked) order that `user` made (`own`), or that the other side made.

    Raises OrderError PROPOSAL_GONE, and PermissionDenied for whoever wants to answer what they proposed themselves.
    """
    proposal = OrderProposal.objects.filter(pk=proposal_id, order=order, kind=kind).first()
    if proposal is None or proposal.status != ProposalStatus.OPEN:
        raise OrderError(OrderErrorCode.PROPOSAL_GONE)
    if (proposal.proposed_by_id == user.pk) != own:
        raise PermissionDenied
    return proposal


def close(proposal: OrderProposal, status: ProposalStatus) -> None:
    """Write down how it was answered."""
    proposal.status, proposal.answered_at = status, clock.now()
    proposal.save(update_fields=["status", "answered_at", "updated_at"])
