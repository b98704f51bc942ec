from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class AccountErrorCode(StrEnum):
    PHONE_TAKEN = "phone_taken"
    PROFILE_INCOMPLETE = "profile_incomplete"
    SOCIAL_TAKEN = "social_taken"
    SOCIAL_SECOND = "social_second"
    SOCIAL_USED = "social_used"
    LAST_WAY_IN = "last_way_in"
    NOT_OPTIONAL = "not_optional"
    ONESELF = "oneself"
    BLOCKING_STAFF = "blocking_staff"
    EXPORT_UNDER_WAY = "export_under_way"
    CLOSING_BLOCKED = "closing_blocked"
    STAFF_PROTECTED = "staff_protected"
    WRONG_STANDING = "wrong_standing"
    REASON_MISSING = "reason_missing"
    END_IN_PAST = "end_in_past"
    NOT_VIEWABLE = "not_viewable"
    MERGE_NOT_CONFIRMED = "merge_not_confirmed"
    MERGE_BLOCKED = "merge_blocked"
    BLOCK_VALUE_WRONG = "block_value_wrong"
    NETWORK_TOO_WIDE = "network_too_wide"
    BLOCK_WOULD_HIT_STAFF = "block_would_hit_staff"
    BLOCKED_ALREADY = "blocked_already"
    BLOCK_IS_OVER = "block_is_over"
    BLOCKED = "blocked"
    MAIL_AWAY = "mail_away"


class AccountError(DomainError):
    """A refusal about a person's account."""

    messages = {
        AccountErrorCode.PHONE_TAKEN: _("This number already belongs to another account."),
        AccountErrorCode.PROFILE_INCOMPLETE: _("Before your seller desk opens, we need: %(missing)s."),
        AccountErrorCode.SOCIAL_TAKEN: _(
            "This %(provider)s account already belongs to another Jiangji account. To use it here, unlink it there first."
        ),
        AccountErrorCode.SOCIAL_SECOND: _(
            "Another %(provider)s account is linked already. Unlink that one first, then link the new one."
        ),
        AccountErrorCode.SOCIAL_USED: _(
            "This %(provider)s account has opened a Jiangji account already. Please log in with it."
        ),
        AccountErrorCode.LAST_WAY_IN: _(
            "This is your last way to log in. Verify a mobile number or an e-mail address first, then take it away."
        ),
        AccountErrorCode.NOT_OPTIONAL: _("There is no account without these terms. To withdraw, close your account."),
        AccountErrorCode.ONESELF: _("You cannot block yourself."),
        AccountErrorCode.BLOCKING_STAFF: _("People who work for Jiangji cannot be blocked."),
        AccountErrorCode.EXPORT_UNDER_WAY: _("A copy of your data is being put together already."),
        AccountErrorCode.CLOSING_BLOCKED: _("Something has to end first. The page names it; nothing was changed."),
        AccountErrorCode.STAFF_PROTECTED: _(
            "This is an account of staff. An administrator has to take its role away first."
        ),
        AccountErrorCode.WRONG_STANDING: _("The account has changed in the meantime, so this is no longer possible."),
        AccountErrorCode.MERGE_NOT_CONFIRMED: _(
            "What you typed is not the name of that account's page. Nothing was merged."
        ),
        AccountErrorCode.MERGE_BLOCKED: _("Something is in the way of merging these accounts. Nothing was changed."),
        AccountErrorCode.BLOCK_VALUE_WRONG: _(
            "This is no account, no mark of a browser and no address. A network is written as 203.0.113.0/24."
        ),
        AccountErrorCode.NETWORK_TOO_WIDE: _(
            "This network is too wide: it would hit people who did nothing. At most /%(ipv4)s for IPv4, /%(ipv6)s for IPv6."
        ),
        AccountErrorCode.BLOCK_WOULD_HIT_STAFF: _("You or a colleague would be blocked with it. Nothing was changed."),
        AccountErrorCode.BLOCKED_ALREADY: _("This is blocked already."),
        AccountErrorCode.BLOCK_IS_OVER: _("This block is over already."),
        AccountErrorCode.BLOCKED: _(
            "This is not possible from here just now, because of abuse. If it is a mistake, write to support."
        ),
        AccountErrorCode.REASON_MISSING: _("Say why. Nothing was changed."),
        AccountErrorCode.END_IN_PAST: _("The end has to lie in the future. Nothing was changed."),
        AccountErrorCode.NOT_VIEWABLE: _("The site cannot be seen as this person."),
        AccountErrorCode.MAIL_AWAY: _("Our mail could not be sent just now. Please try again in a few minutes."),
    }


class MailAwayError(AccountError):
    """Nothing is wrong with what was asked: the same request may come again."""

    http_status = 503


class VerificationErrorCode(StrEnum):
    NUMBER_LENGTH = "number_length"
    NUMBER_CHARACTERS = "number_characters"
    NUMBER_BIRTH_DATE = "number_birth_date"
    NUMBER_PLACE = "number_place"
    NUMBER_CHECKSUM = "number_checksum"
    CODE_LENGTH = "code_length"
    CODE_CHARACTERS = "code_characters"
    CODE_CHECKSUM = "code_checksum"
    UNDER_AGE = "under_age"
    PAPERS_EXPIRED = "papers_expired"
    PAPER_TOO_LARGE = "paper_too_large"
    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_TOO_SMALL = "paper_too_small"
    ALREADY_PENDING = "already_pending"
    ALREADY_VERIFIED = "already_verified"
    NUMBER_IN_USE = "number_in_use"
    NUMBER_BARRED = "number_barred"
    REAL_NAME_FIRST = "real_name_first"
    WRONG_STATE = "wrong_state"
    OWN_CASE = "own_case"
    REASON_MISSING = "reason_missing"


class VerificationError(DomainError):
    """A refusal about a fact that somebody wants to have checked."""

    messages = {
        VerificationErrorCode.NUMBER_LENGTH: _("An identity number has 18 characters; this one has %(length)s."),
        VerificationErrorCode.NUMBER_CHARACTERS: _(
            "An identity number is made of digits; only the last character may be an X."
        ),
        VerificationErrorCode.NUMBER_BIRTH_DATE: _("Characters 7 to 14 are no date of birth. Please compare them."),
        VerificationErrorCode.NUMBER_PLACE: _("No place in China begins with these six digits. Please compare them."),
        VerificationErrorCode.NUMBER_CHECKSUM: _(
            "The last character does not fit the others, so one of them is wrong. Please compare each with the card."
        ),
        VerificationErrorCode.CODE_LENGTH: _(
            "A unified social credit code has 18 characters; this one has %(length)s."
        ),
        VerificationErrorCode.CODE_CHARACTERS: _(
            "A unified social credit code begins with eight digits and has only digits and capital letters, never I, O, S,"
            " V or Z."
        ),
        VerificationErrorCode.CODE_CHECKSUM: _(
            "The last character does not fit the others, so one of them is wrong. Please compare each with the licence."
        ),
        VerificationErrorCode.UNDER_AGE: _(
            "Selling needs an age of 18. You can hand this in from %(day)s on; buying is open to you now."
        ),
        VerificationErrorCode.PAPERS_EXPIRED: _("These papers are no longer valid. Please use the new ones."),
        VerificationErrorCode.PAPER_TOO_LARGE: _(
            "“%(name)s” is larger than %(limit)s MB. Please take a smaller picture."
        ),
        VerificationErrorCode.PAPER_UNREADABLE: _("“%(name)s” cannot be read. Accepted: %(formats)s."),
        VerificationErrorCode.PAPER_TOO_SMALL: _(
            "On “%(name)s” nobody can read the text: it measures %(width)s × %(height)s pixels. At least %(side)s on the"
            " longer side are needed."
        ),
        VerificationErrorCode.ALREADY_PENDING: _("Your papers are with us already. Please wait for the answer."),
        VerificationErrorCode.ALREADY_VERIFIED: _("This is verified already. There is nothing to do."),
        VerificationErrorCode.NUMBER_IN_USE: _(
            "This number is verified for another account already. If that account is not yours, please write to support."
        ),
        VerificationErrorCode.NUMBER_BARRED: _("This number cannot be used here. Support can tell you more."),
        VerificationErrorCode.REAL_NAME_FIRST: _("Please have your own real name verified first, then the company."),
        VerificationErrorCode.WRONG_STATE: _("Somebody has decided this case already. Nothing was changed."),
        VerificationErrorCode.OWN_CASE: _("Nobody decides their own case. A colleague has to."),
        VerificationErrorCode.REASON_MISSING: _("Please say why: the person reads it."),
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
    BEGINNING_OUT_OF_RANGE = "beginning_out_of_range"
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
        ProfileErrorCode.BEGINNING_OUT_OF_RANGE: _("An absence begins today or within %(days)s days."),
        ProfileErrorCode.RETURN_OUT_OF_RANGE: _(
            "The day of your return lies after the day on which you go, and at the latest on %(last)s."
        ),
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
