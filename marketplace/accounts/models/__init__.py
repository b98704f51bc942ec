"""People: one module a subject."""

from marketplace.accounts.models.consent import ConsentDocument, ConsentRecord
from marketplace.accounts.models.devices import NewDevice
from marketplace.accounts.models.people import Language, SellerLevelChoice, User, UserProfile, new_username
from marketplace.accounts.models.showcase import Portfolio, Skill, SkillLevel, UserSkill
from marketplace.accounts.models.verification import UserVerification, VerificationKind, VerificationStatus

__all__ = [
    "ConsentDocument",
    "ConsentRecord",
    "Language",
    "NewDevice",
    "Portfolio",
    "SellerLevelChoice",
    "Skill",
    "SkillLevel",
    "User",
    "UserProfile",
    "UserSkill",
    "UserVerification",
    "VerificationKind",
    "VerificationStatus",
    "new_username",
]
