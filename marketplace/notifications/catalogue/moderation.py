"""What moderators decided about somebody, what came of an appeal, and what staff ask each other."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import BELL_ONLY, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

# 电子商务法 §36: what was decided, why, and on which ground. `reason` holds the ground too; the address is the decision's page.
DECISION = Notice(
    "moderation.decision",
    Kind.SYSTEM,
    Who.PERSON,
    _("A moderator has decided about “%(title)s”: %(effect)s"),
    body=_("%(reason)s %(words)s You can read it again and appeal on its page."),
    mutable=False,
)
STRIKE = Notice(
    "moderation.strike",
    Kind.SYSTEM,
    Who.PERSON,
    _("You have been given a strike"),
    body=_(
        "%(words)s It counts until %(day)s. Strikes in force: %(number)s; from %(most)s on an account is suspended."
    ),
    mutable=False,
)
STRIKE_LIFTED = Notice(
    "moderation.strike_lifted",
    Kind.SYSTEM,
    Who.PERSON,
    _("A strike of yours was lifted"),
    body=_("It no longer counts. %(because)s"),
    mutable=False,
)
APPEAL_UPHELD = Notice(
    "moderation.appeal_upheld",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your appeal was right: the decision about “%(title)s” was undone"),
    body=_("The answer: %(answer)s"),
    mutable=False,
)
APPEAL_DISMISSED = Notice(
    "moderation.appeal_dismissed",
    Kind.SYSTEM,
    Who.PERSON,
    _("Your appeal was looked at by another person: the decision about “%(title)s” stays"),
    body=_("The answer: %(answer)s"),
    mutable=False,
)
# After a check by a colleague, without an appeal.
UNDONE = Notice(
    "moderation.undone",
    Kind.SYSTEM,
    Who.PERSON,
    _("A decision about “%(title)s” was undone"),
    body=_("A colleague has looked at it again and found it wrong. What could be put back was put back. %(because)s"),
    mutable=False,
)
OPINION_GIVEN = Notice(
    "moderation.opinion_given",
    Kind.SYSTEM,
    Who.STAFF,
    _("%(name)s has given a second opinion: %(opinion)s"),
    body=_("About “%(title)s”. %(answer)s"),
    channels=BELL_ONLY,
)
