"""What holds for every case: who may decide it, how long a claim lasts, and who reads the words."""

from datetime import datetime, timedelta
from typing import Any

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.moderation.models import DecisionReason, Effect, ModerationQueue, QueueKind
from marketplace.moderation.queue.errors import QueueError, QueueErrorCode
from marketplace.moderation.queue.sources import QueueSource
from marketplace.notifications.services import language_of


def require_may_decide(source: QueueSource, row: Any, staff: User) -> None:
    """Raise QueueError NOT_PERMITTED, ABOUT_YOURSELF, DECIDED_BEFORE, or DECIDED_ALREADY where the thing is gone."""
    if not staff.has_perm(source.decide_permission):
        raise QueueError(QueueErrorCode.NOT_PERMITTED)
    if row is None:
        raise QueueError(QueueErrorCode.DECIDED_ALREADY)
    if staff.pk in source.parties(row):
        raise QueueError(QueueErrorCode.ABOUT_YOURSELF)
    if staff.pk in source.deciders(row):
        raise QueueError(QueueErrorCode.DECIDED_BEFORE)


def lapsed_before() -> datetime:
    """Claims from before this moment hold no longer."""
    return clock.now() - timedelta(minutes=get_config("moderation.claim_minutes"))


def answer_of(reason: DecisionReason | None, reader_id: int | None) -> str:
    """What somebody is told for a reason, in the language that they chose."""
    if reason is None:
        return ""
    if reader_id is None:
        return reason.localized_answer
    with language_of(reader_id):
        return reason.localized_answer


def told_of(case: ModerationQueue, effect: Effect) -> int | None:
    """Who reads the words: whom it concerns, or who reported it where nothing is wrong."""
    return case.reported_by_id if effect == Effect.NOTHING and case.kind == QueueKind.REPORT else case.person_id
