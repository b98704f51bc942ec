"""People: one module a subject."""

from marketplace.accounts.models.consent import (
    OPTIONAL_DOCUMENTS,
    REQUIRED_DOCUMENTS,
    ConsentDocument,
    ConsentRecord,
)
from marketplace.accounts.models.people import Language, SellerLevelChoice, User, UserProfile, new_username
from marketplace.accounts.models.privacy import AccountClosing, BlockedPerson, DataExport, ExportStatus
from marketplace.accounts.models.showcase import Portfolio, Skill, SkillLevel, UserSkill
from marketplace.accounts.models.standing import StaffNote, Suspension
from marketplace.accounts.models.verification import UserVerification, VerificationKind, VerificationStatus

__all__ = [
    "OPTIONAL_DOCUMENTS",
    "REQUIRED_DOCUMENTS",
    "AccountClosing",
    "BlockedPerson",
    "ConsentDocument",
    "ConsentRecord",
    "DataExport",
    "ExportStatus",
    "Language",
    "Portfolio",
    "SellerLevelChoice",
    "Skill",
    "SkillLevel",
    "StaffNote",
    "Suspension",
    "User",
    "UserProfile",
    "UserSkill",
    "UserVerification",
    "VerificationKind",
    "VerificationStatus",
    "new_username",
]
