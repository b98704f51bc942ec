"""What people say to each other and about each other."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

MESSAGE = Notice("talk.message", Kind.MESSAGE, Who.EITHER, _("Message from %(name)s"), patience=timedelta(minutes=5))
SUPPORT_MESSAGE = Notice(
    "talk.support_message", Kind.MESSAGE, Who.PERSON, _("Message from Jiangji support"), patience=timedelta(minutes=5)
)
REVIEWED = Notice("talk.reviewed", Kind.REVIEW, Who.EITHER, _("%(name)s left a review: %(stars)s of 5 stars"))
REVIEW_WAITS = Notice(
    "talk.review_waits",
    Kind.REVIEW,
    Who.EITHER,
    _("%(name)s has reviewed your order. You can read it once you have written yours, or on %(day)s"),
)
REVIEW_WAITS_ALONE = Notice(
    "talk.review_waits_alone",
    Kind.REVIEW,
    Who.EITHER,
    _("%(name)s has reviewed the cancelled order. You can read it on %(day)s"),
)
REVIEW_PUBLISHED = Notice("talk.review_published", Kind.REVIEW, Who.EITHER, _("Your review is public now"))
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
REPORT_UPHELD_MESSAGE = Notice(
    "talk.report_upheld_message",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report was right: the message “%(title)s” was taken out of the conversation"),
    body=_("Thank you. If this person goes on, you can block them on the page of the conversation."),
)
REPORT_DISMISSED_MESSAGE = Notice(
    "talk.report_dismissed_message",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your report about “%(title)s” was looked at"),
    body=_("We found no breach of the rules, and the message stays. %(words)s"),
)
SUPPORT_ASSIGNED = Notice(
    "talk.support_assigned",
    Kind.SYSTEM,
    Who.STAFF,
    _("A support case is yours: “%(subject)s”"),
    body=_("Given to you by %(name)s"),
    channels=BELL_ONLY,
)
SUPPORT_SAID = Notice(
    "talk.support_said",
    Kind.SYSTEM,
    Who.STAFF,
    _("A new question in your support case “%(subject)s”"),
    body=_("The time to answer runs again."),
    channels=BELL_ONLY,
)
SUPPORT_OVERDUE = Notice(
    "talk.support_overdue",
    Kind.SYSTEM,
    Who.STAFF,
    _("Support owes an answer that is overdue: “%(subject)s”"),
    body=_("Assigned to: %(name)s"),
)
MESSAGE_RELEASED = Notice(
    "talk.message_released",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your message has been delivered"),
    body=_("A moderator has read “%(excerpt)s” and found nothing wrong."),
)
MESSAGE_TAKEN_OUT = Notice(
    "talk.message_taken_out",
    Kind.SYSTEM,
    Who.PERSON,
    _("A message of yours was against the rules"),
    body=_("About “%(excerpt)s”. The reason: %(reason)s"),
)
MESSAGE_DENIED = Notice(
    "talk.message_denied",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your message was not delivered"),
    body=_("About “%(excerpt)s”. The reason: %(reason)s"),
)
