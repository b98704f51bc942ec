"""Whom a decision concerns asks for another look: once for each decision, answered by another person (个人信息保护法 §24)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.moderation.models import AppealStatus, DecisionAppeal, Effect, ModerationDecision
from marketplace.moderation.quality import locks
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.queue.sources import may_see, parties_of
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

WORDS_LENGTH = ANSWER_LENGTH = 1000
VIEW, DECIDE = "moderation.view_decisionappeal", "moderation.change_decisionappeal"


def appeal_until(decision: ModerationDecision) -> datetime:
    """Until when a decision can be appealed against."""
    return decision.decided_at + timedelta(days=get_config("moderation.appeal_days"))


def answer_until(appeal: DecisionAppeal) -> datetime:
    """Until when an appeal is to be answered."""
    return appeal.created_at + timedelta(days=get_config("moderation.appeal_answer_days"))


def require_may_appeal(decision: ModerationDecision) -> None:
    """Raise QualityError NOTHING_TO_APPEAL, APPEAL_MADE or APPEAL_TOO_LATE."""
    if decision.effect == Effect.NOTHING or decision.overturned_at is not None:
        raise QualityError(QualityErrorCode.NOTHING_TO_APPEAL)
    if DecisionAppeal.objects.filter(decision=decision).exists():
        raise QualityError(QualityErrorCode.APPEAL_MADE)
    if clock.now() > appeal_until(decision):
        raise QualityError(QualityErrorCode.APPEAL_TOO_LATE)


def require_may_answer(appeal: DecisionAppeal, staff: User) -> None:
    """Raise QualityError APPEAL_OWN: for a decision about oneself or what one is part of, and for one that one took oneself."""
    decision = appeal.decision
    if staff.pk in {decision.person_id, decision.decided_by_id, *parties_of(decision.case)}:
        raise QualityError(QualityErrorCode.APPEAL_OWN)


@transaction.atomic
def appeal_decision(*, decision_id: int, person: User, words: str) -> DecisionAppeal:
    """Note that `person` says why a decision about them is wrong, within `moderation.appeal_days`.

    Raises Http404 for somebody else's decision, and QualityError APPEAL_WORDS_MISSING, NOTHING_TO_APPEAL, APPEAL_MADE or
    APPEAL_TOO_LATE.
    """
    words = words.replace("\r\n", "\n").strip()
    if not 0 < len(words) <= WORDS_LENGTH:
        raise QualityError(QualityErrorCode.APPEAL_WORDS_MISSING)
    decision = ModerationDecision.objects.filter(pk=decision_id, person=person).first()
    if decision is None:
        raise Http404
    require_may_appeal(decision)
    try:
        # A savepoint: the unique column is what keeps two clicks from being two appeals.
        with transaction.atomic():
            return DecisionAppeal.objects.create(decision=decision, words=words)
    except IntegrityError as error:
        raise QualityError(QualityErrorCode.APPEAL_MADE) from error


@transaction.atomic
def answer_appeal(*, appeal_id: int, staff: User, upheld: bool, answer: str) -> DecisionAppeal:
    """Answer an appeal; when it was right, what was decided is put back as far as it can be. The person reads `answer`.

    Raises QualityError APPEAL_ANSWER_MISSING, APPEAL_ANSWERED or APPEAL_OWN, what undoing raises, and
    DecisionAppeal.DoesNotExist.
    """
    answer = answer.replace("\r\n", "\n").strip()
    if not 0 < len(answer) <= ANSWER_LENGTH:
        raise QualityError(QualityErrorCode.APPEAL_ANSWER_MISSING)
    appeal = locks.lock_appeal(appeal_id)
    if appeal.status != AppealStatus.OPEN:
        raise QualityError(QualityErrorCode.APPEAL_ANSWERED)
    require_may_answer(appeal, staff)
    appeal.status = AppealStatus.UPHELD if upheld else AppealStatus.DISMISSED
    appeal.decided_by, appeal.decided_at, appeal.answer = staff, clock.now(), answer
    appeal.save(update_fields=["status", "decided_by", "decided_at", "answer", "updated_at"])
    decision = appeal.decision
    if upheld and decision.overturned_at is None:
        # Above this file: decisions are of the queue, which reads the open appeals from here.
        from marketplace.moderation.queue.undoing import undo_decision

        undo_decision(decision=decision, staff=staff)
    data = {"appeal": appeal.pk, "decision": decision.pk, "answer": answer}
    staff_log.note(actor=staff, action=f"decision_appeal.{appeal.status}", subject=decision.person, data=data)
    _tell(appeal)
    return appeal


def open_decision_appeals(staff: User) -> QuerySet[DecisionAppeal]:
    """What waits for an answer that this person may give, the longest waiting first."""
    rows = DecisionAppeal.objects.filter(status=AppealStatus.OPEN)
    rows = rows.exclude(Q(decision__person=staff) | Q(decision__decided_by=staff))
    return rows.select_related("decision__case", "decision__person", "decision__reason").order_by("pk")


def decided_appeals(staff: User) -> QuerySet[DecisionAppeal]:
    """What was answered, the newest first, but for appeals of one's own."""
    rows = DecisionAppeal.objects.exclude(status=AppealStatus.OPEN).exclude(decision__person=staff)
    return rows.select_related("decision__case", "decision__person", "decision__reason", "decided_by").order_by(
        "-decided_at", "-pk"
    )


def appeal_for_staff(staff: User, appeal_id: int) -> DecisionAppeal:
    """One appeal with its decision. Raises Http404 for who may not see it or what it was about, and for what one is part of."""
    rows = DecisionAppeal.objects.exclude(decision__person=staff).select_related(
        "decision__case", "decision__person", "decision__reason", "decision__decided_by", "decided_by"
    )
    appeal = rows.filter(pk=appeal_id).first() if staff.has_perm(VIEW) else None
    if appeal is None or not may_see(appeal.decision.case, staff):
        raise Http404
    return appeal


def _tell(appeal: DecisionAppeal) -> None:
    decision = appeal.decision
    if decision.person_id is None:
        return
    is_upheld = appeal.status == AppealStatus.UPHELD
    notice = catalogue.moderation.APPEAL_UPHELD if is_upheld else catalogue.moderation.APPEAL_DISMISSED
    with recipient_language():
        words = {"title": title_of(decision), "answer": appeal.answer}
        url = reverse("moderation:decision", args=[decision.pk])
    notify(recipient_id=decision.person_id, notice=notice, url=url, words=words)


def title_of(decision: ModerationDecision) -> str:
    """What a decision is about, as its person knows it; else its kind."""
    return decision.case.title or str(decision.get_kind_display())
