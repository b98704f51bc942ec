"""The two sides of a dispute agree on a division themselves: proposals to and fro, and the first that is accepted counts."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core.money import display_yuan
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType, OrderProposal, ProposalKind
from marketplace.orders.services._cases import other_id, running_dispute
from marketplace.orders.services._proposals import close, open_proposal, to_answer
from marketplace.orders.services._resolving import resolve
from marketplace.orders.services._rules import role_of, tell
from marketplace.orders.states import BOTH, ProposalStatus


@transaction.atomic
def propose_split(*, order_id: int, user: User, refund_fen: int, message: str = "") -> OrderProposal:
    """Propose that `refund_fen` goes back to the buyer, and the rest to the seller.

    It takes the place of one's own earlier proposal, and declines the other side's: one waits for an answer at a time.
    Possible until the dispute is closed, after a decision too. Raises OrderError WRONG_STATE or REFUND_TOO_LARGE.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    running_dispute(order)
    if not 0 <= refund_fen <= order.kept_fen:
        raise OrderError(OrderErrorCode.REFUND_TOO_LARGE, most=display_yuan(order.kept_fen))
    if (earlier := open_proposal(order, ProposalKind.SPLIT)) is not None:
        own = earlier.proposed_by_id == user.pk
        close(earlier, ProposalStatus.WITHDRAWN if own else ProposalStatus.DECLINED)
    proposal = OrderProposal.objects.create(
        order=order, kind=ProposalKind.SPLIT, proposed_by=user, amount_fen=refund_fen, message=message.strip()
    )
    events.record(
        order,
        OrderEventType.SPLIT_PROPOSED,
        actor=user,
        refund_fen=refund_fen,
        released_fen=order.kept_fen - refund_fen,
        reason=proposal.message[:500],
    )
    tell(other_id(order, user), order, _("The other side proposes a division: please answer"))
    return proposal


@transaction.atomic
def accept_split(*, order_id: int, proposal_id: int, user: User) -> Order:
    """The other side agrees: the money moves exactly so, at once, and nobody decides any more.

    Raises OrderError PROPOSAL_GONE or WRONG_STATE, PermissionDenied for who proposed it.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    dispute = running_dispute(order)
    proposal = to_answer(order, proposal_id, ProposalKind.SPLIT, user=user, own=False)
    close(proposal, ProposalStatus.ACCEPTED)
    resolve(
        order,
        dispute,
        refund_fen=proposal.amount_fen or 0,
        explanation=proposal.message,
        decided_by=None,
        actor=user,
        step_by=BOTH,
    )
    return order


@transaction.atomic
def decline_split(*, order_id: int, proposal_id: int, user: User) -> OrderProposal:
    """The other side does not want it. Raises like `accept_split`."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.DECLINED, OrderEventType.SPLIT_DECLINED)


@transaction.atomic
def withdraw_split(*, order_id: int, proposal_id: int, user: User) -> OrderProposal:
    """Who proposed it takes it back. Raises OrderError PROPOSAL_GONE, PermissionDenied for the other side."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.WITHDRAWN, OrderEventType.SPLIT_WITHDRAWN)


def _refuse(
    order_id: int, proposal_id: int, user: User, status: ProposalStatus, event: OrderEventType
) -> OrderProposal:
    order = locks.lock_order(order_id)
    role_of(order, user)
    own = status == ProposalStatus.WITHDRAWN
    proposal = to_answer(order, proposal_id, ProposalKind.SPLIT, user=user, own=own)
    close(proposal, status)
    events.record(order, event, actor=user, refund_fen=proposal.amount_fen)
    title = _("The proposed division was taken back") if own else _("Your proposed division was declined")
    tell(other_id(order, user), order, title)
    return proposal
