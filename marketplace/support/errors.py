from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class SupportErrorCode(StrEnum):
    TOO_MANY_OPEN = "too_many_open"
    NOT_STAFF = "not_staff"
    OWN_CASE = "own_case"
    NEW_MESSAGE = "new_message"
    NOT_OWN_ORDER = "not_own_order"


class SupportError(DomainError):
    """A refusal about a question to support."""

    messages = {
        SupportErrorCode.TOO_MANY_OPEN: _(
            "You have %(limit)s questions open. Please go on in one of them, or mark one as solved first."
        ),
        SupportErrorCode.NOT_STAFF: _("Only support can take this case on."),
        SupportErrorCode.OWN_CASE: _("This is your own question: a colleague answers it."),
        SupportErrorCode.NEW_MESSAGE: _("Something new was said since you opened the page. Please read it first."),
        SupportErrorCode.NOT_OWN_ORDER: _("This order is not one of yours."),
    }
