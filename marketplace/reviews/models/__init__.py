"""Reviews, what they add up to, levels, and whether they are honest; by subject."""

from marketplace.reviews.models.integrity import CaseStatus, IntegrityCase, IntegrityMember, IntegritySignal, SignalKind
from marketplace.reviews.models.levels import (
    AppealKind,
    AppealStatus,
    LevelChange,
    LevelReason,
    ReputationAppeal,
    SelectionCase,
    SelectionStatus,
    SellerLevel,
)
from marketplace.reviews.models.reputation import Reputation, ScoreException
from marketplace.reviews.models.reviews import (
    ASKED_ASPECTS,
    HelpfulVote,
    MaskedPart,
    MaskGround,
    Rating,
    RatingAspect,
    Review,
    ReviewMask,
    ReviewPicture,
    ReviewSide,
    ReviewVersion,
)

__all__ = [
    "ASKED_ASPECTS",
    "AppealKind",
    "AppealStatus",
    "CaseStatus",
    "HelpfulVote",
    "IntegrityCase",
    "IntegrityMember",
    "IntegritySignal",
    "LevelChange",
    "LevelReason",
    "MaskGround",
    "MaskedPart",
    "Rating",
    "RatingAspect",
    "Reputation",
    "ReputationAppeal",
    "Review",
    "ReviewMask",
    "ReviewPicture",
    "ReviewSide",
    "ReviewVersion",
    "ScoreException",
    "SelectionCase",
    "SelectionStatus",
    "SellerLevel",
    "SignalKind",
]
