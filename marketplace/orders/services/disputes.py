"""A disagreement: opened, answered, argued with evidence, taken back. What ends it stands in the modules beside this one."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.notifications import catalogue
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.extending import moved_due_at
from marketplace.orders.models import (
    DeadlineKind,
    Dispute,
    DisputeStatement,
    Order,
    OrderEventType,
    StatementKind,
)
from marketplace.orders.reasons import DISPUTE_REASONS, known_reason
from marketplace.orders.services._cases import FOLDER, reminded_before, running_dispute, say
from marketplace.orders.services._rules import (
    other_id,
    require_dispute_transition,
    require_no_second_thought,
    require_transition,
    role_of,
    tell,
)
from marketplace.orders.services._uploads import StoredFile, stored
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.services.proposals import overtake_proposals
from marketplace.orders.states import ANSWERER, BUYER, OPENER, SELLER, SYSTEM, DisputeStatus, OrderStatus


def open_dispute(
    *,
    order_id: int,
    user: User,
    reason: str,
    reason_code: str = "",
    wanted_fen: int | None = None,
    files: Sequence[UploadedFile] = (),
) -> Dispute:
    """Either side calls for a mediator. All other clocks stop, the money stays in escrow, the other side has time to answer.

    `wanted_fen` is what should go back to the buyer: all of it when a buyer says nothing else, nothing for a seller.
    One that was taken back is opened again, with all that was said before.
    Raises OrderError WRONG_STATE, SECOND_THOUGHT or REFUND_TOO_LARGE, and ValueError for an unknown reason; then no file
    stays behind.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        return _open(order_id, user, reason.strip(), reason_code, wanted_fen, stored_files)


def _open(
    order_id: int, user: User, reason: str, reason_code: str, wanted_fen: int | None, files: Sequence[StoredFile]
) -> Dispute:
    order = locks.lock_order(order_id)
    side = role_of(order, user)
    require_transition(order, to=OrderStatus.DISPUTED, actor=side)
    if side == SELLER:
        require_no_second_thought(order)
    code = known_reason(DISPUTE_REASONS, side, reason_code)
    wanted = _wanted(order, wanted_fen, silent=order.kept_fen if side == BUYER else 0)
    now = clock.now()
    dispute = Dispute.objects.filter(order=order).first()
    if dispute is None:
        dispute = Dispute(order=order)
    else:
        require_dispute_transition(dispute, to=DisputeStatus.ANSWER, actor=side)
    dispute.status, dispute.opened_by, dispute.opened_at = DisputeStatus.ANSWER, user, now
    dispute.order_was = order.status
    dispute.reason_code, dispute.reason, dispute.wanted_fen = code, reason, wanted
    dispute.answer_due_at = now + timedelta(days=rule(order.rules, "disputes.answer_days"))
    # Never before the two have had their time, whatever the settings say: nobody could decide it by then.
    own_days = rule(order.rules, "disputes.answer_days") + rule(order.rules, "disputes.mediation_days")
    dispute.decision_due_at = now + timedelta(days=max(rule(order.rules, "disputes.decision_days"), own_days + 1))
    dispute.answered_at = dispute.mediation_ends_at = None
    dispute.save()
    overtake_proposals(order)  # before counting: one to cancel had put its own time on the acceptance
    left = {} if order.auto_accept_at is None else {"acceptance_left_seconds": _seconds(order.auto_accept_at - now)}
    order.status = OrderStatus.DISPUTED
    order.auto_accept_at = None
    order.save(update_fields=["status", "auto_accept_at", "updated_at"])
    deadlines.keep_clocks(order)
    deadlines.set_deadlines(
        order,
        {
            DeadlineKind.DISPUTE_REMINDER: dispute.answer_due_at - reminded_before(order),
            DeadlineKind.DISPUTE_ANSWER: dispute.answer_due_at,
        },
    )
    say(dispute, user, StatementKind.OPENING, reason, files, wanted_fen=wanted, reason_code=code)
    events.record(
        order,
        OrderEventType.DISPUTE_OPENED,
        actor=user,
        at=now,
        reason=reason[:500],
        reason_code=code,
        wanted_fen=wanted,
        files=len(files),
        **left,
    )
    tell(other_id(order, user.pk), order, catalogue.disputes.OPENED)
    return dispute


def answer_dispute(
    *, order_id: int, user: User, text: str, wanted_fen: int | None = None, files: Sequence[UploadedFile] = ()
) -> Dispute:
    """The other side tells how it sees the matter and what it would agree to; then a mediator looks at it.

    One that comes late is heard too while the two may still agree, and moves no clock.
    Raises OrderError WRONG_STATE, REFUND_TOO_LARGE or NOTHING_SAID.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        order = locks.lock_order(order_id)
        role_of(order, user)
        dispute = running_dispute(order)
        if user.pk == dispute.opened_by_id:
            raise OrderError(OrderErrorCode.WRONG_STATE)
        is_late = dispute.status == DisputeStatus.MEDIATION and dispute.answered_at is None
        if not is_late:
            require_dispute_transition(dispute, to=DisputeStatus.MEDIATION, actor=ANSWERER)
        # What somebody leaves open is nobody's to fill in: it is read as their words, by a mediator and a court.
        wanted = None if wanted_fen is None else _wanted(order, wanted_fen, silent=0)
        say(dispute, user, StatementKind.ANSWER, text.strip(), stored_files, wanted_fen=wanted)
        dispute.answered_at = clock.now()
        if is_late:
            dispute.save(update_fields=["answered_at", "updated_at"])
        else:
            _begin_mediation(order, dispute)
        events.record(
            order,
            OrderEventType.DISPUTE_ANSWERED,
            actor=user,
            reason=text.strip()[:500],
            wanted_fen=wanted,
            files=len(stored_files),
        )
        tell(dispute.opened_by_id, order, catalogue.disputes.ANSWERED)
        return dispute


def add_evidence(*, order_id: int, user: User, text: str = "", files: Sequence[UploadedFile] = ()) -> DisputeStatement:
    """Either side adds words or files, until the dispute is closed. Nothing can be replaced, only added to.

    Raises OrderError WRONG_STATE, NOTHING_SAID or TOO_MANY_FILES.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        order = locks.lock_order(order_id)
        role_of(order, user)
        dispute = running_dispute(order)
        statement = say(dispute, user, StatementKind.ADDITION, text.strip(), stored_files)
        events.record(
            order, OrderEventType.DISPUTE_ADDED, actor=user, reason=text.strip()[:500], files=len(stored_files)
        )
        tell(other_id(order, user.pk), order, catalogue.disputes.EVIDENCE_ADDED)
        return statement


@transaction.atomic
def withdraw_dispute(*, order_id: int, user: User) -> Order:
    """Who opened it takes it back, as long as nothing is decided: the order goes on where it stood.

    Working time that a dispute of the buyer's took is added; a seller's own buys no time, nor takes the buyer's right to cancel
    what is very late. An acceptance has the time that was left when it was opened. Each side takes back once: opened and taken
    back again and again, a dispute would hold the other side's money without end.
    Raises OrderError WRONG_STATE or TAKEN_BACK_BEFORE.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    dispute = running_dispute(order)
    if user.pk != dispute.opened_by_id or not dispute.order_was:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    require_dispute_transition(dispute, to=DisputeStatus.WITHDRAWN, actor=OPENER)
    target = OrderStatus(dispute.order_was)
    require_transition(order, to=target, actor=OPENER)
    if order.events.filter(type=OrderEventType.DISPUTE_WITHDRAWN, actor=user).exists():
        raise OrderError(OrderErrorCode.TAKEN_BACK_BEFORE)
    now = clock.now()
    order.status = target
    if target == OrderStatus.DELIVERED:
        order.auto_accept_at = now + _acceptance_left(order)
    elif order.due_at is not None and user.pk == order.buyer_id:
        order.due_at = moved_due_at(order, order.due_at + (now - dispute.began_at))
    order.save(update_fields=["status", "auto_accept_at", "due_at", "updated_at"])
    overtake_proposals(order)
    deadlines.stop_all_deadlines(order)
    deadlines.keep_clocks(order)
    dispute.status = DisputeStatus.WITHDRAWN
    dispute.answer_due_at = dispute.mediation_ends_at = dispute.decision_due_at = None
    dispute.save()
    events.record(order, OrderEventType.DISPUTE_WITHDRAWN, actor=user, at=now, to=target.value)
    tell(other_id(order, user.pk), order, catalogue.disputes.TAKEN_BACK)
    return order


@at_deadline(DeadlineKind.DISPUTE_REMINDER)
def remind_of_answer(order: Order) -> None:
    """The time of the present step is nearly over: of the answer, of agreeing, of appealing."""
    dispute = Dispute.objects.filter(order=order).first()
    if order.status != OrderStatus.DISPUTED or dispute is None:
        return
    if dispute.status == DisputeStatus.ANSWER:
        tell(other_id(order, dispute.opened_by_id), order, catalogue.disputes.ANSWER_DUE)
    elif dispute.status == DisputeStatus.MEDIATION:
        for person_id in (order.buyer_id, order.seller_id):
            tell(person_id, order, catalogue.disputes.AGREEMENT_DUE)
    elif dispute.status == DisputeStatus.DECIDED:
        accepted = {order.buyer_id: dispute.buyer_accepted_at, order.seller_id: dispute.seller_accepted_at}
        for person_id in (each for each, at in accepted.items() if at is None):
            tell(person_id, order, catalogue.disputes.DECISION_TAKES_EFFECT)


@at_deadline(DeadlineKind.DISPUTE_ANSWER)
def go_on_without_answer(order: Order) -> None:
    """Silence loses nothing: the case comes before a mediator as it is, and can be answered to there."""
    dispute = Dispute.objects.filter(order=order, status=DisputeStatus.ANSWER).first()
    if order.status != OrderStatus.DISPUTED or dispute is None:
        return
    require_dispute_transition(dispute, to=DisputeStatus.MEDIATION, actor=SYSTEM)
    _begin_mediation(order, dispute)
    events.record(order, OrderEventType.DISPUTE_UNANSWERED, actor=None)
    for person_id in (order.buyer_id, order.seller_id):
        tell(person_id, order, catalogue.disputes.MEDIATOR_LOOKS)


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))


def _acceptance_left(order: Order) -> timedelta:
    """How long the buyer could still have looked at the delivery when the dispute was opened."""
    opened = order.events.filter(type=OrderEventType.DISPUTE_OPENED).first()
    seconds = opened.data.get("acceptance_left_seconds") if opened else None
    if seconds is None:  # opened by the release before
        return timedelta(days=rule(order.rules, "orders.auto_accept_days"))
    return timedelta(seconds=int(seconds))


def _begin_mediation(order: Order, dispute: Dispute) -> None:
    dispute.status = DisputeStatus.MEDIATION
    dispute.mediation_ends_at = clock.now() + timedelta(days=rule(order.rules, "disputes.mediation_days"))
    dispute.save()
    deadlines.set_deadlines(
        order,
        {
            DeadlineKind.DISPUTE_REMINDER: dispute.mediation_ends_at - reminded_before(order),
            DeadlineKind.DISPUTE_ANSWER: None,
            DeadlineKind.DISPUTE_MEDIATION: dispute.mediation_ends_at,
            DeadlineKind.DISPUTE_DECISION: dispute.decision_due_at,
        },
    )


def _wanted(order: Order, wanted_fen: int | None, *, silent: int) -> int:
    wanted = silent if wanted_fen is None else wanted_fen
    if not 0 <= wanted <= order.kept_fen:
        raise OrderError(OrderErrorCode.REFUND_TOO_LARGE, most=display_yuan(order.kept_fen))
    return wanted
