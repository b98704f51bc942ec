"""What people choose about their notifications: writes. Nothing here asks more than the form did."""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from datetime import time

from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from marketplace.notifications.channels.push import is_push_service
from marketplace.notifications.errors import NoticeError, NoticeErrorCode
from marketplace.notifications.models import (
    Channel,
    NotificationKind,
    NotificationPreference,
    NotificationSettings,
    PushSubscription,
    Rhythm,
)
from marketplace.notifications.reach import ON_UNLESS_CHOSEN

Box = tuple[NotificationKind, Channel]  # of the page

BROWSERS = 10  # of one person; a new one takes the place of the oldest


@transaction.atomic
def save_choices(
    *,
    user: AbstractBaseUser,
    wanted: Mapping[Box, bool],
    language: str,
    mail_rhythm: Rhythm,
    digest_at: time,
    quiet: tuple[time, time] | None,
) -> NotificationSettings:
    """Keep the whole page: each box, the rhythm of mails, the quiet hours (China's time), the language. Safe to repeat."""
    _keep(user.pk, wanted)
    row, _made = NotificationSettings.objects.update_or_create(
        user_id=user.pk,
        defaults={
            "language": language,
            "mail_rhythm": mail_rhythm,
            "digest_at": digest_at,
            "quiet_from": quiet[0] if quiet else None,
            "quiet_until": quiet[1] if quiet else None,
        },
    )
    return row


@transaction.atomic
def choose(
    *, user_id: int, kinds: Iterable[NotificationKind], channel: Channel, is_on: bool
) -> tuple[NotificationKind, ...]:
    """Tick or untick some boxes of one way; returns those that were otherwise before. Safe to call twice."""
    return tuple(kind for kind, _channel in _keep(user_id, {(kind, channel): is_on for kind in kinds}))


def _keep(user_id: int, wanted: Mapping[Box, bool]) -> list[Box]:
    """Write what differs from what holds, by choice or by default; returns those boxes."""
    # By their words: a kind or way may be one that only another release knows.
    rows = NotificationPreference.objects.filter(user_id=user_id)
    chosen = {(kind, channel): is_on for kind, channel, is_on in rows.values_list("kind", "channel", "is_on")}
    changed = [box for box, is_on in wanted.items() if chosen.get(box, ON_UNLESS_CHOSEN[box[1]]) != is_on]
    NotificationPreference.objects.bulk_create(
        [
            NotificationPreference(user_id=user_id, kind=kind, channel=channel, is_on=wanted[kind, channel])
            for kind, channel in changed
        ],
        update_conflicts=True,
        unique_fields=["user", "kind", "channel"],
        update_fields=["is_on"],
    )
    return changed


@transaction.atomic
def add_browser(
    *, user: AbstractBaseUser, session_key: str, endpoint: str, p256dh: str, auth: str, user_agent: str
) -> PushSubscription:
    """Have this browser told, until its session ends. One browser has one row, whoever was logged in there before.

    Raises NoticeError NOT_A_BROWSER for an address that is no push service's, or keys that are none.
    """
    if len(endpoint) > 1000 or not is_push_service(endpoint) or not _are_keys(p256dh, auth):
        raise NoticeError(NoticeErrorCode.NOT_A_BROWSER)
    row, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "user_id": user.pk,
            "p256dh": p256dh,
            "auth": auth,
            "session_key": session_key,
            "user_agent": user_agent[:200],
        },
    )
    newest = PushSubscription.objects.filter(user_id=user.pk).order_by("-pk").values_list("pk", flat=True)[:BROWSERS]
    PushSubscription.objects.filter(user_id=user.pk).exclude(pk__in=list(newest)).exclude(pk=row.pk).delete()
    return row


def remove_browser(*, user: AbstractBaseUser, endpoint: str) -> bool:
    """Tell this browser no more; returns whether it was told. Safe to call twice."""
    gone, _by_model = PushSubscription.objects.filter(user_id=user.pk, endpoint=endpoint).delete()
    return bool(gone)


def _are_keys(p256dh: str, auth: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        return len(_decoded(auth)) == 16
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    """What browsers write without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
