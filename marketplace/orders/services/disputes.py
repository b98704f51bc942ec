"""A disagreement: opened, answered, argued with evidence, taken back. What ends it stands in the modules beside this one."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.core.rules import rule
from marketplace.orders import deadlines, events, locks
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import (
    DeadlineKind,
    Dispute,
    DisputeStatement,
    Order,
    OrderEventType,
    StatementKind,
)
from marketplace.orders.reasons import DISPUTE_REASONS, known_reason
from marketplace.orders.services._cases import FOLDER, other_id, running_dispute, say
from marketplace.orders.services._rules import (
    require_dispute_transition,
    require_transition,
    role_of,
    tell,
)
from marketplace.orders.services._uploads import StoredFile, stored
from marketplace.orders.services.clocks import at_deadline
from marketplace.orders.services.proposals import overtake_proposals
from marketplace.orders.states import ANSWERER, BUYER, OPENER, SYSTEM, DisputeStatus, OrderStatus


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
    Raises OrderError WRONG_STATE or REFUND_TOO_LARGE, and ValueError for an unknown reason; then no file stays behind.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        return _open(order_id, user, reason.strip(), reason_code, wanted_fen, stored_files)


def _open(
    order_id: int, user: User, reason: str, reason_code: str, wanted_fen: int | None, files: Sequence[StoredFile]
) -> Dispute:
    order = locks.lock_order(order_id)
    side = role_of(order, user)
    require_transition(order, to=OrderStatus.DISPUTED, actor=side)
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
    dispute.decision_due_at = now + timedelta(days=rule(order.rules, "disputes.decision_days"))
    dispute.answered_at = dispute.mediation_ends_at = None
    dispute.save()
    order.status = OrderStatus.DISPUTED
    order.auto_accept_at = None
    order.save(update_fields=["status", "auto_accept_at", "updated_at"])
    deadlines.keep_clocks(order)
    overtake_proposals(order)
    reminder = timedelta(hours=rule(order.rules, "disputes.reminder_hours"))
    deadlines.set_deadlines(
        order,
        {
            DeadlineKind.DISPUTE_REMINDER: dispute.answer_due_at - reminder,
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
    )
    tell(other_id(order, user), order, _("A dispute was opened: please tell your side"))
    return dispute


def answer_dispute(
    *, order_id: int, user: User, text: str, wanted_fen: int | None = None, files: Sequence[UploadedFile] = ()
) -> Dispute:
    """The other side tells how it sees the matter and what it would agree to; then a mediator looks at it.

    Raises OrderError WRONG_STATE, REFUND_TOO_LARGE or NOTHING_SAID.
    """
    with stored(files, folder=FOLDER) as stored_files, transaction.atomic():
        order = locks.lock_order(order_id)
        role_of(order, user)
        dispute = running_dispute(order)
        if user.pk == dispute.opened_by_id:
            raise OrderError(OrderErrorCode.WRONG_STATE)
        require_dispute_transition(dispute, to=DisputeStatus.MEDIATION, actor=ANSWERER)
        silent = 0 if user.pk == order.seller_id else order.kept_fen
        wanted = _wanted(order, wanted_fen, silent=silent)
        say(dispute, user, StatementKind.ANSWER, text.strip(), stored_files, wanted_fen=wanted)
        dispute.answered_at = clock.now()
        _begin_mediation(order, dispute)
        events.record(
            order,
            OrderEventType.DISPUTE_ANSWERED,
            actor=user,
            reason=text.strip()[:500],
            wanted_fen=wanted,
            files=len(stored_files),
        )
        tell(dispute.opened_by_id, order, _("The other side answered in the dispute"))
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
        tell(other_id(order, user), order, _("Evidence was added to the dispute"))
        return statement


@transaction.atomic
def withdraw_dispute(*, order_id: int, user: User) -> Order:
    """Who opened it takes it back, as long as nothing is decided: the order goes on where it stood.

    Working time that the dispute took is added; an acceptance begins anew. Raises OrderError WRONG_STATE.
    """
    order = locks.lock_order(order_id)
    role_of(order, user)
    dispute = running_dispute(order)
    if user.pk != dispute.opened_by_id or not dispute.order_was:
        raise OrderError(OrderErrorCode.WRONG_STATE)
    require_dispute_transition(dispute, to=DisputeStatus.WITHDRAWN, actor=OPENER)
    target = OrderStatus(dispute.order_was)
    require_transition(order, to=target, actor=OPENER)
    now = clock.now()
    order.status = target
    if target == OrderStatus.DELIVERED:
        order.auto_accept_at = now + timedelta(days=rule(order.rules, "orders.auto_accept_days"))
    elif order.due_at is not None:
        order.due_at += now - dispute.began_at
    order.save(update_fields=["status", "auto_accept_at", "due_at", "updated_at"])
    overtake_proposals(order)
    deadlines.stop_all_deadlines(order)
    deadlines.keep_clocks(order)
    dispute.status = DisputeStatus.WITHDRAWN
    dispute.answer_due_at = dispute.mediation_ends_at = dispute.decision_due_at = None
    dispute.save()
    events.record(order, OrderEventType.DISPUTE_WITHDRAWN, actor=user, at=now, to=target.value)
    tell(other_id(order, user), order, _("The dispute was taken back: the order goes on"))
    return order


@at_deadline(DeadlineKind.DISPUTE_REMINDER)
def remind_of_answer(order: Order) -> None:
    """The other side has not answered yet, and its time is nearly over."""
    dispute = Dispute.objects.filter(order=order, status=DisputeStatus.ANSWER).first()
    if order.status == OrderStatus.DISPUTED and dispute is not None:
        tell(_answerer_id(order, dispute), order, _("Your answer in a dispute is due soon"))


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
        tell(person_id, order, _("A mediator looks at the dispute now"))


def _answerer_id(order: Order, dispute: Dispute) -> int:
    return order.seller_id if dispute.opened_by_id == order.buyer_id else order.buyer_id


def _begin_mediation(order: Order, dispute: Dispute) -> None:
    dispute.status = DisputeStatus.MEDIATION
    dispute.mediation_ends_at = clock.now() + timedelta(days=rule(order.rules, "disputes.mediation_days"))
    dispute.save()
    deadlines.set_deadlines(
        order,
        {
            DeadlineKind.DISPUTE_REMINDER: None,
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
