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


class AccountError(DomainError):
    """A refusal about a person's account."""

    messages = {
        AccountErrorCode.PHONE_TAKEN: _("This number already belongs to another account."),
        AccountErrorCode.PROFILE_INCOMPLETE: _("To sell, please add a headline and a few words about yourself first."),
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
            "This is your last way to log in. Verify a mobile number or an e-mail address first, then unlink it."
        ),
    }
