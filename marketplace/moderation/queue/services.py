"""Cases of the queue: claimed, released, decided. Writes. They are taken in by `taking_in.py`."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import User
from marketplace.accounts.services import suspend_person
from marketplace.core import clock, staff_log
from marketplace.moderation import locks
from marketplace.moderation.models import (
    DecisionReason,
    Effect,
    ModerationDecision,
    ModerationQueue,
    QueueKind,
    QueueStatus,
    SecondOpinion,
    still_open,
)
from marketplace.moderation.queue.closing import close_case
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.moderation.queue.rules import answer_of, lapsed_before, require_may_decide, told_of
from marketplace.moderation.queue.sources import (
    Ended,
    QueueSource,
    Verdict,
    cases_of,
    source_of,
    sources_decided_by,
)
from marketplace.moderation.queue.taking_in import take_in

__all__ = ["claim_case", "claim_next", "decide_case", "release_case", "take_in"]
LONGEST_DAYS = 365
# How far down the queue somebody looks for a case that is theirs to decide.
LOOKED_AT = 200


@transaction.atomic
def claim_case(*, case_id: int, staff: User) -> ModerationQueue:
    """Take a case for oneself, for `moderation.claim_minutes`; one's own claim that lapsed begins anew.

    Raises QueueError CLAIMED_BY_OTHER, DECIDED_ALREADY, NOT_PERMITTED, ABOUT_YOURSELF or DECIDED_BEFORE, and
    ModerationQueue.DoesNotExist.
    """
    case = locks.lock_case(case_id)
    _require_free(case, staff)
    source = source_of(case)
    require_may_decide(source, source.subject_of(case), staff)
    if not source.open_rows().filter(pk=case.object_id).exists():
        # Decided at its own desk a moment ago: the case closes when the queue is taken in next.
        raise QueueError(QueueErrorCode.DECIDED_ALREADY)
    return _take(case, staff)


def claim_next(*, staff: User, after: int | None = None, kind: str = "") -> ModerationQueue | None:
    """The case that this person has claimed already, or else the most urgent one that they may decide, claimed for them.

    `after` is a case to leave out; `kind` narrows it to one kind. What waits for a colleague's opinion stays claimed and is
    passed over. None where nothing is left.
    """
    open_ones = ModerationQueue.objects.filter(still_open(), cases_of(sources_decided_by(staff)))
    asked = SecondOpinion.objects.filter(answered_at__isnull=True).values("case")
    # One that was released or whose claim lapsed is for anybody, whatever a colleague was asked.
    open_ones = open_ones.exclude(pk__in=asked, claimed_at__gt=lapsed_before())
    open_ones = open_ones.exclude(pk=after or 0).order_by("priority", "due_at", "pk")
    if kind in QueueKind.values:
        open_ones = open_ones.filter(kind=kind)
    own = open_ones.filter(claimed_by=staff, claimed_at__gt=lapsed_before()).first()
    if own is not None:
        return own
    for case_id in open_ones.exclude(claimed_at__gt=lapsed_before()).values_list("pk", flat=True)[:LOOKED_AT]:
        try:
            return claim_case(case_id=case_id, staff=staff)
        except (QueueError, ModerationQueue.DoesNotExist):
            continue  # a colleague was faster, or it is not theirs
    return None


@transaction.atomic
def release_case(*, case_id: int, staff: User) -> None:
    """Give one's case back. Nothing happens to one that is not theirs, or decided."""
    case = locks.lock_case(case_id)
    if case.claimed_by_id == staff.pk and case.decided_at is None:
        case.status, case.claimed_by, case.claimed_at = QueueStatus.OPEN, None, None
        case.save(update_fields=["status", "claimed_by", "claimed_at", "updated_at"])


@transaction.atomic
def decide_case(
    *, case_id: int, staff: User, effect: str, reason: DecisionReason | None, words: str, note: str = "", **of_kind: Any
) -> ModerationDecision:
    """Decide a case; one that is free is claimed with it. Whoever loses something reads `words`, or the reason's answer.

    `of_kind`: `days` (of a suspension, 1 to 365), `hidden` (subjects.Hidden, of a review), `upheld` (whether an appeal is right).
    Raises QueueError as `claim_case` does, AT_ITS_DESK, EFFECT_NOT_OFFERED, REASON_MISSING, WORDS_MISSING, DAYS_MISSING or
    ANSWER_MISSING, and what the room that it is about raises.
    """
    case = ModerationQueue.objects.get(pk=case_id)
    source = source_of(case)
    row = source.subject_of(case)
    if row is None:
        raise QueueError(QueueErrorCode.DECIDED_ALREADY)
    wanted = Effect(effect)
    # Where nothing is wrong nothing is hidden, whatever part the form still names.
    hidden = None if wanted == Effect.NOTHING else of_kind.get("hidden")
    concerned = source.concerned(row, hidden) or case.person_id
    if wanted in (Effect.WARN, Effect.SUSPEND) and concerned is not None:
        lock_user(concerned)
    source.lock_before(row)
    case = locks.lock_case(case_id)
    _require_free(case, staff)
    require_may_decide(source, row, staff)
    _require_offered(source, row, wanted, staff)
    case.person_id = concerned
    words = words.strip() or answer_of(reason, told_of(case, wanted))
    days = of_kind.get("days")
    _require_whole(source, wanted, reason, words, days, of_kind.get("upheld"))
    verdict = Verdict(staff, wanted, words, hidden=hidden, is_right=of_kind.get("upheld"))
    if not source.decide(row, verdict):
        raise QueueError(QueueErrorCode.DECIDED_ALREADY)
    decision = close_case(
        case, Ended(staff.pk, clock.now(), wanted, words, concerned), reason=reason, note=note.strip()
    )
    if decision is None:
        raise RuntimeError("a person decided, and no decision was written")
    if case.person is not None:
        _carry_out(decision, case.person, staff, days)
    staff_log.note(
        actor=staff,
        action="queue.decide",
        subject=case.person,
        data={
            "case": case.pk,
            "kind": case.kind,
            "decision": decision.pk,
            "effect": wanted.value,
            "code": reason.code if reason else "",
            "reason": words,
            **({"days": days} if wanted == Effect.SUSPEND else {}),
        },
    )
    return decision


def _require_free(case: ModerationQueue, staff: User) -> None:
    if case.decided_at is not None:
        raise QueueError(QueueErrorCode.DECIDED_ALREADY)
    is_held = case.claimed_at is not None and case.claimed_at > lapsed_before()
    if is_held and case.claimed_by_id != staff.pk:
        raise QueueError(QueueErrorCode.CLAIMED_BY_OTHER)


def _require_offered(source: QueueSource, row: Any, effect: Effect, staff: User) -> None:
    if not source.is_decided_here:
        raise QueueError(QueueErrorCode.AT_ITS_DESK)
    if effect not in source.effects_for(row):
        raise QueueError(QueueErrorCode.EFFECT_NOT_OFFERED)
    if effect == Effect.SUSPEND and not staff.has_perm("accounts.suspend_user"):
        raise QueueError(QueueErrorCode.NOT_PERMITTED)


def _require_whole(
    source: QueueSource, effect: Effect, reason: DecisionReason | None, words: str, days: Any, is_right: Any
) -> None:
    if effect != Effect.NOTHING and reason is None:
        raise QueueError(QueueErrorCode.REASON_MISSING)
    if source.must_be_told(effect) and not words:
        raise QueueError(QueueErrorCode.WORDS_MISSING)
    if effect == Effect.SUSPEND and not (isinstance(days, int) and 1 <= days <= LONGEST_DAYS):
        raise QueueError(QueueErrorCode.DAYS_MISSING)
    if source.kind == QueueKind.APPEAL and is_right is None:
        raise QueueError(QueueErrorCode.ANSWER_MISSING)


def _take(case: ModerationQueue, staff: User) -> ModerationQueue:
    is_own = case.claimed_by_id == staff.pk and case.claimed_at is not None and case.claimed_at > lapsed_before()
    if not is_own:
        case.status, case.claimed_by, case.claimed_at = QueueStatus.CLAIMED, staff, clock.now()
        case.save(update_fields=["status", "claimed_by", "claimed_at", "updated_at"])
    return case


def _carry_out(decision: ModerationDecision, person: User, staff: User, days: int | None) -> None:
    if decision.effect == Effect.WARN:
        from marketplace.moderation.strikes import give_strike

        give_strike(person=person, staff=staff, words=decision.words, reason=decision.reason, decision=decision)
    elif decision.effect == Effect.SUSPEND:
        ends_at = clock.now() + timedelta(days=days or 1)
        suspend_person(user_id=person.pk, staff=staff, reason=decision.words[:300], ends_at=ends_at)
