"""People: one module a subject."""

from marketplace.accounts.models.consent import ConsentDocument, ConsentRecord
from marketplace.accounts.models.people import (
    HandleRedirect,
    Hat,
    Language,
    LanguageLevel,
    SellerLevelChoice,
    User,
    UserProfile,
    new_username,
)
from marketplace.accounts.models.portfolio import Portfolio, PortfolioMedia, PortfolioMediaKind
from marketplace.accounts.models.showcase import (
    Certificate,
    Skill,
    SkillArea,
    SkillLevel,
    SkillSuggestion,
    SuggestionStatus,
    UserSkill,
)
from marketplace.accounts.models.verification import UserVerification, VerificationKind, VerificationStatus

__all__ = [
    "Certificate",
    "ConsentDocument",
    "ConsentRecord",
    "HandleRedirect",
    "Hat",
    "Language",
    "LanguageLevel",
    "Portfolio",
    "PortfolioMedia",
    "PortfolioMediaKind",
    "SellerLevelChoice",
    "Skill",
    "SkillArea",
    "SkillLevel",
    "SkillSuggestion",
    "SuggestionStatus",
    "User",
    "UserProfile",
    "UserSkill",
    "UserVerification",
    "VerificationKind",
    "VerificationStatus",
    "new_username",
]
