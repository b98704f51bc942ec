"""Reads of the notification centre and of the demo's outbox."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from marketplace.notifications.models import Notification, NotificationKind, OutboundChannel, OutboundMessage

OUTBOX_LENGTH = 100
# A code to type in: six digits that are no part of a longer number.
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def unread_count(user: AbstractBaseUser | AnonymousUser) -> int:
    """The number on the bell; 0 for who is not signed in."""
    if not user.is_authenticated:
        return 0
    return unread_notifications(user).count()


def unread_counts(user_ids: Collection[int]) -> dict[int, int]:
    """The number on the bell of each who has one. One query."""
    unread = Notification.objects.filter(recipient__in=user_ids, read_at=None).order_by()
    return dict(unread.values("recipient").annotate(number=Count("pk")).values_list("recipient", "number"))


def unread_notifications(user: AbstractBaseUser) -> QuerySet[Notification]:
    """The lines that this person has not opened."""
    return Notification.objects.filter(recipient_id=user.pk, read_at=None)


@dataclass(frozen=True)
class Only:
    """What of the list is shown: the unread lines, those of one kind, or all."""

    is_unread: bool = False
    kind: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Only":
        """As the address, or the form, says; what it does not know is everything."""
        kind = query.get("kind", "")
        return cls(is_unread=query.get("unread") == "1", kind=kind if kind in NotificationKind.values else "")

    @property
    def label(self) -> str:
        """The name of the kind; "" for all."""
        return str(NotificationKind(self.kind).label) if self.kind else ""


def notifications_of(user: AbstractBaseUser, *, only: Only = Only()) -> QuerySet[Notification]:
    """This person's lines, newest first. Of messages only the unread ones: what was read stands in its conversation."""
    lines = _shown(user)
    if only.kind:
        lines = lines.filter(kind=only.kind)
    return lines.filter(read_at=None) if only.is_unread else lines


def _shown(user: AbstractBaseUser) -> QuerySet[Notification]:
    return Notification.objects.filter(recipient_id=user.pk).exclude(
        kind=NotificationKind.MESSAGE, read_at__isnull=False
    )


@dataclass(frozen=True)
class KindCount:
    """A filter of the list."""

    kind: NotificationKind
    unread: int


def kinds_of(user: AbstractBaseUser) -> list[KindCount]:
    """The kinds of which this person has any line, with how many are unread. In one query."""
    counted = _shown(user).order_by().values_list("kind").annotate(unread=Count("pk", filter=Q(read_at=None)))
    known = dict(counted)
    return [KindCount(kind, known[kind]) for kind in NotificationKind if kind in known]


def notification_for(user: AbstractBaseUser, pk: int) -> Notification:
    """One's own line. Raises Http404 for anybody else's."""
    notification = Notification.objects.filter(recipient_id=user.pk, pk=pk).first()
    if notification is None:
        raise Http404
    return notification


@dataclass(frozen=True)
class OutboxEntry:
    """A mail or text message as the demo shows it, with its codes picked out."""

    message: OutboundMessage
    codes: tuple[str, ...]

    @property
    def is_sms(self) -> bool:
        return self.message.channel == OutboundChannel.SMS


@dataclass(frozen=True)
class AppCode:
    """What somebody's authenticator app shows at this moment."""

    login: str
    code: str
    seconds_left: int


def app_codes() -> list[AppCode]:
    """In the demo the codes of everybody's authenticator app, for a stranger who has none; nowhere else any."""
    if not settings.DEMO_SHOWS_APP_CODES:
        return []
    period = app_settings.TOTP_PERIOD
    now = int(time.time())
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_related("user").order_by("pk")
    return [
        AppCode(
            login=app.user.email or getattr(app.user, "phone", ""),
            code=format_hotp_value(hotp_value(decrypt(app.data["secret"]), now // period)),
            seconds_left=period - now % period,
        )
        for app in apps[:OUTBOX_LENGTH]
    ]


def outbox() -> list[OutboxEntry]:
    """The last mails and text messages, newest first. Raises Http404 outside the demo: they hold log-in codes."""
    if not settings.DEMO:
        raise Http404
    return [
        OutboxEntry(message=message, codes=tuple(dict.fromkeys(_CODE.findall(message.body))))
        for message in OutboundMessage.objects.order_by("-pk")[:OUTBOX_LENGTH]
    ]
