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
        AccountErrorCode.PROFILE_INCOMPLETE: _("To sell, please add a headline and a few words about yourself first."),
    }
