"""What the page of a case shows of its thing: what the older desks show, by the same functions. Reading is noted as there."""

from typing import Any

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.messaging.models import MessageFlag
from marketplace.moderation import appeal_desk, flag_desk, report_desk, review_desk, subjects
from marketplace.moderation.models import DecisionAppeal, Report, ReportReason
from marketplace.reviews.models import ReputationAppeal, Review


def context_of(row: Any, reader: User) -> dict[str, Any]:
    """For the thing's template. Raises Http404 as those desks do. Nothing for one that is gone."""
    if isinstance(row, Report):
        return report_desk.shown(row.pk, reader)
    if isinstance(row, MessageFlag):
        return flag_desk.shown(row.pk, reader)
    if isinstance(row, Review):
        return review_desk.shown(row.pk, reader)
    if isinstance(row, ReputationAppeal):
        return appeal_desk.shown(row.pk, reader)
    if isinstance(row, DecisionAppeal):
        data = {"appeal": row.pk, "decision": row.decision_id}
        staff_log.note_reading(
            actor=reader, action="decision_appeal.read", what=row.pk, data=data, subject=row.decision.person
        )
        return {"appeal": row, "decision": row.decision}
    return {}


def review_to_hide(row: Any) -> Review | None:
    """The review of which a part can be hidden, with its pictures."""
    if isinstance(row, Review):
        return row
    if isinstance(row, Report) and row.reason != ReportReason.PRESSURE:
        target = subjects.target_of(row)
        return target if isinstance(target, Review) else None
    return None
