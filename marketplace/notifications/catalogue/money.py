"""Money that moves, and where it goes."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, URGENT, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

REFUND_PART = Notice("money.refund_part", Kind.MONEY, Who.BUYER, _("A part of your money comes back to you"))
REFUND_PART_SELLER = Notice(
    "money.refund_part_seller", Kind.MONEY, Who.SELLER, _("A part of the price goes back to the buyer")
)
PAID_TWICE = Notice(
    "money.paid_twice",
    Kind.MONEY,
    Who.BUYER,
    _("Your payment came too late or twice and goes back to you whole"),
    mutable=False,
)
REFUNDED = Notice("money.refunded", Kind.MONEY, Who.BUYER, _("Your money was paid back"), mutable=False)
PAYOUT_ARRIVED = Notice("money.payout_arrived", Kind.MONEY, Who.SELLER, _("Your withdrawal has arrived"))
PAYOUT_CONFIRM = Notice(
    "money.payout_confirm",
    Kind.MONEY,
    Who.SELLER,
    _("Please confirm your withdrawal in WeChat"),
    channels=URGENT,
    mutable=False,
)
PAYOUT_FAILED = Notice(
    "money.payout_failed",
    Kind.MONEY,
    Who.SELLER,
    _("A withdrawal did not go through: the money is back in your wallet"),
    mutable=False,
)
INVOICE_READY = Notice("money.invoice_ready", Kind.MONEY, Who.PERSON, _("Your invoice is ready"), has_own_letter=True)
INVOICE_REVERSED = Notice(
    "money.invoice_reversed", Kind.MONEY, Who.PERSON, _("An invoice of yours was reversed"), has_own_letter=True
)
INVOICE_IN_YOUR_NAME = Notice(
    "money.invoice_in_your_name", Kind.MONEY, Who.SELLER, _("The buyer was given an invoice in your name")
)
INVOICE_IN_YOUR_NAME_REVERSED = Notice(
    "money.invoice_in_your_name_reversed", Kind.MONEY, Who.SELLER, _("An invoice in your name was reversed")
)
INVOICE_NOT_NEEDED = Notice(
    "money.invoice_not_needed",
    Kind.MONEY,
    Who.PERSON,
    _("Your invoice is no longer needed: the order was refunded"),
    channels=BELL_ONLY,
)
INVOICE_FAILED = Notice(
    "money.invoice_failed", Kind.MONEY, Who.PERSON, _("Your invoice could not be issued: please look at the reason")
)
CUSTODY_ASKED = Notice(
    "money.custody_asked",
    Kind.MONEY,
    Who.SELLER,
    _("Your account at %(gateway)s is to be changed"),
    body=_(
        "New number: %(number)s, in use from %(moment)s at the earliest. If you did not ask the institution "
        "for this, write to us before then and we stop it. Until then your income goes to the old one."
    ),
    channels=URGENT,
    mutable=False,
)
CUSTODY_REFUSED = Notice(
    "money.custody_refused",
    Kind.MONEY,
    Who.SELLER,
    _("Your account at %(gateway)s stays as it is"),
    body=_("The number %(number)s will not be used. Your income goes to the same account as before."),
    mutable=False,
)
CUSTODY_FIRST = Notice(
    "money.custody_first",
    Kind.MONEY,
    Who.SELLER,
    _("Buyers can pay you with %(gateway)s"),
    body=_("Your income goes to your account %(number)s there. If this is not yours, write to us at once."),
    mutable=False,
)
CUSTODY_CHANGED = Notice(
    "money.custody_changed",
    Kind.MONEY,
    Who.SELLER,
    _("Your account at %(gateway)s was changed"),
    body=_("New orders are paid into %(number)s from now on. If this is not your account, write to us at once."),
    channels=URGENT,
    mutable=False,
)
CUSTODY_CLOSED = Notice(
    "money.custody_closed",
    Kind.MONEY,
    Who.SELLER,
    _("Your account at %(gateway)s is no longer used"),
    body=_("No new orders can be paid into %(number)s. If you did not expect this, write to us."),
    mutable=False,
)
