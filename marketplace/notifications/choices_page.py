"""What the page of choices shows: taken from the catalogue, so that nothing that is told is missing there."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.notifications.catalogue import Notice, Who, all_notices
from marketplace.notifications.channels import push
from marketplace.notifications.models import Channel, NotificationKind
from marketplace.notifications.official_account import is_configured
from marketplace.notifications.reach import Reach


@dataclass(frozen=True)
class KindRow:
    """One kind: the ways of which one may choose, and what belongs to it."""

    kind: NotificationKind
    channels: tuple[Channel, ...]
    always: tuple[Notice, ...]  # reach everybody
    notices: tuple[Notice, ...]  # as chosen


@dataclass(frozen=True)
class Way:
    """One way out of the house, and whether it is there for this person."""

    channel: Channel
    is_there: bool
    text: str | Promise
    url: str = ""
    action: str | Promise = ""


def rows_for(*, is_staff: bool) -> list[KindRow]:
    """All kinds that anything is told of, with what is told."""
    rows = []
    for kind in NotificationKind:
        told = [one for one in all_notices() if one.kind == kind and (is_staff or one.who != Who.STAFF)]
        outside = {channel for notice in told for channel in notice.channels}
        only_sure = all(not notice.mutable for notice in told)
        # What goes by mail in any case has no box for it.
        open_to_choice = outside - ({Channel.EMAIL, Channel.SMS} if only_sure else set())
        if told:
            rows.append(
                KindRow(
                    kind=kind,
                    channels=tuple(channel for channel in Channel if channel in open_to_choice),
                    always=tuple(notice for notice in told if not notice.mutable),
                    notices=tuple(notice for notice in told if notice.mutable),
                )
            )
    return rows


def ways_of(reach: Reach) -> list[Way]:
    """How this person can be reached now, and what is missing for the other ways."""
    ways = [
        Way(Channel.EMAIL, True, reach.email)
        if reach.email
        else Way(
            Channel.EMAIL, False, _("No checked address yet."), reverse("account_email"), _("Add an e-mail address")
        ),
        Way(Channel.SMS, True, f"…{reach.phone[-4:]}")
        if reach.phone
        else Way(
            Channel.SMS, False, _("No mobile number yet."), reverse("account_change_phone"), _("Add a mobile number")
        ),
    ]
    if is_configured():
        ways.append(
            Way(Channel.WECHAT, True, _("Linked. You must follow our Official Account for it."))
            if reach.wechat_openid
            else Way(
                Channel.WECHAT, False, _("Open Jiangji inside WeChat, log in there with WeChat once, and follow us.")
            )
        )
    if push.is_configured():
        ways.append(_browsers_of(reach))
    return ways


def _browsers_of(reach: Reach) -> Way:
    count = len(reach.browsers)
    if not count:
        return Way(Channel.PUSH, False, _("Not switched on in any browser yet."))
    told = ngettext(
        "On in %(count)s browser, while you are logged in there.",
        "On in %(count)s browsers, while you are logged in there.",
        count,
    )
    return Way(Channel.PUSH, True, told % {"count": count})
