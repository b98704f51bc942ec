"""The mediators' part: advice, a decision with reasons, one appeal before somebody else. What is idle goes to people."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.rules import rule
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify
from marketplace.orders import events, locks
from marketplace.orders.deadlines import set_deadlines, stop_deadlines
from marketplace.orders.dispute_selectors import MEDIATE, mediators
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    DeadlineKind,
    Dispute,
    DisputeDecision,
    DisputeStatement,
    Order,
    OrderEventType,
    ProposalKind,
    StatementKind,
)
from marketplace.orders.services._cases import FOLDER, reminded_before, running_dispute, say
from marketplace.orders.services._resolving import outcome_of, require_division, resolve
from marketplace.orders.services._rules import other_id, require_dispute_transition, role_of, tell
from marketplace.orders.services._uploads import stored
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.services.proposals import overtake_proposals
from marketplace.orders.states import BOTH, BUYER, MEDIATOR, SYSTEM, DisputeStatus, OrderStatus

# What has waited too long is told of again each day, until somebody decides.
NAG_AFTER = timedelta(days=1)


@transaction.atomic
def advise(*, order_id: int, mediator: User, text: str, refund_fen: int | None = None) -> DisputeStatement:
    """A mediator writes to both sides, maybe with a division that they might agree on. It decides nothing.

    Whoever decided first says nothing to an appeal. Raises PermissionDenied, OrderError OWN_CASE, SAME_MEDIATOR,
    WRONG_STATE or NOTHING_SAID.
    """
    order = _case(order_id, mediator)
    dispute = running_dispute(order)
    _require_other(dispute, mediator)
    if refund_fen is not None:
        require_division(order, refund_fen)
    statement = say(dispute, mediator, StatementKind.ADVICE, text.strip(), (), wanted_fen=refund_fen)
    events.record(order, OrderEventType.DISPUTE_ADVISED, actor=mediator, reason=text.strip()[:500])
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, catalogue.disputes.MEDIATOR_WROTE)
    return statement


@transaction.atomic
def decide_dispute(*, order_id: int, mediator: User, refund_fen: int, explanation: str) -> DisputeDecision:
    """Decide that `refund_fen` goes back to the buyer and the rest, less the fee, to the seller.

    A first decision takes effect after `disputes.appeal_days`, or at once when both accept it. One about an appeal is
    made by somebody else, whatever rights the first one has, and moves the money at once.
    Raises PermissionDenied, OrderError OWN_CASE, SAME_MEDIATOR, NOT_ANSWERED_YET or WRONG_STATE, and ValueError for a
    refund outside 0..what is left of the price, or without reasons.
    """
    order = _case(order_id, mediator)
    dispute = running_dispute(order)
    if dispute.status == DisputeStatus.ANSWER:
        raise OrderError(OrderErrorCode.NOT_ANSWERED_YET)
    first = dispute.decisions.filter(number=1).first()
    is_appeal = dispute.status == DisputeStatus.APPEALED
    _require_other(dispute, mediator)
    target = DisputeStatus.CLOSED if is_appeal else DisputeStatus.DECIDED
    require_dispute_transition(dispute, to=target, actor=MEDIATOR)
    released_fen = require_division(order, refund_fen)
    if not explanation.strip():
        raise ValueError("a decision has reasons")
    now = clock.now()
    decision = DisputeDecision.objects.create(
        dispute=dispute,
        number=2 if is_appeal else 1,
        mediator=mediator,
        first_mediator=first.mediator if first else None,
        outcome=outcome_of(refund_fen=refund_fen, released_fen=released_fen),
        kept_fen=refund_fen + released_fen,
        refund_fen=refund_fen,
        explanation=explanation.strip(),
        decided_at=now,
    )
    # What was offered before the decision was known is not accepted after it.
    overtake_proposals(order, ProposalKind.SPLIT)
    events.record(
        order,
        OrderEventType.DISPUTE_DECIDED,
        actor=mediator,
        at=now,
        refund_fen=refund_fen,
        released_fen=released_fen,
        number=decision.number,
    )
    staff_log.note(
        actor=mediator,
        action="dispute.appeal_decided" if is_appeal else "dispute.decided",
        data={"order": order.number, "refund_fen": refund_fen, "released_fen": released_fen},
    )
    if is_appeal:
        _take_effect(order, dispute, decision, actor=mediator, step_by=MEDIATOR)
        return decision
    dispute.status = DisputeStatus.DECIDED
    dispute.takes_effect_at = now + timedelta(days=rule(order.rules, "disputes.appeal_days"))
    dispute.buyer_accepted_at = dispute.seller_accepted_at = None
    dispute.save()
    set_deadlines(
        order,
        {
            DeadlineKind.DISPUTE_REMINDER: dispute.takes_effect_at - reminded_before(order),
            DeadlineKind.DISPUTE_MEDIATION: None,
            DeadlineKind.DISPUTE_DECISION: None,
            DeadlineKind.DISPUTE_APPEAL: dispute.takes_effect_at,
        },
    )
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, catalogue.disputes.DECIDED)
    return decision


@transaction.atomic
def accept_decision(*, order_id: int, user: User) -> Dispute:
    """One side agrees with the decision, and can no longer appeal; when both did, the money moves at once. Safe to repeat.

    Raises OrderError WRONG_STATE.
    """
    order = locks.lock_order(order_id)
    field = "buyer_accepted_at" if role_of(order, user) == BUYER else "seller_accepted_at"
    dispute = running_dispute(order)
    if dispute.status != DisputeStatus.DECIDED:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    if getattr(dispute, field):
        return dispute
    setattr(dispute, field, clock.now())
    dispute.save(update_fields=[field, "updated_at"])
    events.record(order, OrderEventType.DECISION_ACCEPTED, actor=user)
    if dispute.buyer_accepted_at and dispute.seller_accepted_at:
        _take_effect(order, dispute, dispute.decisions.get(number=1), actor=user, step_by=BOTH)
    else:
        tell(other_id(order, user.pk), order, catalogue.disputes.DECISION_ACCEPTED)
    return dispute


def appeal_decision(*, order_id: int, user: User, text: str, files: Sequence[UploadedFile] = ()) -> Dispute:
    """Either side says why the decision is wrong, once; another mediator then decides for good.

    Raises OrderError WRONG_STATE, APPEAL_OVER, ACCEPTED_ALREADY, NOTHING_SAID or TOO_MANY_FILES.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        order = locks.lock_order(order_id)
        side = role_of(order, user)
        dispute = running_dispute(order)
        require_dispute_transition(dispute, to=DisputeStatus.APPEALED, actor=side)
        if dispute.takes_effect_at is not None and dispute.takes_effect_at <= clock.now():  # however late the job comes
            raise OrderError(OrderErrorCode.APPEAL_OVER)
        if dispute.buyer_accepted_at if side == BUYER else dispute.seller_accepted_at:
            raise OrderError(OrderErrorCode.ACCEPTED_ALREADY)
        say(dispute, user, StatementKind.APPEAL, text.strip(), stored_files)
        now = clock.now()
        dispute.status, dispute.appealed_by, dispute.appealed_at = DisputeStatus.APPEALED, user, now
        dispute.takes_effect_at = None
        dispute.decision_due_at = now + timedelta(days=rule(order.rules, "disputes.appeal_decision_days"))
        dispute.save()
        stop_deadlines(order, DeadlineKind.DISPUTE_APPEAL, DeadlineKind.DISPUTE_REMINDER)
        set_deadlines(order, {DeadlineKind.DISPUTE_DECISION: dispute.decision_due_at})
        events.record(
            order,
            OrderEventType.DECISION_APPEALED,
            actor=user,
            at=now,
            reason=text.strip()[:500],
            files=len(stored_files),
        )
        tell(other_id(order, user.pk), order, catalogue.disputes.APPEALED)
        _tell_mediators(order, dispute, catalogue.disputes.APPEAL_WAITS)
        return dispute


@at_deadline(DeadlineKind.DISPUTE_MEDIATION)
def bring_to_decision(order: Order) -> None:
    """Nothing was agreed in time: a person decides now."""
    dispute = Dispute.objects.filter(order=order, status=DisputeStatus.MEDIATION).first()
    if order.status != OrderStatus.DISPUTED or dispute is None:
        return
    require_dispute_transition(dispute, to=DisputeStatus.DECISION, actor=SYSTEM)
    dispute.status = DisputeStatus.DECISION
    dispute.save(update_fields=["status", "updated_at"])
    stop_deadlines(order, DeadlineKind.DISPUTE_REMINDER)
    events.record(order, OrderEventType.DISPUTE_TO_DECISION, actor=None)
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, catalogue.disputes.TIME_OVER)
    _tell_mediators(order, dispute, catalogue.disputes.WAITS)


@at_deadline(DeadlineKind.DISPUTE_DECISION)
def nag_mediators(order: Order) -> None:
    """It should have been decided by now. More people hear of it; no money moves by itself."""
    dispute = Dispute.objects.filter(order=order).first()
    undecided = (DisputeStatus.MEDIATION, DisputeStatus.DECISION, DisputeStatus.APPEALED)
    if order.status != OrderStatus.DISPUTED or dispute is None or dispute.status not in undecided:
        return
    _tell_mediators(order, dispute, catalogue.disputes.OVERDUE)
    set_deadlines(order, {DeadlineKind.DISPUTE_DECISION: clock.now() + NAG_AFTER})


@at_deadline(DeadlineKind.DISPUTE_APPEAL)
def let_decision_take_effect(order: Order) -> None:
    """Nobody appealed in time: the money moves as decided."""
    dispute = Dispute.objects.filter(order=order, status=DisputeStatus.DECIDED).first()
    if order.status == OrderStatus.DISPUTED and dispute is not None:
        _take_effect(order, dispute, dispute.decisions.get(number=1), actor=None, step_by=SYSTEM)


def _case(order_id: int, mediator: User) -> Order:
    """The order, locked, for a mediator who is none of its sides. Raises PermissionDenied and OrderError OWN_CASE."""
    if not mediator.has_perm(MEDIATE):
        raise PermissionDenied
    order = locks.lock_order(order_id)
    if mediator.pk in (order.buyer_id, order.seller_id):
        raise OrderError(OrderErrorCode.OWN_CASE)
    return order


def _require_other(dispute: Dispute, mediator: User) -> None:
    """Raise OrderError SAME_MEDIATOR for whoever made the decision that is appealed."""
    if dispute.status == DisputeStatus.APPEALED and dispute.decisions.filter(mediator=mediator).exists():
        raise OrderError(OrderErrorCode.SAME_MEDIATOR)


def _take_effect(
    order: Order, dispute: Dispute, decision: DisputeDecision, *, actor: User | None, step_by: str
) -> None:
    resolve(
        order,
        dispute,
        refund_fen=decision.refund_fen,
        explanation=decision.explanation,
        decided_by=decision.mediator,
        actor=actor,
        step_by=step_by,
    )


def _tell_mediators(order: Order, dispute: Dispute, notice: Notice) -> None:
    """Everybody who may decide it, but not who is a side of it or made the decision that is appealed.

    Where that leaves nobody, whoever made it hears that a second mediator is missing: silence would lock the money.
    """
    able = mediators().exclude(pk__in=(order.buyer_id, order.seller_id))
    able_ids = set(able.values_list("pk", flat=True))
    told = able_ids - set(dispute.decisions.values_list("mediator_id", flat=True))
    if not told:
        told, notice = able_ids, catalogue.disputes.NOBODY_LEFT
    url, about = reverse("orders_dispute_decide", args=[dispute.pk]), f"{order.gig_title} · {order.number}"
    for mediator_id in sorted(told):
        notify(recipient_id=mediator_id, notice=notice, about=about, url=url)
