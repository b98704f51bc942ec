"""By which ways somebody can be reached, and when they want to be. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from marketplace.core import clock
from marketplace.notifications import official_account
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.models import (
    Channel,
    NotificationPreference,
    NotificationSettings,
    PushSubscription,
    Rhythm,
)

# What nobody has chosen. A text message costs us money and rings: only who asks for it.
ON_UNLESS_CHOSEN = {Channel.EMAIL: True, Channel.WECHAT: True, Channel.PUSH: True, Channel.SMS: False}
# What makes a sound keeps to the quiet hours; a mail lies there until somebody looks.
THAT_RING = frozenset({Channel.SMS, Channel.WECHAT, Channel.PUSH})


@dataclass(frozen=True)
class Reach:
    """One person's addresses and choices, as they are now."""

    user_id: int
    is_active: bool
    email: str
    phone: str
    wechat_openid: str
    browsers: tuple[int, ...]
    language: str = settings.LANGUAGE_CODE
    mail_rhythm: str = Rhythm.AT_ONCE
    digest_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None
    chosen: dict[tuple[str, str], bool] = field(default_factory=dict)

    def has(self, channel: Channel) -> bool:
        """Whether there is an address for it."""
        match channel:
            case Channel.EMAIL:
                return bool(self.email)
            case Channel.SMS:
                return bool(self.phone)
            case Channel.WECHAT:
                return bool(self.wechat_openid)
            case _push:
                return bool(self.browsers)

    def wants(self, kind: str, channel: Channel) -> bool:
        """What the person chose, or what holds unless they did."""
        return self.chosen.get((kind, channel), ON_UNLESS_CHOSEN[channel])

    def channels_for(self, notice: Notice) -> list[Channel]:
        """The ways that this notice takes to this person.

        One that cannot be muted goes by mail, or by text message to who has no address, whatever was chosen; by the other
        ways as by choice. Its room writes these two itself where it `has_own_letter`. Who is suspended, or closing the
        account, is told by the sure way what cannot be muted, and nothing else: they may still have to answer, and cannot
        log in to see the bell.
        """
        if not self.is_active:
            taken: list[Channel] = []
        else:
            taken = [channel for channel in notice.channels if self.has(channel) and self.wants(notice.kind, channel)]
        if not notice.mutable:
            sure = Channel.EMAIL if self.email else Channel.SMS
            if self.has(sure) and sure not in taken:
                taken.append(sure)
        if notice.has_own_letter:
            taken = [channel for channel in taken if channel not in (Channel.EMAIL, Channel.SMS)]
        return taken

    def due_at(self, notice: Notice, channel: Channel, *, now: datetime) -> datetime:
        """When a notice of this moment may go out. A mail that cannot be muted waits for nothing."""
        if notice.mutable and channel == Channel.EMAIL and self.mail_rhythm == Rhythm.DAILY:
            return next_at(self.digest_at, after=now)
        at = now if channel == Channel.PUSH or not notice.mutable else now + notice.patience
        return self.may_ring_at(notice, channel, at=at)

    def may_ring_at(self, notice: Notice | None, channel: Channel, *, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours for what makes a sound, unless its reader would then be too late."""
        if channel not in THAT_RING:
            return at
        end = self.after_quiet(at)
        is_pressing = notice is not None and notice.time_left is not None and at + notice.time_left < end
        return at if is_pressing else end

    def after_quiet(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours in which it lies."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return at
        clock_time = timezone.localtime(at).time()
        if self.quiet_from < self.quiet_until:
            is_quiet = self.quiet_from <= clock_time < self.quiet_until
        else:  # over midnight
            is_quiet = clock_time >= self.quiet_from or clock_time < self.quiet_until
        return next_at(self.quiet_until, after=at) if is_quiet else at


def may_ring_at(*, user_id: int, notice: Notice) -> datetime:
    """When a text message that a room writes itself (`has_own_letter`) may ring: now, or when the person's quiet hours end."""
    return reach_of([user_id])[user_id].may_ring_at(notice, Channel.SMS, at=clock.now())


def next_at(clock_time: time, *, after: datetime) -> datetime:
    """The next moment after `after` at which clocks in China show this time."""
    local = timezone.localtime(after)
    at = local.replace(hour=clock_time.hour, minute=clock_time.minute, second=0, microsecond=0)
    return at if at > local else at + timedelta(days=1)


def reach_of(user_ids: Collection[int]) -> dict[int, Reach]:
    """The reach of several people in a handful of queries."""
    people = {user.pk: user for user in get_user_model()._default_manager.filter(pk__in=user_ids)}
    wanted = list(people)
    addresses: dict[int, str] = {}
    for user_id, email in (
        EmailAddress.objects.filter(user_id__in=wanted, verified=True)
        .order_by("primary", "-pk")
        .values_list("user_id", "email")
    ):
        addresses[user_id] = email  # the primary one comes last, and stays
    choices = {row.user_id: row for row in NotificationSettings.objects.filter(user_id__in=wanted)}
    chosen: dict[int, dict[tuple[str, str], bool]] = {}
    for user_id, kind, channel, is_on in NotificationPreference.objects.filter(user_id__in=wanted).values_list(
        "user_id", "kind", "channel", "is_on"
    ):
        chosen.setdefault(user_id, {})[kind, channel] = is_on
    openids = _openids(wanted)
    browsers: dict[int, list[int]] = {}
    for user_id, key in PushSubscription.objects.filter(user_id__in=wanted).order_by("pk").values_list("user_id", "pk"):
        browsers.setdefault(user_id, []).append(key)
    return {
        user_id: _reach(
            user,
            addresses.get(user_id, ""),
            openids.get(user_id, ""),
            choices.get(user_id),
            browsers.get(user_id, []),
            chosen.get(user_id, {}),
        )
        for user_id, user in people.items()
    }


def _openids(user_ids: Collection[int]) -> dict[int, str]:
    """Who people are to our Official Account: known from a log-in inside WeChat (accounts/providers/base.py)."""
    if not official_account.is_configured():
        return {}
    app = official_account.account_config()["APPS"][0]["client_id"]
    linked = SocialAccount.objects.filter(user_id__in=user_ids, provider="weixin").values_list("user_id", "extra_data")
    found: dict[int, str] = {}
    for user_id, extra in linked:
        openids = extra.get("openids") if isinstance(extra, dict) else None
        if isinstance(openids, dict) and openids.get(app):  # of several accounts, one that the Official Account knows
            found[user_id] = str(openids[app])
    return found


def _reach(
    user: AbstractBaseUser,
    email: str,
    openid: str,
    own: NotificationSettings | None,
    browsers: list[int],
    chosen: dict[tuple[str, str], bool],
) -> Reach:
    row = own or NotificationSettings()
    return Reach(
        user_id=user.pk,
        is_active=user.is_active,
        email=email,
        phone=getattr(user, "phone", "") or "",
        wechat_openid=openid,
        browsers=tuple(browsers),
        language=row.language,
        mail_rhythm=row.mail_rhythm,
        digest_at=row.digest_at,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        chosen=chosen,
    )
