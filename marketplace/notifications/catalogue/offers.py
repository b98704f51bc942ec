"""What is offered and agreed, and briefs."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

CUSTOM_OFFER = Notice("offer.custom_offer", Kind.OFFER, Who.BUYER, _("A custom offer for you"))
OFFER_FOR_BRIEF = Notice("offer.offer_for_brief", Kind.OFFER, Who.BUYER, _("An offer for your brief"))
COUNTERED = Notice("offer.countered", Kind.OFFER, Who.EITHER, _("A counter-offer for you"))
ACCEPTED = Notice("offer.accepted", Kind.OFFER, Who.SELLER, _("Your offer was accepted"))
COUNTER_ACCEPTED = Notice(
    "offer.counter_accepted", Kind.OFFER, Who.BUYER, _("Your counter-offer was accepted: it can be paid for now")
)
DECLINED = Notice("offer.declined", Kind.OFFER, Who.EITHER, _("Your offer was declined"))
TAKEN_BACK = Notice("offer.taken_back", Kind.OFFER, Who.EITHER, _("An offer was taken back"), channels=BELL_ONLY)
EXPIRED = Notice("offer.expired", Kind.OFFER, Who.EITHER, _("Your offer was not answered in time"), channels=BELL_ONLY)
LAPSED_BUYER = Notice(
    "offer.lapsed_buyer", Kind.OFFER, Who.BUYER, _("You did not pay for what was agreed: it no longer holds")
)
LAPSED_SELLER = Notice(
    "offer.lapsed_seller", Kind.OFFER, Who.SELLER, _("The buyer did not pay for what was agreed: it no longer holds")
)
BRIEF_EXPIRED = Notice("offer.brief_expired", Kind.OFFER, Who.BUYER, _("Your brief takes no more offers"))
BRIEF_FOR_YOU = Notice("offer.brief_for_you", Kind.OFFER, Who.SELLER, _("A brief in your subcategory"))
BRIEF_DENIED = Notice("offer.brief_denied", Kind.OFFER, Who.BUYER, _("Your brief was taken down"), mutable=False)
BRIEF_CLOSED = Notice(
    "offer.brief_closed",
    Kind.OFFER,
    Who.SELLER,
    _("The buyer closed the brief without choosing an offer. Thank you for yours."),
    channels=BELL_ONLY,
)
BRIEF_CHOSE_ANOTHER = Notice(
    "offer.brief_chose_another",
    Kind.OFFER,
    Who.SELLER,
    _("The buyer chose another offer this time. Thank you for the work you put into yours."),
)
BRIEF_TAKEN_DOWN = Notice(
    "offer.brief_taken_down", Kind.OFFER, Who.SELLER, _("The brief was taken down by the platform.")
)
BRIEF_REOPENED_UNPAID = Notice(
    "offer.brief_reopened_unpaid",
    Kind.OFFER,
    Who.SELLER,
    _("The buyer takes offers again: what was agreed no longer holds, you may offer anew"),
)
BRIEF_REOPENED = Notice(
    "offer.brief_reopened",
    Kind.OFFER,
    Who.SELLER,
    _("A brief that you had answered takes offers again: you may offer anew"),
)
