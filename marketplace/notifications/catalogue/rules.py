"""Changes of the platform's rules."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import Channel
from marketplace.notifications.models import NotificationKind as Kind

# The law wants members to know of it: nobody can mute it, and nobody needs to be rung for it.
ANNOUNCED = Notice(
    "rules.announced",
    Kind.SYSTEM,
    Who.PERSON,
    _("%(document)s will change on %(day)s"),
    body=_(
        "Read what changes and tell us what you think of it. Orders placed before keep the rules they were placed under."
    ),
    channels=(Channel.EMAIL,),
    mutable=False,
)

# Whoever was told that the rules would change is told that they will not.
WITHDRAWN = Notice(
    "rules.withdrawn",
    Kind.SYSTEM,
    Who.PERSON,
    _("%(document)s will not change on %(day)s after all"),
    body=_("The announced version was withdrawn. What holds now stays in force."),
    channels=(Channel.EMAIL,),
    mutable=False,
)
