"""The two sides of a dispute agree on a division themselves: proposals to and fro, and the first that is accepted counts."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core.money import display_yuan
from marketplace.notifications import catalogue
from marketplace.orders import events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderEventType, OrderProposal, ProposalKind
from marketplace.orders.services._cases import running_dispute
from marketplace.orders.services._resolving import resolve
from marketplace.orders.services._rules import other_id, role_of, tell
from marketplace.orders.services.proposals import ProposalRule, close, declare, open_proposal, to_answer
from marketplace.orders.states import BOTH, OrderStatus, ProposalStatus

# Product decision: enough to haggle, and no way to fill the evidence.
MOST_SPLITS = 30
_ASKS = catalogue.disputes.SPLIT_PROPOSED


@transaction.atomic
def propose_split(*, order_id: int, user: User, refund_fen: int, message: str = "") -> OrderProposal:
    """Propose that `refund_fen` goes back to the buyer, and the rest to the seller.

    It takes the place of one's own earlier proposal, and declines the other side's: one waits for an answer at a time.
    Possible until the dispute is closed, after a decision too. Raises OrderError WRONG_STATE,
    REFUND_TOO_LARGE or SPLITS_TOO_OFTEN.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    running_dispute(order)
    proposal = OrderProposal(
        order=order, kind=ProposalKind.SPLIT, proposed_by=user, amount_fen=refund_fen, message=message.strip()
    )
    _check(order, proposal)
    if order.proposals.filter(kind=ProposalKind.SPLIT, proposed_by=user).count() >= MOST_SPLITS:
        raise OrderError(OrderErrorCode.SPLITS_TOO_OFTEN, times=MOST_SPLITS)
    if (earlier := open_proposal(order=order, kind=ProposalKind.SPLIT)) is not None:
        own = earlier.proposed_by_id == user.pk
        close(proposal=earlier, status=ProposalStatus.WITHDRAWN if own else ProposalStatus.DECLINED)
    proposal.save()
    events.record(
        order,
        OrderEventType.SPLIT_PROPOSED,
        actor=user,
        refund_fen=refund_fen,
        released_fen=order.kept_fen - refund_fen,
        reason=proposal.message,
    )
    tell(other_id(order, user.pk), order, _ASKS)
    return proposal


@transaction.atomic
def accept_split(*, order_id: int, proposal_id: int, user: User) -> Order:
    """The other side agrees: the money moves exactly so, at once, and nobody decides any more.

    Raises OrderError PROPOSAL_OVER or WRONG_STATE, PermissionDenied for who proposed it.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    running_dispute(order)
    proposal = to_answer(order=order, proposal_id=proposal_id, kind=ProposalKind.SPLIT, user=user, own=False)
    close(proposal=proposal, status=ProposalStatus.ACCEPTED)
    _divide(order, proposal, user)
    return order


@transaction.atomic
def decline_split(*, order_id: int, proposal_id: int, user: User) -> OrderProposal:
    """The other side does not want it. Raises like `accept_split`."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.DECLINED, OrderEventType.SPLIT_DECLINED)


@transaction.atomic
def withdraw_split(*, order_id: int, proposal_id: int, user: User) -> OrderProposal:
    """Who proposed it takes it back. Raises OrderError PROPOSAL_OVER, PermissionDenied for the other side."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.WITHDRAWN, OrderEventType.SPLIT_WITHDRAWN)


def _refuse(
    order_id: int, proposal_id: int, user: User, status: ProposalStatus, event: OrderEventType
) -> OrderProposal:
    order = locks.lock_order(order_id)
    role_of(order, user)
    own = status == ProposalStatus.WITHDRAWN
    proposal = to_answer(order=order, proposal_id=proposal_id, kind=ProposalKind.SPLIT, user=user, own=own)
    close(proposal=proposal, status=status)
    events.record(order, event, actor=user, refund_fen=proposal.amount_fen)
    title = catalogue.disputes.SPLIT_TAKEN_BACK if own else catalogue.disputes.SPLIT_DECLINED
    tell(other_id(order, user.pk), order, title)
    return proposal


def _check(order: Order, proposal: OrderProposal) -> None:
    if not 0 <= (proposal.amount_fen or 0) <= order.kept_fen:
        raise OrderError(OrderErrorCode.REFUND_TOO_LARGE, most=display_yuan(order.kept_fen))


def _divide(order: Order, proposal: OrderProposal, user: User | None) -> None:
    resolve(
        order,
        running_dispute(order),
        refund_fen=proposal.amount_fen or 0,
        explanation=proposal.message,
        decided_by=None,
        actor=user,
        step_by=BOTH,
    )


declare(
    ProposalKind.SPLIT,
    rule=ProposalRule(
        statuses=frozenset({OrderStatus.DISPUTED}),
        accept=_divide,
        check=_check,
        asks=_ASKS,
        counters=True,
        records_itself=True,
    ),
)
