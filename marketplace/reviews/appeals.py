"""Somebody asks a person to look again at what was decided about them: writes (个人信息保护法 §24)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.core.working_hours import OpeningHours, after_working_time
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders.locks import lock_order
from marketplace.orders.models import Order
from marketplace.reviews import locks
from marketplace.reviews.appeal_rules import require_may_appeal, require_may_decide
from marketplace.reviews.errors import AppealError, AppealErrorCode
from marketplace.reviews.integrity import appeal_effects as integrity_effects
from marketplace.reviews.levels import appeal_effects as level_effects
from marketplace.reviews.models import AppealKind, AppealStatus, IntegrityCase, ReputationAppeal, ReviewMask
from marketplace.reviews.score import one_agreement_with
from marketplace.reviews.services.masking import lift_mask

WORDS_LENGTH, ANSWER_LENGTH = 1000, 500
# Whole working days: Monday to Friday, as the field counts them.
_WORKING_DAYS = OpeningHours(opens=0, closes=24)


def lift_after_appeal(appeal: ReputationAppeal, staff: User) -> None:
    """Show again what the appeal is about, unless somebody did meanwhile."""
    mask = appeal.mask
    if mask is not None and mask.lifted_at is None:
        lift_mask(mask_id=mask.pk, staff=staff, words=appeal.answer[:300], appellant_id=appeal.user_id)


# What becomes of an appeal that was right.
EFFECTS: dict[str, Callable[[ReputationAppeal, User], None]] = {
    AppealKind.EVENT: level_effects.event_effect,
    AppealKind.LEVEL: level_effects.level_effect,
    AppealKind.INTEGRITY: integrity_effects.effect,
    AppealKind.MASK: lift_after_appeal,
}


@transaction.atomic
def open_appeal(
    *,
    user: User,
    kind: AppealKind,
    order: Order | None = None,
    case: IntegrityCase | None = None,
    mask: ReviewMask | None = None,
    words: str,
) -> ReputationAppeal:
    """Note that `user` wants a person to look again; due in `levels.appeal_days` working days.

    `order`, `case` or `mask` as the kind needs it; a level needs none. Raises AppealError WORDS_MISSING, NOT_YOURS,
    NOTHING_DECIDED, ALREADY_OPEN or ALREADY_ANSWERED.
    """
    words = words.replace("\r\n", "\n").strip()
    if not 0 < len(words) <= WORDS_LENGTH:
        raise AppealError(AppealErrorCode.WORDS_MISSING)
    if order is not None and (first := one_agreement_with(order).first()) is not None:
        lock_order(first.pk)  # all stages of an agreement are one event: two of them are not asked about at once
    appeal = ReputationAppeal(
        user=user, kind=kind, order=order, case=case, mask=mask, words=words, opened_at=clock.now()
    )
    require_may_appeal(appeal)
    appeal.due_at = due_at(appeal.opened_at)
    try:
        # A savepoint: the unique constraint is what keeps two clicks from being two appeals.
        with transaction.atomic():
            appeal.save(force_insert=True)
    except IntegrityError as error:
        raise AppealError(AppealErrorCode.ALREADY_OPEN) from error
    return appeal


@transaction.atomic
def decide_appeal(*, appeal_id: int, staff: User, upheld: bool, answer: str) -> bool:
    """Answer an appeal; when it was right, what was decided is undone by its kind's effect. The person reads `answer`.

    False when somebody else was faster: nothing changes then. Raises AppealError ANSWER_MISSING or OWN_DECISION, and what the
    effect raises.
    """
    answer = answer.strip()
    if not 0 < len(answer) <= ANSWER_LENGTH:
        raise AppealError(AppealErrorCode.ANSWER_MISSING)
    found = ReputationAppeal.objects.select_related("mask__review").get(pk=appeal_id)
    order_id = found.mask.review.order_id if found.mask else found.order_id
    if order_id is not None:
        lock_order(order_id)
    appeal = locks.lock_appeal(appeal_id)
    if appeal.status != AppealStatus.OPEN:
        return False
    require_may_decide(appeal, staff)
    appeal.status = AppealStatus.UPHELD if upheld else AppealStatus.DISMISSED
    appeal.decided_by, appeal.decided_at, appeal.answer = staff, clock.now(), answer
    appeal.save(update_fields=["status", "decided_by", "decided_at", "answer", "updated_at"])
    if upheld:
        EFFECTS[appeal.kind](appeal, staff)
    data = {"appeal": appeal.pk, "kind": appeal.kind, "answer": answer}
    staff_log.note(actor=staff, action=f"appeal.{appeal.status}", data=data, subject=appeal.user)
    _tell(appeal)
    return True


def due_at(opened_at: datetime) -> datetime:
    """When an appeal of this moment is to be answered: working days, Saturdays and Sundays left out."""
    return after_working_time(opened_at, timedelta(days=get_config("levels.appeal_days")), _WORKING_DAYS)


def _tell(appeal: ReputationAppeal) -> None:
    notice = (
        catalogue.appeals.APPEAL_UPHELD if appeal.status == AppealStatus.UPHELD else catalogue.appeals.APPEAL_DISMISSED
    )
    with recipient_language():
        words = {"subject": appeal.get_kind_display(), "answer": appeal.answer}
        url = reverse("reviews:appeal", args=[appeal.pk])
    notify(recipient_id=appeal.user_id, notice=notice, words=words, url=url)
