"""Second opinions: who has claimed a case asks a colleague before deciding."""

from datetime import datetime, timedelta
from typing import TypeGuard

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.moderation.models import ModerationQueue, SecondOpinion
from marketplace.moderation.quality import locks
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.quality.kinds import PERMISSIONS, kinds_decided_by
from marketplace.moderation.queue.rules import lapsed_before
from marketplace.moderation.queue.sources import parties_of
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

WORDS_LENGTH = 1000
VIEW, ASK, ANSWER = (f"moderation.{act}_secondopinion" for act in ("view", "add", "change"))


@transaction.atomic
def ask_opinion(*, case_id: int, staff: User, question: str) -> SecondOpinion:
    """Ask whoever may decide this kind of case. The case stays with who asked, and its clock stands still meanwhile.

    The clock is `claimed_at`: put forward by `moderation.opinion_hours` here, and put right by the answer. Raises QualityError
    OPINION_WORDS_MISSING, OPINION_NOT_YOUR_CASE or OPINION_ASKED, and ModerationQueue.DoesNotExist.
    """
    question = _said(question)
    case = locks.lock_case(case_id)
    if case.decided_at is not None or case.claimed_by_id != staff.pk or case.claimed_at is None:
        raise QualityError(QualityErrorCode.OPINION_NOT_YOUR_CASE)
    if case.claimed_at <= lapsed_before():
        case.claimed_at = clock.now()  # nobody took it meanwhile: it begins anew
    try:
        # A savepoint: of a case one question is open at most, whoever clicks twice.
        with transaction.atomic():
            opinion = SecondOpinion.objects.create(case=case, asked_by=staff, question=question, asked_at=clock.now())
    except IntegrityError as error:
        raise QualityError(QualityErrorCode.OPINION_ASKED) from error
    case.claimed_at += _time()
    case.save(update_fields=["claimed_at", "updated_at"])
    data = {"case": case.pk, "opinion": opinion.pk, "question": question}
    staff_log.note(actor=staff, action="opinion.ask", subject=case.person, data=data)
    return opinion


@transaction.atomic
def answer_opinion(*, opinion_id: int, staff: User, would_act: bool, answer: str) -> SecondOpinion:
    """Say what one would do, and why. Who asked is told at the bell, and their clock runs on.

    Raises QualityError OPINION_WORDS_MISSING, OPINION_OWN or OPINION_GIVEN, Http404 for who may not decide such cases, and
    SecondOpinion.DoesNotExist.
    """
    answer = _said(answer)
    case = locks.lock_case(SecondOpinion.objects.values_list("case_id", flat=True).get(pk=opinion_id))
    opinion = locks.lock_opinion(opinion_id)
    if not may_judge(case, staff):
        raise Http404
    if staff.pk in {opinion.asked_by_id, *parties_of(case)}:
        raise QualityError(QualityErrorCode.OPINION_OWN)
    if opinion.answered_at is not None or case.decided_at is not None:
        raise QualityError(QualityErrorCode.OPINION_GIVEN)
    now = clock.now()
    opinion.answered_by, opinion.answered_at, opinion.would_act, opinion.answer = staff, now, would_act, answer
    opinion.save(update_fields=["answered_by", "answered_at", "would_act", "answer"])
    if case.claimed_by_id == opinion.asked_by_id and _stands_still(case.claimed_at, opinion.asked_at):
        # What was worked before the question counts, the waiting does not.
        case.claimed_at = min(now, case.claimed_at - _time() + (now - opinion.asked_at))
        case.save(update_fields=["claimed_at", "updated_at"])
    data = {"case": case.pk, "opinion": opinion.pk, "would_act": would_act, "answer": answer}
    staff_log.note(actor=staff, action="opinion.answer", subject=case.person, data=data)
    _tell(opinion, case)
    return opinion


def may_judge(case: ModerationQueue, staff: User) -> bool:
    """Whether this person may decide cases of this kind."""
    return staff.has_perm(PERMISSIONS[case.kind])


def opinions_of(case: ModerationQueue) -> QuerySet[SecondOpinion]:
    """What was asked about a case, and what colleagues said."""
    return SecondOpinion.objects.filter(case=case).select_related("asked_by__profile", "answered_by__profile")


def open_opinions(staff: User) -> QuerySet[SecondOpinion]:
    """What colleagues ask and this person may answer, the longest waiting first."""
    rows = SecondOpinion.objects.filter(answered_at=None, case__decided_at=None, case__kind__in=kinds_decided_by(staff))
    rows = rows.exclude(Q(asked_by=staff) | Q(case__person=staff))
    return rows.select_related("case__person", "asked_by").order_by("pk")


def own_questions(staff: User) -> QuerySet[SecondOpinion]:
    """What this person asked about cases that are not decided, answered or not."""
    rows = SecondOpinion.objects.filter(asked_by=staff, case__decided_at=None)
    return rows.select_related("case", "answered_by").order_by("-pk")


def opinion_for_staff(staff: User, opinion_id: int) -> SecondOpinion:
    """One of them, for who asked it and for who may decide such cases. Raises Http404 for others, and about oneself."""
    rows = SecondOpinion.objects.select_related("case__person", "asked_by", "answered_by")
    opinion = rows.filter(pk=opinion_id).first()
    if opinion is None or staff.pk in parties_of(opinion.case):
        raise Http404
    if opinion.asked_by_id != staff.pk and not may_judge(opinion.case, staff):
        raise Http404
    return opinion


def _said(words: str) -> str:
    words = words.replace("\r\n", "\n").strip()
    if not 0 < len(words) <= WORDS_LENGTH:
        raise QualityError(QualityErrorCode.OPINION_WORDS_MISSING)
    return words


def _stands_still(claimed_at: datetime | None, asked_at: datetime) -> TypeGuard[datetime]:
    """Whether the clock of a claim was put forward by the question: who released the case and took it again has a new one."""
    if claimed_at is None:
        return False
    began_at = claimed_at - _time()
    return asked_at - (clock.now() - lapsed_before()) <= began_at <= asked_at


def _time() -> timedelta:
    return timedelta(hours=get_config("moderation.opinion_hours"))


def _tell(opinion: SecondOpinion, case: ModerationQueue) -> None:
    with recipient_language():
        words = {
            "name": opinion.answered_by.display_name if opinion.answered_by else "",
            "opinion": said_in_short(opinion),
            "title": case.title or case.get_kind_display(),
            "answer": opinion.answer,
        }
    url = reverse("moderation_opinion", args=[opinion.pk])
    notify(recipient_id=opinion.asked_by_id, notice=catalogue.moderation.OPINION_GIVEN, url=url, words=words)


def said_in_short(opinion: SecondOpinion) -> str:
    """What the colleague would do, in two words."""
    return _("would act") if opinion.would_act else _("would leave it")
