from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class LedgerErrorCode(StrEnum):
    INSUFFICIENT_FUNDS = "insufficient_funds"


class LedgerError(DomainError):
    """The books say no."""

    messages = {LedgerErrorCode.INSUFFICIENT_FUNDS: _("There is not enough money in this account. Nothing was moved.")}


class UnbalancedPosting(Exception):
    """A programming error: the legs of a posting do not sum to zero, or a key was used for another posting."""
