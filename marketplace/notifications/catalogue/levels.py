"""The level of a seller."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

PROMOTED = Notice(
    "level.promoted",
    Kind.SYSTEM,
    Who.SELLER,
    _("You have reached a new level: %(level)s"),
    body=_("It holds from now on. What it brings stands on the page of your level."),
)
GRACE = Notice(
    "level.grace",
    Kind.SYSTEM,
    Who.SELLER,
    _("Your level %(level)s is at risk until %(day)s"),
    body=_("Missing: %(plan)s. Meet it again by then, and nothing changes."),
    mutable=False,
)
RECOVERED = Notice(
    "level.recovered",
    Kind.SYSTEM,
    Who.SELLER,
    _("Your level %(level)s is safe again"),
    body=_("All of its gates are met."),
)
DEMOTED = Notice(
    "level.demoted",
    Kind.SYSTEM,
    Who.SELLER,
    _("Your level is now %(level)s"),
    body=_("Still missing: %(plan)s. Once it is met, you rise again within a day. A person can look at it again."),
    mutable=False,
)
SELECTED = Notice(
    "level.selected",
    Kind.SYSTEM,
    Who.SELLER,
    _("You were chosen for Select"),
    body=_("It holds from now on. %(words)s"),
)
CANDIDATE_AGAIN = Notice(
    "level.candidate_again",
    Kind.SYSTEM,
    Who.SELLER,
    _("You are a candidate for Select again"),
    body=_("After your appeal a person looks at your work once more, with what you wrote, and decides."),
)
NOT_SELECTED = Notice(
    "level.not_selected",
    Kind.SYSTEM,
    Who.SELLER,
    _("You were not chosen for Select this time"),
    body=_("What they say to you: %(words)s"),
)
