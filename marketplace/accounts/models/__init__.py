"""People: one module a subject."""

from marketplace.accounts.models.consent import SIGN_UP_DOCUMENTS, ConsentDocument, ConsentRecord
from marketplace.accounts.models.devices import NewDevice
from marketplace.accounts.models.people import Language, SellerLevelChoice, User, UserProfile, new_username
from marketplace.accounts.models.showcase import Portfolio, Skill, SkillLevel, UserSkill
from marketplace.accounts.models.verification import (
    CheckResult,
    PaperKind,
    RejectionReason,
    UserVerification,
    VerificationKind,
    VerificationPaper,
)
from marketplace.accounts.states import VerificationStatus

__all__ = [
    "SIGN_UP_DOCUMENTS",
    "CheckResult",
    "ConsentDocument",
    "ConsentRecord",
    "Language",
    "NewDevice",
    "PaperKind",
    "Portfolio",
    "RejectionReason",
    "SellerLevelChoice",
    "Skill",
    "SkillLevel",
    "User",
    "UserProfile",
    "UserSkill",
    "UserVerification",
    "VerificationKind",
    "VerificationPaper",
    "VerificationStatus",
    "new_username",
]
