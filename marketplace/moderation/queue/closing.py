"""How a case ends: its row, its decision, and what the person is told. In the caller's transaction, under the case's lock."""

from datetime import datetime

from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation.models import DecisionReason, Effect, ModerationDecision, ModerationQueue, QueueStatus
from marketplace.moderation.queue.sources import Ended
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

DECISION_LENGTH, WORDS_LENGTH = 200, 1000


def close_case(
    case: ModerationQueue, ended: Ended, *, reason: DecisionReason | None = None, note: str = ""
) -> ModerationDecision | None:
    """Close a locked case as it ended, with a decision where a person decided; whoever loses something is told how to appeal."""
    at = ended.at or clock.now()
    case.status, case.decided_at, case.decided_by_id = QueueStatus.DECIDED, at, ended.by_id
    case.decision = ended.words[:DECISION_LENGTH]
    if ended.person_id is not None:
        case.person_id = ended.person_id
    case.save(update_fields=["status", "decided_at", "decided_by", "decision", "person", "updated_at"])
    if ended.by_id is None:
        return None
    words = ended.words[:WORDS_LENGTH]
    # Nobody loses something without a reason (the database asks for one); old desks may have had none.
    effect = ended.effect if words or reason else Effect.NOTHING
    decision = ModerationDecision.objects.create(
        case=case,
        kind=case.kind,
        person_id=case.person_id,
        decided_by_id=ended.by_id,
        reason=reason,
        effect=effect,
        words=words,
        note=note,
        seconds=_seconds(case, ended.by_id, at),
        decided_at=at,
    )
    if effect != Effect.NOTHING and case.person_id is not None:
        _tell(decision)
    return decision


def _seconds(case: ModerationQueue, by_id: int, at: datetime) -> int | None:
    """From the claim to the decision, where who decided had claimed it. Not known while a question to a colleague is open: its
    clock stands still then, ahead of the time (quality/opinions.py).
    """
    if case.claimed_at is None or case.claimed_by_id != by_id or case.claimed_at > at:
        return None
    return int((at - case.claimed_at).total_seconds())


def _tell(decision: ModerationDecision) -> None:
    """What was done, why, on which ground, and where an appeal is made (电子商务法 §36)."""
    with recipient_language():
        reason = decision.reason
        words = {
            "title": decision.case.title or decision.case.get_kind_display(),
            "effect": decision.get_effect_display(),
            "reason": (f"{reason.label}（{reason.law}）" if reason.law else reason.label) + "。" if reason else "",
            "words": decision.words,
        }
        url = reverse("moderation:decision", args=[decision.pk])
    notify(recipient_id=decision.person_id or 0, notice=catalogue.moderation.DECISION, words=words, url=url)
