"""Whether deals were deals: what was decided about the reviews between some accounts."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

NOT_COUNTED = Notice(
    "integrity.not_counted",
    Kind.REVIEW,
    Who.PERSON,
    _("Reviews between you and accounts you dealt with no longer count"),
    body=_(
        "A person has looked at these deals and found that they were not real ones. %(words)s The reviews stay on the page "
        "and are out of every score. If that is wrong, ask for it to be looked at again: another person decides."
    ),
    mutable=False,
)
COUNTED_AGAIN = Notice(
    "integrity.counted_again",
    Kind.REVIEW,
    Who.PERSON,
    _("Reviews between you and accounts you dealt with count again"),
    body=_("The decision was looked at once more and taken back."),
)
