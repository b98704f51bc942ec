"""People: one module a subject."""

from marketplace.accounts.models.consent import OPTIONAL_DOCUMENTS, REQUIRED_DOCUMENTS, ConsentDocument, ConsentRecord
from marketplace.accounts.models.devices import BrowserUse, NewDevice
from marketplace.accounts.models.people import (
    HandleRedirect,
    Hat,
    Language,
    LanguageLevel,
    SellerLevelChoice,
    User,
    UserProfile,
    away_condition,
    new_username,
)
from marketplace.accounts.models.portfolio import Portfolio, PortfolioMedia, PortfolioMediaKind
from marketplace.accounts.models.privacy import AccountClosing, BlockedPerson, DataExport, ExportStatus
from marketplace.accounts.models.showcase import (
    Certificate,
    Skill,
    SkillArea,
    SkillLevel,
    SkillSuggestion,
    SuggestionStatus,
    UserSkill,
)
from marketplace.accounts.models.standing import (
    AccountMerge,
    Block,
    BlockKind,
    BlockScope,
    LimitHit,
    StaffNote,
    Suspension,
)
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
    "OPTIONAL_DOCUMENTS",
    "REQUIRED_DOCUMENTS",
    "AccountClosing",
    "AccountMerge",
    "Block",
    "BlockKind",
    "BlockScope",
    "BlockedPerson",
    "BrowserUse",
    "Certificate",
    "CheckResult",
    "ConsentDocument",
    "ConsentRecord",
    "DataExport",
    "ExportStatus",
    "HandleRedirect",
    "Hat",
    "Language",
    "LanguageLevel",
    "LimitHit",
    "NewDevice",
    "PaperKind",
    "Portfolio",
    "PortfolioMedia",
    "PortfolioMediaKind",
    "RejectionReason",
    "SellerLevelChoice",
    "Skill",
    "SkillArea",
    "SkillLevel",
    "SkillSuggestion",
    "StaffNote",
    "SuggestionStatus",
    "Suspension",
    "User",
    "UserProfile",
    "UserSkill",
    "UserVerification",
    "VerificationKind",
    "VerificationPaper",
    "VerificationStatus",
    "away_condition",
    "new_username",
]
