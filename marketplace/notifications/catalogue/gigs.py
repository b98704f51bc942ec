"""A seller's services and their review."""

from django.utils.translation import gettext_lazy as _

from marketplace.notifications.catalogue.base import Notice, Who
from marketplace.notifications.models import NotificationKind as Kind

LIVE = Notice("gig.live", Kind.GIG, Who.SELLER, _("Live: “%(title)s”"), body=_("It can be found and booked now."))
APPROVED_PAUSED = Notice(
    "gig.approved_paused",
    Kind.GIG,
    Who.SELLER,
    _("Approved: “%(title)s”"),
    body=_("It stays paused until you put it back on sale."),
)
CHANGE_LIVE = Notice(
    "gig.change_live",
    Kind.GIG,
    Who.SELLER,
    _("Change published: “%(title)s”"),
    body=_("Buyers see the new version now."),
)
NEEDS_CHANGES = Notice("gig.needs_changes", Kind.GIG, Who.SELLER, _("Needs changes: “%(title)s”"))
NOT_ACCEPTED = Notice("gig.not_accepted", Kind.GIG, Who.SELLER, _("Not accepted: “%(title)s”"), mutable=False)
TAKEN_DOWN = Notice("gig.taken_down", Kind.GIG, Who.SELLER, _("Taken down: “%(title)s”"), mutable=False)
UNNAMED_NOT_LIVE = Notice(
    "gig.unnamed_not_live",
    Kind.GIG,
    Who.SELLER,
    _("Cannot go live yet: “%(title)s”"),
    body=_("Hand in your identity papers or verify your mobile number, then put it up again."),
)
UNNAMED_PAUSED = Notice(
    "gig.unnamed_paused",
    Kind.GIG,
    Who.SELLER,
    _("“%(title)s” is paused"),
    body=_("Hand in your identity papers or verify your mobile number, then put it up again."),
    mutable=False,
)
