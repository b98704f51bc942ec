"""Cancelling together: one side proposes, the other accepts or declines, silence cancels (facts/marketplace.md, rule 3)."""

from datetime import timedelta

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.notifications import catalogue
from marketplace.orders import events, locks
from marketplace.orders.cancelling import MOST_PROPOSALS
from marketplace.orders.deadlines import keep_clocks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    CancelledBy,
    DeadlineKind,
    Order,
    OrderEventType,
    OrderProposal,
    ProposalKind,
)
from marketplace.orders.reasons import CANCEL_REASONS, known_reason
from marketplace.orders.services._rules import other_id, require_transition, role_of, tell
from marketplace.orders.services.cancellation import end_by_cancelling
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.services.proposals import ProposalRule, close, declare, open_proposal, start_clock, to_answer
from marketplace.orders.states import BOTH, BUYER, ORDER_TRANSITIONS, SELLER, OrderStatus, ProposalStatus

_ASKS = catalogue.orders.ASKS_TO_CANCEL


@transaction.atomic
def propose_cancellation(*, order_id: int, user: User, reason_code: str = "", message: str = "") -> OrderProposal:
    """Ask the other side to end a running order; all of its money then goes back to the buyer.

    The other side has `orders.cancel_answer_hours`, during which no silence accepts a delivery; whatever else moves the
    order on meanwhile overtakes it.
    Raises OrderError WRONG_STATE, PROPOSAL_OPEN or PROPOSED_TOO_OFTEN, and ValueError for an unknown reason.
    """
    order = locks.lock_order(order_id)
    side = role_of(order, user)
    code = known_reason(CANCEL_REASONS, side, reason_code)
    require_transition(order, to=OrderStatus.CANCELLED, actor=BOTH)
    if open_proposal(order=order, kind=ProposalKind.CANCEL):
        raise OrderError(OrderErrorCode.PROPOSAL_OPEN)
    now = clock.now()
    within = _answer_within(order)
    until = now + within
    proposal = OrderProposal(
        order=order,
        kind=ProposalKind.CANCEL,
        proposed_by=user,
        reason_code=code,
        message=message.strip(),
        amount_fen=order.kept_fen,
        expires_at=until,
    )
    _check(order, proposal)
    proposal.save()
    start_clock(order=order, proposal=proposal)
    if order.status == OrderStatus.DELIVERED:
        _move_acceptance(order, by=within)
    events.record(
        order,
        OrderEventType.CANCEL_PROPOSED,
        actor=user,
        at=now,
        reason_code=code,
        reason=proposal.message[:500],
        until=until.isoformat(),
    )
    tell(other_id(order, user.pk), order, _ASKS)
    return proposal


@transaction.atomic
def accept_cancellation(*, order_id: int, proposal_id: int, user: User) -> Order:
    """The other side agrees: the order ends, and its money goes back whole.

    Raises OrderError PROPOSAL_OVER or WRONG_STATE, PermissionDenied for who proposed it.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    proposal = to_answer(order=order, proposal_id=proposal_id, kind=ProposalKind.CANCEL, user=user, own=False)
    close(proposal=proposal, status=ProposalStatus.ACCEPTED)
    _end(order, proposal, user)
    return order


@transaction.atomic
def decline_cancellation(*, order_id: int, proposal_id: int, user: User, message: str = "") -> OrderProposal:
    """The other side wants to go on: nothing changes. Raises like `accept_cancellation`."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.DECLINED, OrderEventType.CANCEL_DECLINED, message)


@transaction.atomic
def withdraw_cancellation(*, order_id: int, proposal_id: int, user: User) -> OrderProposal:
    """Who proposed it takes it back. Raises OrderError PROPOSAL_OVER, PermissionDenied for the other side."""
    return _refuse(order_id, proposal_id, user, ProposalStatus.WITHDRAWN, OrderEventType.CANCEL_WITHDRAWN)


@at_deadline(DeadlineKind.CANCEL_REMINDER)
def remind_of_cancellation(order: Order) -> None:
    """Half of the time to answer is over, and silence moves all of the money."""
    proposal = open_proposal(order=order, kind=ProposalKind.CANCEL)
    if proposal is not None:
        tell(
            other_id(order, proposal.proposed_by_id),
            order,
            catalogue.orders.CANCEL_ANSWER_WANTED,
        )


def _move_acceptance(order: Order, *, by: timedelta) -> None:
    """The acceptance clock stands still while a proposal waits: both were told that silence cancels, so it may not accept."""
    assert order.auto_accept_at is not None  # noqa: S101 the table has a constraint for it
    order.auto_accept_at += by
    order.save(update_fields=["auto_accept_at", "updated_at"])
    keep_clocks(order)


def _go_on(order: Order, proposal: OrderProposal) -> None:
    """Answered early with no, taken back, or overtaken: the acceptance clock goes on from where it stood."""
    ended = proposal.status in (ProposalStatus.DECLINED, ProposalStatus.WITHDRAWN, ProposalStatus.OVERTAKEN)
    if ended and order.status == OrderStatus.DELIVERED and proposal.expires_at and proposal.answered_at:
        _move_acceptance(order, by=-(proposal.expires_at - proposal.answered_at))


def _refuse(
    order_id: int, proposal_id: int, user: User, status: ProposalStatus, event: OrderEventType, message: str = ""
) -> OrderProposal:
    order = locks.lock_order(order_id)
    role_of(order, user)
    own = status == ProposalStatus.WITHDRAWN
    proposal = to_answer(order=order, proposal_id=proposal_id, kind=ProposalKind.CANCEL, user=user, own=own)
    close(proposal=proposal, status=status)
    events.record(order, event, actor=user, reason=message.strip()[:500])
    title = catalogue.orders.CANCEL_TAKEN_BACK if own else catalogue.orders.CANCEL_DECLINED
    tell(other_id(order, user.pk), order, title)
    return proposal


def _answer_within(order: Order) -> timedelta:
    return timedelta(hours=rule(order.rules, "orders.cancel_answer_hours"))


def _check(order: Order, proposal: OrderProposal) -> None:
    proposed = order.proposals.filter(kind=ProposalKind.CANCEL, proposed_by=proposal.proposed_by_id)
    if proposed.count() >= MOST_PROPOSALS:
        raise OrderError(OrderErrorCode.PROPOSED_TOO_OFTEN, times=MOST_PROPOSALS)


def _end(order: Order, proposal: OrderProposal, user: User | None) -> None:
    """Both agreed, or nobody (`user` is None) answered in time: that is a yes, as both were told when it was proposed."""
    require_transition(order, to=OrderStatus.CANCELLED, actor=BOTH)
    end_by_cancelling(
        order,
        event=OrderEventType.CANCELLED,
        by=CancelledBy.BOTH if user else CancelledBy.SILENCE,
        actor=user,
        reason_code=proposal.reason_code,
        reason=proposal.message[:500],
        side=BUYER if proposal.proposed_by_id == order.buyer_id else SELLER,
    )
    told = {order.buyer_id, order.seller_id} - ({user.pk} if user else set())
    for person_id in sorted(told):
        tell(person_id, order, catalogue.orders.CANCELLED)


declare(
    ProposalKind.CANCEL,
    rule=ProposalRule(
        statuses=frozenset(
            row.source for row in ORDER_TRANSITIONS.rows if row.target == OrderStatus.CANCELLED and BOTH in row.actors
        ),
        accept=_end,
        check=_check,
        asks=_ASKS,
        deadline=DeadlineKind.PROPOSAL_CANCEL,
        reminder=DeadlineKind.CANCEL_REMINDER,
        closed=_go_on,
        answer_within=_answer_within,
        silence_accepts=True,
        records_itself=True,
    ),
)
