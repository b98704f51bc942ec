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


class PayoutErrorCode(StrEnum):
    NOT_VERIFIED = "not_verified"
    ACCOUNT_INVALID = "account_invalid"
    DESTINATION_FROZEN = "destination_frozen"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_MUCH_TODAY = "too_much_today"
    NOT_ENOUGH = "not_enough"
    NOT_OFFERED = "not_offered"
    HELD_BY_INSTITUTION = "held_by_institution"
    NOT_POSSIBLE_NOW = "not_possible_now"
    ANOTHER_PERSON = "another_person"


class PayoutError(DomainError):
    """A refusal about a withdrawal."""

    messages = {
        PayoutErrorCode.NOT_VERIFIED: _("Please have your identity verified first. Withdrawals only go to yourself."),
        PayoutErrorCode.ACCOUNT_INVALID: _("This is not a valid account. Please check each character."),
        PayoutErrorCode.DESTINATION_FROZEN: _(
            "This account was changed a short while ago and can be used from %(moment)s on. Nothing was moved."
        ),
        PayoutErrorCode.TOO_SMALL: _("A withdrawal is at least ¥%(least)s. Nothing was moved."),
        PayoutErrorCode.TOO_LARGE: _("A withdrawal is at most ¥%(most)s. Nothing was moved."),
        PayoutErrorCode.TOO_MUCH_TODAY: _("You can withdraw ¥%(left)s more today. Nothing was moved."),
        PayoutErrorCode.NOT_ENOUGH: _("Your wallet has ¥%(available)s available. Nothing was moved."),
        PayoutErrorCode.NOT_OFFERED: _("Withdrawals to this kind of account are not available right now."),
        PayoutErrorCode.HELD_BY_INSTITUTION: _(
            "Your income goes from the payment institution straight to your own account there, "
            "so there is nothing to withdraw here."
        ),
        PayoutErrorCode.NOT_POSSIBLE_NOW: _("This withdrawal has moved on in the meantime. Please look at it again."),
        PayoutErrorCode.ANOTHER_PERSON: _("A second person has to approve this, not the one who did before."),
    }


class ReconciliationErrorCode(StrEnum):
    NOT_OURS = "not_ours"
    STILL_DIFFERENT = "still_different"
    NOT_FITTING = "not_fitting"
    ASK_FIRST = "ask_first"


class ReconciliationError(DomainError):
    """A refusal about a difference between bill and books."""

    messages = {
        ReconciliationErrorCode.NOT_OURS: _("This number is none of our payments. Book it as unexplained instead."),
        ReconciliationErrorCode.STILL_DIFFERENT: _("The payment institution does not confirm this line."),
        ReconciliationErrorCode.NOT_FITTING: _("This does not resolve a difference of this kind. Nothing was booked."),
        ReconciliationErrorCode.ASK_FIRST: _(
            "This number is one of ours. Ask the payment institution instead: booked as unexplained it would be counted "
            "twice as soon as the institution tells us of it."
        ),
    }
