"""What people say to each other and about each other."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

MESSAGE = Notice("talk.message", Kind.MESSAGE, Who.EITHER, _("Message from %(name)s"), patience=timedelta(minutes=5))
REVIEWED = Notice("talk.reviewed", Kind.REVIEW, Who.EITHER, _("%(name)s left a review: %(stars)s of 5 stars"))
REPLIED = Notice("talk.replied", Kind.REVIEW, Who.BUYER, _("%(name)s replied to your review"))
REPORT_UPHELD_GIG = Notice(
    "talk.report_upheld_gig",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report was right: “%(title)s” is off the shelf"),
    body=_("Thank you. Nobody can order it any more; running orders go on."),
)
REPORT_UPHELD_BRIEF = Notice(
    "talk.report_upheld_brief",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report was right: “%(title)s” was taken down"),
    body=_("Thank you. Sellers no longer see it, and nobody can answer it."),
)
REPORT_DISMISSED_GIG = Notice(
    "talk.report_dismissed_gig",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report about “%(title)s” was looked at"),
    body=_("We found no breach of the rules, and the service stays. %(words)s"),
)
REPORT_DISMISSED_BRIEF = Notice(
    "talk.report_dismissed_brief",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report about “%(title)s” was looked at"),
    body=_("We found no breach of the rules, and the brief stays. %(words)s"),
)
