"""The planned disputes as rows: what was said on both sides, decisions, clocks of those that are open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.orders.models import (
    CancelledBy,
    DeadlineKind,
    Dispute,
    DisputeDecision,
    DisputeStatement,
    Order,
    OrderDeadline,
    OrderEventType,
    OrderProposal,
    ProposalKind,
    StatementKind,
)
from marketplace.orders.reasons import OTHER, BuyerCancelReason, BuyerDisputeReason, SellerCancelReason
from marketplace.orders.states import DisputeStatus, OrderStatus
from portal.demo.bulk import backdate, insert
from portal.demo.people import People
from portal.demo.phrases import DISPUTE_ANSWERS, DISPUTE_DECISIONS
from portal.demo.plan import BUYER, SELLER, OrderPlan

ANSWER_DAYS, MEDIATION_DAYS, DECISION_DAYS = 3, 7, 15
ANSWERED_AFTER = timedelta(hours=9)
# Between a decision and its effect in the demo: both sides accept it.
DECISION_READ = timedelta(hours=6)


def how_cancelled(plan: OrderPlan) -> dict[str, str]:
    """Who ended an order and why, as its time line tells it."""
    for event in plan.events:
        if event.type == OrderEventType.PAYMENT_EXPIRED:
            return {"cancelled_by": CancelledBy.SYSTEM, "cancel_reason": "not_paid"}
        if event.type == OrderEventType.CANCELLED:
            is_buyer = event.actor == BUYER
            reason = BuyerCancelReason.CHANGED_MIND if is_buyer else SellerCancelReason.NO_TIME
            return {"cancelled_by": CancelledBy.BUYER if is_buyer else CancelledBy.SELLER, "cancel_reason": reason}
    return {}


def write_disputes(plans: Sequence[OrderPlan], orders: Sequence[Order], *, people: People) -> None:
    """The cases themselves, then what hangs on them. An open one is answered, and its other side proposes a division."""
    now = timezone.now()
    cases: list[tuple[Dispute, OrderPlan, datetime]] = []
    for plan, order in zip(plans, orders, strict=True):
        if plan.dispute:
            cases.append((_case(plan, order, people.staff["moderator"], now), plan, plan.dispute.at))
    insert(case for case, _plan, _at in cases)
    backdate(Dispute, {case.pk: at for case, _plan, at in cases})
    statements, decisions, proposals, deadlines = [], [], [], []
    for number, (case, plan, at) in enumerate(cases):
        order = case.order
        other = order.seller if case.opened_by == order.buyer else order.buyer
        statements.append(
            DisputeStatement(
                dispute=case,
                author=case.opened_by,
                kind=StatementKind.OPENING,
                reason_code=case.reason_code,
                text=case.reason,
                wanted_fen=case.wanted_fen,
                created_at=at,
            )
        )
        if case.answered_at:
            text = DISPUTE_ANSWERS[SELLER if other == order.seller else BUYER][number % 2]
            statements.append(
                DisputeStatement(
                    dispute=case, author=other, kind=StatementKind.ANSWER, text=text, created_at=case.answered_at
                )
            )
        if case.outcome:
            decisions.append(_decision(case, plan))
        elif case.answered_at:
            third = order.total_fen // 300 * 100
            proposal = OrderProposal(
                order=order,
                kind=ProposalKind.SPLIT,
                proposed_by=other,
                amount_fen=third,
                message="愿意退三分之一，早点了结。",
            )
            proposals.append((proposal, min(case.answered_at + timedelta(hours=5), now)))
        deadlines += [OrderDeadline(order=order, kind=kind, due_at=due) for kind, due in _clocks(case, now)]
    insert(statements)
    insert(decisions)
    insert(proposal for proposal, _at in proposals)
    backdate(OrderProposal, {proposal.pk: at for proposal, at in proposals})
    insert(deadlines)


def _case(plan: OrderPlan, order: Order, mediator: User, now: datetime) -> Dispute:
    told = plan.dispute
    assert told is not None  # noqa: S101 asked by the caller
    is_buyer = told.by == BUYER
    row = Dispute(
        order=order,
        opened_by=order.buyer if is_buyer else order.seller,
        opened_at=told.at,
        order_was=OrderStatus.DELIVERED,
        reason_code=BuyerDisputeReason.INCOMPLETE if is_buyer else OTHER,
        reason=told.reason,
        wanted_fen=order.total_fen // 200 * 100 if is_buyer else 0,
        answer_due_at=told.at + timedelta(days=ANSWER_DAYS),
        decision_due_at=told.at + timedelta(days=DECISION_DAYS),
    )
    answered_at = told.at + ANSWERED_AFTER
    if answered_at <= now:
        row.answered_at, row.mediation_ends_at = answered_at, answered_at + timedelta(days=MEDIATION_DAYS)
        row.status = DisputeStatus.MEDIATION if row.mediation_ends_at > now else DisputeStatus.DECISION
    if told.outcome:
        row.status = DisputeStatus.CLOSED
        row.outcome, row.refund_fen, row.explanation = told.outcome, told.refund_fen, DISPUTE_DECISIONS[told.outcome]
        row.decided_by, row.decided_at = mediator, told.decided_at
        row.buyer_accepted_at = row.seller_accepted_at = told.decided_at
    return row


def _decision(case: Dispute, plan: OrderPlan) -> DisputeDecision:
    assert case.decided_by is not None  # noqa: S101 it has an outcome
    assert case.decided_at is not None  # noqa: S101
    return DisputeDecision(
        dispute=case,
        number=1,
        mediator=case.decided_by,
        outcome=case.outcome,
        kept_fen=plan.total_fen,
        refund_fen=case.refund_fen or 0,
        explanation=case.explanation,
        decided_at=case.decided_at - DECISION_READ,
    )


def _clocks(case: Dispute, now: datetime) -> list[tuple[DeadlineKind, datetime]]:
    """What runs for an open case. What should have been decided already is told of by the next run of the job."""
    if case.outcome or case.decision_due_at is None:
        return []
    if case.status == DisputeStatus.ANSWER and case.answer_due_at:
        return [(DeadlineKind.DISPUTE_ANSWER, case.answer_due_at)]
    clocks = [(DeadlineKind.DISPUTE_DECISION, case.decision_due_at)]
    if case.status == DisputeStatus.MEDIATION and case.mediation_ends_at:
        clocks.append((DeadlineKind.DISPUTE_MEDIATION, case.mediation_ends_at))
    return clocks
