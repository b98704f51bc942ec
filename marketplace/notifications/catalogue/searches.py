"""News of searches that somebody saved and asked to be told of."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

NEWS = Notice(
    "search.news",
    Kind.SEARCH,
    Who.PERSON,
    _("Your saved search “%(name)s”: %(count)s new"),
    body=_("The newest: “%(title)s”. We look on and tell you once a day at most."),
)
DIGEST = Notice(
    "search.digest",
    Kind.SEARCH,
    Who.PERSON,
    _("Your saved searches: %(count)s new services"),
    body=_("They came up for: %(names)s."),
)
