"""What staff tell each other through the house."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import AT_ONCE, BELL_ONLY, Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

ROLE_GIVEN = Notice(
    "staff.role_given",
    Kind.SECURITY,
    Who.STAFF,
    _("%(person)s has a new role in the team: %(roles)s"),
    body=_("Given by %(staff)s: %(reason)s If this is not right, take the role back at once."),
    mutable=False,
    time_left=AT_ONCE,
)
SETTING_AGREED = Notice(
    "staff.setting_agreed",
    Kind.SYSTEM,
    Who.STAFF,
    _("A colleague agreed to the change you asked for"),
    body=_("Setting “%(setting)s”, new value: %(value)s."),
    channels=BELL_ONLY,
)
SETTING_REFUSED = Notice(
    "staff.setting_refused",
    Kind.SYSTEM,
    Who.STAFF,
    _("The change you asked for does not come"),
    body=_("Setting “%(setting)s”, asked for: %(value)s. The answer: %(answer)s"),
    channels=BELL_ONLY,
)
