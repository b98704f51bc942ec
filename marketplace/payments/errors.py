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
    FORM_WAS_SENT = "form_was_sent"


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
        PayoutErrorCode.FORM_WAS_SENT: _(
            "This page was sent already, with other details. Nothing more was moved; please open it again."
        ),
        PayoutErrorCode.ANOTHER_PERSON: _("A second person has to approve this, not the one who did before."),
    }


class ReconciliationErrorCode(StrEnum):
    NOT_OURS = "not_ours"
    STILL_DIFFERENT = "still_different"
    NOT_FITTING = "not_fitting"
    ASK_FIRST = "ask_first"
    LINES_FIRST = "lines_first"
    BALANCE_MOVED = "balance_moved"


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
        ReconciliationErrorCode.LINES_FIRST: _(
            "Lines of this institution's bills are still open. Decide about them first: booked now, the same amount would "
            "be counted twice. Nothing was booked."
        ),
        ReconciliationErrorCode.BALANCE_MOVED: _(
            "This balance is off by another amount by now, or comes out. Nothing was booked; please look at it again."
        ),
    }


class OwnMoneyErrorCode(StrEnum):
    BEYOND_WHAT_IS_THERE = "beyond_what_is_there"
    NOTHING_TO_REMIT = "nothing_to_remit"
    NOTHING_IN_SUSPENSE = "nothing_in_suspense"
    SELLER_MISSING = "seller_missing"
    ALREADY_ASKED_FOR = "already_asked_for"
    NOT_WAITING = "not_waiting"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    HALTED = "halted"


class OwnMoneyError(DomainError):
    """A refusal about the platform's own money, read by finance."""

    messages = {
        OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE: _("That is more than is there. Nothing was moved."),
        OwnMoneyErrorCode.NOTHING_TO_REMIT: _("No withheld tax of this period is left to remit."),
        OwnMoneyErrorCode.NOTHING_IN_SUSPENSE: _(
            "Nothing of this difference stands as unexplained. Nothing was booked."
        ),
        OwnMoneyErrorCode.SELLER_MISSING: _("Whose debt is it? Please choose the seller."),
        OwnMoneyErrorCode.ALREADY_ASKED_FOR: _(
            "This has been asked for or booked already: the same difference, or the same number at the bank."
        ),
        OwnMoneyErrorCode.NOT_WAITING: _("This has been decided in the meantime. Please look at it again."),
        OwnMoneyErrorCode.NOT_THE_SAME_PERSON: _("Whoever asked cannot approve it: a second person has to."),
        OwnMoneyErrorCode.HALTED: _(
            "The audit of the books found something, or an institution holds another amount than they explain: none of "
            "our money leaves until that is cleared up."
        ),
    }


class CustodyErrorCode(StrEnum):
    NUMBER_INVALID = "number_invalid"
    NUMBER_TAKEN = "number_taken"
    NUMBER_IN_USE = "number_in_use"
    ANOTHER_WAITS = "another_waits"
    NOT_THE_SAME_PERSON = "not_the_same_person"
    NOT_WAITING = "not_waiting"
    NO_ANSWER = "no_answer"
    PARTLY_DONE = "partly_done"
    REFUND_FIRST = "refund_first"


class CustodyError(DomainError):
    """A refusal about custody, read by finance."""

    messages = {
        CustodyErrorCode.NUMBER_INVALID: _("That is no number of a sub-merchant: only letters and digits, at most 32."),
        CustodyErrorCode.NUMBER_TAKEN: _("This number belongs to another seller. Nothing was changed."),
        CustodyErrorCode.NUMBER_IN_USE: _("This number is in use for the seller already. Nothing was changed."),
        CustodyErrorCode.ANOTHER_WAITS: _(
            "Another number of this seller waits already. Refuse that one first. Nothing was changed."
        ),
        CustodyErrorCode.NOT_THE_SAME_PERSON: _(
            "A second person has to agree: neither who asked nor the seller. Nothing was changed."
        ),
        CustodyErrorCode.NOT_WAITING: _("This has been decided in the meantime. Please look at it again."),
        CustodyErrorCode.NO_ANSWER: _(
            "The payment institution did not say how it stands, so nothing was changed. Please try again later."
        ),
        CustodyErrorCode.PARTLY_DONE: _(
            "The payment institution has this settlement under way or done: it cannot be cancelled. Settle it again "
            "instead: it goes on under the same number."
        ),
        CustodyErrorCode.REFUND_FIRST: _(
            "Something of this order is still open, a refund for instance. Cancel the settlement: the refund goes "
            "first, then what is left is settled. Nothing was changed."
        ),
    }


class InvoiceErrorCode(StrEnum):
    SWITCHED_OFF = "switched_off"
    NOT_YET = "not_yet"
    NOTHING_TO_INVOICE = "nothing_to_invoice"
    SELLER_NOT_READY = "seller_not_ready"
    ALREADY_ASKED = "already_asked"
    TITLE_MISSING = "title_missing"
    TAX_NUMBER_MISSING = "tax_number_missing"
    TAX_NUMBER_LENGTH = "tax_number_length"
    TAX_NUMBER_CHARACTERS = "tax_number_characters"
    TAX_NUMBER_CHECK = "tax_number_check"
    NOT_POSSIBLE_NOW = "not_possible_now"


class InvoiceError(DomainError):
    """A refusal about an invoice."""

    messages = {
        InvoiceErrorCode.SWITCHED_OFF: _("Invoices cannot be asked for here at the moment."),
        InvoiceErrorCode.NOT_YET: _("You can ask for the invoice once the order is accepted or its dispute decided."),
        InvoiceErrorCode.NOTHING_TO_INVOICE: _("Nothing of this order is left to invoice: it was refunded."),
        InvoiceErrorCode.SELLER_NOT_READY: _(
            "The seller's identity has not been confirmed for invoices yet. Ask the seller to have it confirmed; "
            "you can come back for the invoice at any time."
        ),
        InvoiceErrorCode.ALREADY_ASKED: _("There is an invoice for this order already. It stands in your invoices."),
        InvoiceErrorCode.TITLE_MISSING: _("Whom is the invoice for? Please write the name."),
        InvoiceErrorCode.TAX_NUMBER_MISSING: _("Please write the unified social credit code of the company."),
        InvoiceErrorCode.TAX_NUMBER_LENGTH: _(
            "A unified social credit code has 18 characters; this one has %(length)s."
        ),
        InvoiceErrorCode.TAX_NUMBER_CHARACTERS: _(
            "A unified social credit code begins with eight digits and has only digits and capital letters, "
            "never I, O, S, V or Z."
        ),
        InvoiceErrorCode.TAX_NUMBER_CHECK: _(
            "The last character does not fit the others, so one of them is wrong. Please compare each with the licence."
        ),
        InvoiceErrorCode.NOT_POSSIBLE_NOW: _("This invoice has moved on in the meantime. Please look at it again."),
    }
