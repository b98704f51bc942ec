"""Texts of reviews that are hidden, what was reported about reviews, and what people asked to be looked at again."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

OWN_TEXT_MASKED = Notice(
    "appeals.own_text_masked",
    Kind.REVIEW,
    Who.EITHER,
    _("Something you wrote in a review was hidden"),
    body=_("About “%(title)s”. %(ground)s. %(words)s Stars and date stay. You can ask another person to look at it."),
    mutable=False,
)
TEXT_ABOUT_ONE_MASKED = Notice(
    "appeals.text_about_one_masked",
    Kind.REVIEW,
    Who.EITHER,
    _("Something in a review of your order was hidden"),
    body=_("About “%(title)s”. %(ground)s. %(words)s Stars and date stay."),
)
MASK_LIFTED = Notice(
    "appeals.mask_lifted",
    Kind.REVIEW,
    Who.EITHER,
    _("What was hidden in a review can be read again"),
    body=_("About “%(title)s”. %(words)s"),
)
APPEAL_UPHELD = Notice(
    "appeals.upheld",
    Kind.SYSTEM,
    Who.PERSON,
    _("You were right: a person has looked at it again"),
    body=_("About %(subject)s: %(answer)s"),
    mutable=False,
)
APPEAL_DISMISSED = Notice(
    "appeals.dismissed",
    Kind.SYSTEM,
    Who.PERSON,
    _("A person has looked at it again, and it stays"),
    body=_("About %(subject)s: %(answer)s"),
    mutable=False,
)
REPORT_UPHELD_REVIEW = Notice(
    "appeals.report_upheld_review",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report was right: a text in a review of “%(title)s” was hidden"),
    body=_("Thank you. The stars stay: the law forbids deleting reviews."),
)
REPORT_DISMISSED_REVIEW = Notice(
    "appeals.report_dismissed_review",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report of a review of “%(title)s” was looked at"),
    body=_("We found no breach of the rules, and the review stays. %(words)s"),
)
REPORT_UPHELD_PRESSURE = Notice(
    "appeals.report_upheld_pressure",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report was right: nobody may buy or force reviews (“%(title)s”)"),
    body=_("Thank you. The seller was told, and it is noted. Your review stays as you wrote it."),
)
REPORT_DISMISSED_PRESSURE = Notice(
    "appeals.report_dismissed_pressure",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report about pressure on a review of “%(title)s” was looked at"),
    body=_("We found no breach of the rules. %(words)s"),
)
PRESSURE_FOUND = Notice(
    "appeals.pressure_found",
    Kind.SYSTEM,
    Who.SELLER,
    _("Reviews may not be bought or forced"),
    body=_("About “%(title)s”. %(words)s"),
    mutable=False,
)
