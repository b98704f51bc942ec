"""What one side proposes and the other answers, whatever it is about. Each kind declares what its acceptance does.

    declare(ProposalKind.EXTEND, rule=ProposalRule(statuses=…, proposers=…, accept=_extend, …))

Everything here happens under the order's lock, so that of an answer, a withdrawal and the clock one counts (docs/delivery.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction

from marketplace.accounts.locks import hold_people
from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DeadlineKind, Order, OrderEventType, OrderProposal, ProposalKind
from marketplace.orders.services._rules import other_id, role_of, tell
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.states import BUYER, SELLER, OrderStatus, ProposalStatus


def _anything_goes(order: Order, proposal: OrderProposal) -> None:
    return


# Product decision: made and taken back again and again, each leaves a line for ever and a notice with the other side.
MOST_A_DAY = 5


@dataclass(frozen=True)
class ProposalRule:
    """One kind of proposal.

    `accept` changes the (locked) order; its user is None when silence accepted. `check` raises OrderError for a proposal
    that may not be made. `asks` is what the other side is told. Without `deadline` a proposal stays open until it is
    answered or overtaken; with one, `answer_within` says how long, and when that is over it lapses, or, where
    `silence_accepts`, does what its acceptance would have done; `reminder` rings at half of that time. `closed` is called
    when it was answered, taken back or overtaken, or has lapsed. `counters`: a proposal of the other side replaces an open
    one. `places_order`: `accept` makes another order, so that both people are held before this one is locked
    (docs/locking.md). `records_itself`: `accept` writes the line of the time line, so that none is written about the acceptance.
    """

    statuses: frozenset[OrderStatus]
    accept: Callable[[Order, OrderProposal, User | None], object]
    asks: Notice
    proposers: frozenset[str] = frozenset({BUYER, SELLER})
    check: Callable[[Order, OrderProposal], None] = _anything_goes
    deadline: DeadlineKind | None = None
    answer_within: Callable[[Order], timedelta] | None = None
    silence_accepts: bool = False
    reminder: DeadlineKind | None = None
    closed: Callable[[Order, OrderProposal], None] = _anything_goes
    counters: bool = False
    places_order: bool = False
    records_itself: bool = False


_RULES: dict[ProposalKind, ProposalRule] = {}


def declare(kind: ProposalKind, *, rule: ProposalRule) -> None:
    """Say what proposals of `kind` are, and let their clock run out. Raises ValueError when somebody did already."""
    if kind in _RULES:
        raise ValueError(f"two rules for {kind}")
    _RULES[kind] = rule
    if rule.deadline is not None:
        at_deadline(rule.deadline)(partial(_run_out, kind))


def may_propose(order: Order, *, kind: ProposalKind, user: User) -> bool:
    """Whether this side of the order may make such a proposal in its present state, were none of the kind open."""
    rule = _RULES[kind]
    return role_of(order, user) in rule.proposers and order.status in rule.statuses


@transaction.atomic
def propose(
    *,
    order_id: int,
    user: User,
    kind: ProposalKind,
    message: str = "",
    reason_code: str = "",
    days: int | None = None,
    amount_fen: int | None = None,
) -> OrderProposal:
    """Propose something to the other side of an order. `days` of time, `amount_fen` in fen: what the kind needs of both.

    Raises OrderError WRONG_STATE, PROPOSAL_OPEN when one of the kind waits for its answer,
    ASKED_TOO_OFTEN, and what the kind's check raises.
    """
    order = locks.lock_order(order_id)
    if role_of(order, user) not in _RULES[kind].proposers or order.status not in _RULES[kind].statuses:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    rule, now = _RULES[kind], clock.now()
    earlier = order.proposals.filter(kind=kind, status=ProposalStatus.OPEN).first()
    if earlier is not None and (not rule.counters or earlier.proposed_by_id == user.pk):
        raise OrderError(OrderErrorCode.PROPOSAL_OPEN)
    expires_at: datetime | None = now + rule.answer_within(order) if rule.answer_within else None
    proposal = OrderProposal(
        order=order,
        kind=kind,
        proposed_by=user,
        message=message.strip(),
        reason_code=reason_code,
        days=days,
        amount_fen=amount_fen,
        expires_at=expires_at,
    )
    rule.check(order, proposal)
    _require_patience(order, kind, user)
    if earlier is not None:
        close(proposal=earlier, status=ProposalStatus.OVERTAKEN)
    proposal.save()
    start_clock(order=order, proposal=proposal)
    _record(order, OrderEventType.PROPOSED, proposal, actor=user, message=proposal.message)
    tell(other_id(order, user.pk), order, rule.asks)
    return proposal


def _require_patience(order: Order, kind: ProposalKind, user: User) -> None:
    today = order.proposals.filter(kind=kind, proposed_by=user, created_at__gt=clock.now() - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise OrderError(OrderErrorCode.ASKED_TOO_OFTEN, times=MOST_A_DAY)


@transaction.atomic
def accept_proposal(*, proposal_id: int, user: User) -> OrderProposal:
    """The other side agrees, and what was proposed happens. Safe to call twice.

    Raises PermissionDenied for whoever proposed it, OrderError WRONG_STATE or PROPOSAL_OVER, and what the kind raises.
    """
    _hold_people(proposal_id)
    order, proposal = _locked(proposal_id)
    _require_other_side(order, proposal, user)
    if proposal.status == ProposalStatus.ACCEPTED:
        return proposal
    _require_open(proposal)
    rule = _RULES[ProposalKind(proposal.kind)]
    if order.status not in rule.statuses:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    # Before it takes effect: what ends the order overtakes whatever is still open.
    close(proposal=proposal, status=ProposalStatus.ACCEPTED)
    if not rule.records_itself:
        _record(order, OrderEventType.PROPOSAL_ACCEPTED, proposal, actor=user)
    rule.accept(order, proposal, user)
    tell(proposal.proposed_by_id, order, catalogue.orders.PROPOSAL_ACCEPTED)
    return proposal


@transaction.atomic
def decline_proposal(*, proposal_id: int, user: User) -> OrderProposal:
    """The other side says no; nothing changes. Safe to call twice. Raises PermissionDenied or OrderError PROPOSAL_OVER."""
    order, proposal = _locked(proposal_id)
    _require_other_side(order, proposal, user)
    if proposal.status == ProposalStatus.DECLINED:
        return proposal
    _require_open(proposal)
    close(proposal=proposal, status=ProposalStatus.DECLINED)
    _record(order, OrderEventType.PROPOSAL_DECLINED, proposal, actor=user)
    tell(proposal.proposed_by_id, order, catalogue.orders.PROPOSAL_DECLINED)
    return proposal


@transaction.atomic
def withdraw_proposal(*, proposal_id: int, user: User) -> OrderProposal:
    """Whoever proposed it takes it back. Safe to call twice. Raises PermissionDenied or OrderError PROPOSAL_OVER."""
    order, proposal = _locked(proposal_id)
    if proposal.proposed_by_id != user.pk:
        raise PermissionDenied
    if proposal.status == ProposalStatus.WITHDRAWN:
        return proposal
    _require_open(proposal)
    close(proposal=proposal, status=ProposalStatus.WITHDRAWN)
    _record(order, OrderEventType.PROPOSAL_WITHDRAWN, proposal, actor=user)
    tell(other_id(order, user.pk), order, catalogue.orders.PROPOSAL_TAKEN_BACK)
    return proposal


def overtake_proposals(order: Order, *kinds: ProposalKind) -> int:
    """What happened to the (locked) order leaves nothing to answer: close its open proposals, of these kinds or all.

    Returns how many. Whoever ends an order calls it beside `deadlines.stop_all_deadlines`.
    """
    waiting = order.proposals.filter(status=ProposalStatus.OPEN)
    overtaken = list(waiting.filter(kind__in=kinds) if kinds else waiting)
    for proposal in overtaken:
        proposal.order = order
        close(proposal=proposal, status=ProposalStatus.OVERTAKEN)
    return len(overtaken)


def open_proposal(*, order: Order, kind: ProposalKind) -> OrderProposal | None:
    """The proposal of a kind that waits for its answer."""
    proposal = order.proposals.filter(kind=kind, status=ProposalStatus.OPEN).first()
    if proposal is not None:
        proposal.order = order
    return proposal


def to_answer(*, order: Order, proposal_id: int, kind: ProposalKind, user: User, own: bool) -> OrderProposal:
    """An open proposal of the (locked) order that `user` made (`own`), or that the other side made.

    Raises OrderError PROPOSAL_OVER, and PermissionDenied for whoever wants to answer what they proposed themselves.
    """
    proposal = order.proposals.filter(pk=proposal_id, kind=kind).first()
    if proposal is None:
        raise OrderError(OrderErrorCode.PROPOSAL_OVER)
    proposal.order = order
    _require_open(proposal)
    if (proposal.proposed_by_id == user.pk) != own:
        raise PermissionDenied
    return proposal


def start_clock(*, order: Order, proposal: OrderProposal) -> None:
    """Let the clock of a proposal that was just made run, with its reminder at half of the time."""
    rule, until = _RULES[ProposalKind(proposal.kind)], proposal.expires_at
    if rule.deadline is None or until is None:
        return
    moments: dict[DeadlineKind, datetime | None] = {rule.deadline: until}
    if rule.reminder is not None:
        moments[rule.reminder] = until - (until - clock.now()) / 2
    deadlines.set_deadlines(order, moments)


def close(*, proposal: OrderProposal, status: ProposalStatus) -> None:
    """Write down how a proposal of a locked order was answered, and stop its clock."""
    proposal.status, proposal.answered_at = status, clock.now()
    proposal.save(update_fields=["status", "answered_at", "updated_at"])
    rule = _RULES.get(ProposalKind(proposal.kind))
    if rule is None:
        return
    deadlines.stop_deadlines(proposal.order, *(kind for kind in (rule.deadline, rule.reminder) if kind))
    rule.closed(proposal.order, proposal)


def _run_out(kind: ProposalKind, order: Order) -> None:
    """Nobody answered in time. The job holds the order's lock."""
    proposal = open_proposal(order=order, kind=kind)
    if proposal is None or proposal.expires_at is None or proposal.expires_at > clock.now():
        return
    rule = _RULES[kind]
    close(proposal=proposal, status=ProposalStatus.LAPSED)
    if rule.silence_accepts and order.status in rule.statuses:
        rule.accept(order, proposal, None)
        if rule.records_itself:
            return
    _record(order, OrderEventType.PROPOSAL_LAPSED, proposal, actor=None)
    tell(proposal.proposed_by_id, order, catalogue.orders.PROPOSAL_EXPIRED)


def _hold_people(proposal_id: int) -> None:
    """People come before orders in every transaction; whether an account is going, `place_agreed_order` says."""
    kind, *sides = OrderProposal.objects.values_list("kind", "order__buyer_id", "order__seller_id").get(pk=proposal_id)
    if _RULES[ProposalKind(kind)].places_order:
        hold_people(*sides)


def _locked(proposal_id: int) -> tuple[Order, OrderProposal]:
    """The order's lock first, then the proposal as it is under it."""
    order = locks.lock_order(OrderProposal.objects.values_list("order_id", flat=True).get(pk=proposal_id))
    proposal = OrderProposal.objects.select_related("proposed_by").get(pk=proposal_id)
    proposal.order = order
    return order, proposal


def _require_other_side(order: Order, proposal: OrderProposal, user: User) -> None:
    role_of(order, user)
    if proposal.proposed_by_id == user.pk:
        raise PermissionDenied


def _require_open(proposal: OrderProposal) -> None:
    is_late = proposal.expires_at is not None and proposal.expires_at <= clock.now()
    if proposal.status != ProposalStatus.OPEN or is_late:
        raise OrderError(OrderErrorCode.PROPOSAL_OVER)


def _record(
    order: Order, event: OrderEventType, proposal: OrderProposal, *, actor: User | None, **data: object
) -> None:
    said: dict[str, object] = {
        "proposal": proposal.kind,
        "days": proposal.days,
        "amount_fen": proposal.amount_fen,
        **data,
    }
    events.record(order, event, actor=actor, at=clock.now(), **{name: value for name, value in said.items() if value})
