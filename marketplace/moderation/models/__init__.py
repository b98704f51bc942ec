"""Tables of moderation, by subject."""

from marketplace.moderation.models.decisions import (
    AppealStatus,
    DecisionAppeal,
    DecisionCheck,
    DecisionReason,
    Effect,
    ModerationDecision,
    Segment,
    Strike,
)
from marketplace.moderation.models.log import AdminLog
from marketplace.moderation.models.queue import (
    ModerationQueue,
    Priority,
    QueueKind,
    QueueStatus,
    SecondOpinion,
    still_open,
)
from marketplace.moderation.models.reports import (
    REASONS_ABOUT_MESSAGES,
    REASONS_ABOUT_REVIEWS,
    REASONS_ABOUT_WORK,
    Report,
    ReportReason,
    ReportStatus,
)

__all__ = [
    "REASONS_ABOUT_MESSAGES",
    "REASONS_ABOUT_REVIEWS",
    "REASONS_ABOUT_WORK",
    "AdminLog",
    "AppealStatus",
    "DecisionAppeal",
    "DecisionCheck",
    "DecisionReason",
    "Effect",
    "ModerationDecision",
    "ModerationQueue",
    "Priority",
    "QueueKind",
    "QueueStatus",
    "Report",
    "ReportReason",
    "ReportStatus",
    "SecondOpinion",
    "Segment",
    "Strike",
    "still_open",
]
