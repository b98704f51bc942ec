"""A few decisions of every day, drawn by lot, are looked at again by a colleague: how good decisions are, in a figure."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.config import get_config
from marketplace.moderation.appeals import title_of
from marketplace.moderation.models import DecisionCheck, ModerationDecision
from marketplace.moderation.quality import locks
from marketplace.moderation.quality.errors import QualityError, QualityErrorCode
from marketplace.moderation.quality.kinds import kinds_decided_by, kinds_seen_by
from marketplace.moderation.queue.sources import may_see, parties_of
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

VIEW, CHECK = "moderation.view_decisioncheck", "moderation.change_decisioncheck"
REMARK_LENGTH, BECAUSE_LENGTH = 1000, 300
# How many are looked through for one that is not about the checker.
_LOOKED_AT = 50


def draw_sample(*, day: date) -> int:
    """Draw `moderation.sample_percent` of the decisions of `day` in China, at least one of each who decided; returns how many.

    The lot is made of the day, the decision and the secret of this installation: the same draw when run again, and nobody
    who decides can foresee it. What was drawn stays drawn.
    """
    percent = get_config("moderation.sample_percent")
    rows = list(_decisions_of(day).values_list("pk", "decided_by_id"))
    if not percent or not rows:
        return 0
    rows.sort(key=lambda row: _lot(day, row[0]))
    first_of_each: dict[int, int] = {}
    for key, decided_by in rows:
        first_of_each.setdefault(decided_by, key)
    wanted = max(-(-len(rows) * percent // 100), len(first_of_each))
    others = [key for key, _decided_by in rows if key not in first_of_each.values()]
    drawn = [*first_of_each.values(), *others][:wanted]
    known = set(DecisionCheck.objects.filter(decision__in=drawn).values_list("decision_id", flat=True))
    DecisionCheck.objects.bulk_create(
        [DecisionCheck(decision_id=key, drawn_on=day) for key in drawn if key not in known], ignore_conflicts=True
    )
    return len(drawn)


@transaction.atomic
def check_decision(*, check_id: int, staff: User, agrees: bool, remark: str, would_be: str = "") -> DecisionCheck:
    """Note whether a colleague agrees; `would_be` is the Effect that they named before they saw the decision.

    Raises QualityError CHECK_REMARK_MISSING, CHECK_OWN or CHECK_DONE, Http404 for who may not decide such cases, and
    DecisionCheck.DoesNotExist.
    """
    remark = remark.replace("\r\n", "\n").strip()[:REMARK_LENGTH]
    if not agrees and not remark:
        raise QualityError(QualityErrorCode.CHECK_REMARK_MISSING)
    check = locks.lock_check(check_id)
    _require_colleague(check, staff)
    if check.checked_at is not None:
        raise QualityError(QualityErrorCode.CHECK_DONE)
    check.checked_by, check.checked_at, check.agrees, check.remark = staff, clock.now(), agrees, remark
    check.save(update_fields=["checked_by", "checked_at", "agrees", "remark"])
    data = {"check": check.pk, "decision": check.decision_id, "agrees": agrees, "would_be": would_be, "remark": remark}
    staff_log.note(actor=staff, action="check.done", subject=check.decision.person, data=data)
    return check


@transaction.atomic
def undo_checked(*, check_id: int, staff: User, because: str) -> None:
    """Turn round a decision that its checker disagreed with; the person reads `because`.

    Raises QualityError CHECK_REMARK_MISSING, CHECK_OWN, CHECK_DID_NOT_DISAGREE or DECISION_OVERTURNED, Http404 for who may not
    decide such cases, what undoing raises, and DecisionCheck.DoesNotExist.
    """
    from marketplace.moderation.queue.undoing import undo_decision

    because = because.strip()[:BECAUSE_LENGTH]
    if not because:
        raise QualityError(QualityErrorCode.CHECK_REMARK_MISSING)
    check = locks.lock_check(check_id)
    _require_colleague(check, staff)
    decision = check.decision
    if check.agrees is not False:
        raise QualityError(QualityErrorCode.CHECK_DID_NOT_DISAGREE)
    if decision.overturned_at is not None:
        raise QualityError(QualityErrorCode.DECISION_OVERTURNED)
    undo_decision(decision=decision, staff=staff)
    data = {"check": check.pk, "decision": decision.pk, "because": because}
    staff_log.note(actor=staff, action="check.undo", subject=decision.person, data=data)
    if decision.person_id is not None:
        with recipient_language():
            words = {"title": title_of(decision), "because": because}
            url = reverse("moderation:decision", args=[decision.pk])
        notify(recipient_id=decision.person_id, notice=catalogue.moderation.UNDONE, url=url, words=words)


def open_checks(staff: User) -> QuerySet[DecisionCheck]:
    """What waits for a look by this person: no decision of their own or about them, only kinds that they may decide."""
    rows = DecisionCheck.objects.filter(checked_at=None, decision__kind__in=kinds_decided_by(staff))
    return _of_others(rows, staff).order_by("drawn_on", "pk")


def done_checks(staff: User) -> QuerySet[DecisionCheck]:
    """What was checked of the kinds that this person sees, the newest first; the moderator whose decision it was sees theirs too,
    to learn from it.
    """
    rows = DecisionCheck.objects.filter(checked_at__isnull=False, decision__kind__in=kinds_seen_by(staff))
    rows = rows.exclude(decision__person=staff)
    return rows.select_related("decision__case", "decision__reason", "decision__decided_by", "checked_by").order_by(
        "-checked_at", "-pk"
    )


def check_for_staff(staff: User, check_id: int) -> DecisionCheck:
    """One check. Raises Http404 for who may see none, or no cases of this kind, and for what one is part of; a decision of one's
    own only once it is checked.
    """
    rows = DecisionCheck.objects.exclude(decision__person=staff).select_related(
        "decision__case__person", "decision__person", "decision__reason", "decision__decided_by", "checked_by"
    )
    check = rows.filter(pk=check_id).first() if staff.has_perm(VIEW) else None
    if check is None or not may_see(check.decision.case, staff):
        raise Http404
    if check.checked_at is None and check.decision.decided_by_id == staff.pk:
        raise Http404
    return check


def next_check(staff: User, after: int) -> DecisionCheck | None:
    """The next one that waits for this person."""
    waiting = open_checks(staff).exclude(pk=after)[:_LOOKED_AT]
    return next((check for check in waiting if may_see(check.decision.case, staff)), None)


def _of_others(rows: QuerySet[DecisionCheck], staff: User) -> QuerySet[DecisionCheck]:
    rows = rows.exclude(Q(decision__person=staff) | Q(decision__decided_by=staff))
    return rows.select_related("decision__case", "decision__person")


def _require_colleague(check: DecisionCheck, staff: User) -> None:
    decision = check.decision
    if decision.kind not in kinds_decided_by(staff):
        raise Http404
    if staff.pk in {decision.decided_by_id, decision.person_id, *parties_of(decision.case)}:
        raise QualityError(QualityErrorCode.CHECK_OWN)


def _decisions_of(day: date) -> QuerySet[ModerationDecision]:
    begins: datetime = timezone.make_aware(datetime.combine(day, time.min))
    ends: datetime = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    return ModerationDecision.objects.filter(decided_at__gte=begins, decided_at__lt=ends)


def _lot(day: date, key: int) -> str:
    return salted_hmac("moderation.checks", f"{day.isoformat()}:{key}").hexdigest()
