from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class AccountErrorCode(StrEnum):
    PHONE_TAKEN = "phone_taken"
    PROFILE_INCOMPLETE = "profile_incomplete"
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


class AccountError(DomainError):
    """A refusal about a person's account."""

    messages = {
        AccountErrorCode.PHONE_TAKEN: _("This number already belongs to another account."),
        AccountErrorCode.PROFILE_INCOMPLETE: _("To sell, please add a headline and a few words about yourself first."),
        AccountErrorCode.NOT_OPTIONAL: _("There is no account without these terms. To withdraw, close your account."),
        AccountErrorCode.ONESELF: _("You cannot block yourself."),
        AccountErrorCode.BLOCKING_STAFF: _("People who work for Jiangji cannot be blocked."),
        AccountErrorCode.EXPORT_UNDER_WAY: _("A copy of your data is being put together already."),
        AccountErrorCode.CLOSING_BLOCKED: _("Something has to end first. The page names it; nothing was changed."),
        AccountErrorCode.STAFF_PROTECTED: _(
            "This is an account of staff. An administrator has to take its role away first."
        ),
        AccountErrorCode.WRONG_STANDING: _("The account has changed in the meantime, so this is no longer possible."),
        AccountErrorCode.REASON_MISSING: _("Say why. Nothing was changed."),
        AccountErrorCode.END_IN_PAST: _("The end has to lie in the future. Nothing was changed."),
        AccountErrorCode.NOT_VIEWABLE: _("The site cannot be seen as this person."),
    }
