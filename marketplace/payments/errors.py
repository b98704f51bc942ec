from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class PaymentErrorCode(StrEnum):
    NOT_PAYABLE = "not_payable"
    GATEWAY_UNAVAILABLE = "gateway_unavailable"
    SELLER_NOT_AT_GATEWAY = "seller_not_at_gateway"
    TOO_LONG_FOR_GATEWAY = "too_long_for_gateway"


class PaymentError(DomainError):
    """A refusal about a payment."""

    messages = {
        PaymentErrorCode.NOT_PAYABLE: _("This order can no longer be paid. Nothing was charged."),
        PaymentErrorCode.GATEWAY_UNAVAILABLE: _(
            "This way of paying is not available right now. Please choose another."
        ),
        PaymentErrorCode.SELLER_NOT_AT_GATEWAY: _(
            "This seller cannot be paid this way yet. Please choose another, or ask the seller."
        ),
        PaymentErrorCode.TOO_LONG_FOR_GATEWAY: _(
            "This payment institution holds money for work of at most %(days)s days. Please agree on stages with the "
            "seller, or pay another way."
        ),
    }
