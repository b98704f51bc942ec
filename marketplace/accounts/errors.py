from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class AccountErrorCode(StrEnum):
    PHONE_TAKEN = "phone_taken"
    PROFILE_INCOMPLETE = "profile_incomplete"


class AccountError(DomainError):
    """A refusal about a person's account."""

    messages = {
        AccountErrorCode.PHONE_TAKEN: _("This number already belongs to another account."),
        AccountErrorCode.PROFILE_INCOMPLETE: _("Before your seller desk opens, we need: %(missing)s."),
    }


class ProfileErrorCode(StrEnum):
    HANDLE_RESERVED = "handle_reserved"
    HANDLE_TAKEN = "handle_taken"
    HANDLE_TOO_SOON = "handle_too_soon"
    PLACE_UNKNOWN = "place_unknown"
    TOO_MANY_SKILLS = "too_many_skills"
    SKILL_IS_LISTED = "skill_is_listed"
    TOO_MANY_SUGGESTIONS = "too_many_suggestions"
    SUGGESTION_DECIDED = "suggestion_decided"
    REASON_MISSING = "reason_missing"
    TOO_MANY_CERTIFICATES = "too_many_certificates"
    HOURS_INCOMPLETE = "hours_incomplete"
    RETURN_OUT_OF_RANGE = "return_out_of_range"
    DESK_CLOSED = "desk_closed"


class ProfileError(DomainError):
    """A refusal about what a person shows of themself."""

    messages = {
        ProfileErrorCode.HANDLE_RESERVED: _("This address is kept for Jiangji itself. Please choose another one."),
        ProfileErrorCode.HANDLE_TAKEN: _("This address belongs to somebody else. Please choose another one."),
        ProfileErrorCode.HANDLE_TOO_SOON: _("The address can be changed every %(days)s days, next on %(day)s."),
        ProfileErrorCode.PLACE_UNKNOWN: _("Choose a city that belongs to the province."),
        ProfileErrorCode.TOO_MANY_SKILLS: _("At most %(limit)s skills. Remove one before you add another."),
        ProfileErrorCode.SKILL_IS_LISTED: _("“%(name)s” is in the list already. You can choose it there."),
        ProfileErrorCode.TOO_MANY_SUGGESTIONS: _(
            "%(limit)s of your suggestions wait for an answer. You can send more once they are decided."
        ),
        ProfileErrorCode.SUGGESTION_DECIDED: _("Somebody has decided about this suggestion already."),
        ProfileErrorCode.REASON_MISSING: _("Say why: the person reads it."),
        ProfileErrorCode.TOO_MANY_CERTIFICATES: _("At most %(limit)s certificates. Remove one before you add another."),
        ProfileErrorCode.HOURS_INCOMPLETE: _("Working hours need days and two different times."),
        ProfileErrorCode.RETURN_OUT_OF_RANGE: _("The day of your return lies between tomorrow and %(last)s."),
        ProfileErrorCode.DESK_CLOSED: _("Open your seller desk first."),
    }


class PortfolioErrorCode(StrEnum):
    TOO_MANY_PIECES = "too_many_pieces"
    TOO_MANY_MEDIA = "too_many_media"
    VIDEO_TOO_LARGE = "video_too_large"
    VIDEO_UNREADABLE = "video_unreadable"
    DOCUMENT_TOO_LARGE = "document_too_large"
    DOCUMENT_UNREADABLE = "document_unreadable"
    LINK_REFUSED = "link_refused"
    REASON_MISSING = "reason_missing"


class PortfolioError(DomainError):
    """A refusal about somebody's portfolio."""

    messages = {
        PortfolioErrorCode.TOO_MANY_PIECES: _("At most %(limit)s pieces. Delete one before you add another."),
        PortfolioErrorCode.TOO_MANY_MEDIA: _("At most %(limit)s files and links in a piece."),
        PortfolioErrorCode.VIDEO_TOO_LARGE: _(
            "“%(name)s” is larger than %(limit)s MB. Compress it and upload it again."
        ),
        PortfolioErrorCode.VIDEO_UNREADABLE: _("“%(name)s” is no video that can be played here. Use MP4 or WebM."),
        PortfolioErrorCode.DOCUMENT_TOO_LARGE: _(
            "“%(name)s” is larger than %(limit)s MB. Compress it and upload it again."
        ),
        PortfolioErrorCode.DOCUMENT_UNREADABLE: _("“%(name)s” is no PDF."),
        PortfolioErrorCode.LINK_REFUSED: _("A link begins with https:// and leads to a public website."),
        PortfolioErrorCode.REASON_MISSING: _("Say why: the person reads it."),
    }
