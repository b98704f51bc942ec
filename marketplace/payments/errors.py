from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class PaymentErrorCode(StrEnum):
    NOT_PAYABLE = "not_payable"
    GATEWAY_UNAVAILABLE = "gateway_unavailable"


class PaymentError(DomainError):
    """A refusal about a payment."""

    messages = {
        PaymentErrorCode.NOT_PAYABLE: _("This order can no longer be paid. Nothing was charged."),
        PaymentErrorCode.GATEWAY_UNAVAILABLE: _(
            "This way of paying is not available right now. Please choose another."
        ),
    }
