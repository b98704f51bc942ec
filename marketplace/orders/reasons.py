"""Why an order ends before its work, or is quarrelled about: one table of codes a side. People choose, analytics count."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.core import clock
from marketplace.orders.models import Order
from marketplace.orders.states import BUYER, SELLER

OTHER = "other"


class BuyerCancelReason(models.TextChoices):
    CHANGED_MIND = "changed_mind", _("I no longer need it")
    BY_MISTAKE = "by_mistake", _("Ordered by mistake, or the wrong package")
    LATE = "late", _("The delivery is late")
    NO_REPLY = "no_reply", _("The seller does not reply")
    NOT_AS_DESCRIBED = "not_as_described", _("The work is not what was described")
    QUALITY = "quality", _("The quality is not good enough")
    ASKED_TO_LEAVE = "asked_to_leave", _("The seller asked me to pay outside the platform")
    OTHER = OTHER, _("Something else")


class SellerCancelReason(models.TextChoices):
    NO_TIME = "no_time", _("I cannot keep the deadline")
    CANNOT_DO = "cannot_do", _("I cannot do this work")
    UNCLEAR = "unclear", _("The requirements are unclear or changed")
    BEYOND_PACKAGE = "beyond_package", _("More is asked for than the package holds")
    NO_REPLY = "no_reply", _("The buyer does not reply")
    BUYER_ASKED = "buyer_asked", _("The buyer asked me to cancel")
    AGAINST_RULES = "against_rules", _("What is asked for breaks the law or the rules")
    OTHER = OTHER, _("Something else")


class BuyerDisputeReason(models.TextChoices):
    NOT_AS_DESCRIBED = "not_as_described", _("The work is not what was described")
    QUALITY = "quality", _("The quality is not good enough")
    INCOMPLETE = "incomplete", _("Something is missing from the delivery")
    LATE = "late", _("The delivery is late")
    COPIED = "copied", _("The work is copied, or its licence is doubtful")
    NO_REPLY = "no_reply", _("The seller does not reply")
    OTHER = OTHER, _("Something else")


class SellerDisputeReason(models.TextChoices):
    BEYOND_PACKAGE = "beyond_package", _("More is asked for than the package holds")
    NO_ACCEPTANCE = "no_acceptance", _("The buyer refuses work that was agreed on")
    NO_REPLY = "no_reply", _("The buyer does not reply")
    THREAT = "threat", _("Threatened with a bad review")
    OTHER = OTHER, _("Something else")


CANCEL_REASONS: dict[str, type[models.TextChoices]] = {BUYER: BuyerCancelReason, SELLER: SellerCancelReason}
DISPUTE_REASONS: dict[str, type[models.TextChoices]] = {BUYER: BuyerDisputeReason, SELLER: SellerDisputeReason}


# What can only be so once something was delivered.
_OF_THE_WORK = {BuyerCancelReason.NOT_AS_DESCRIBED, BuyerCancelReason.QUALITY}


def cancel_reasons(order: Order, side: str) -> list[tuple[str, str]]:
    """The reasons that this side can have for ending the order as it stands now."""
    left_out: set[str] = set()
    if side == BUYER:
        if order.paid_at is None:
            left_out.add(BuyerCancelReason.NO_REPLY)
        if order.due_at is None or clock.now() <= order.due_at:
            left_out.add(BuyerCancelReason.LATE)
        if order.delivered_at is None:
            left_out |= _OF_THE_WORK
    return [(code, words) for code, words in CANCEL_REASONS[side].choices if code not in left_out]


def known_reason(table: dict[str, type[models.TextChoices]], side: str, code: str) -> str:
    """`code` when that side can choose it, and the code of everything else when none was chosen. Raises ValueError."""
    return str(table[side](code or OTHER))


def reason_text(table: dict[str, type[models.TextChoices]], side: str, code: str) -> str | Promise:
    """The words of a code; "" for one that this side does not have (any more)."""
    return next((choice.label for choice in table[side] if choice.value == code), "")
