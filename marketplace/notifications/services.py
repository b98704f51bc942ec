"""Writes of the notification centre. Callers give ids and words; nothing here talks to a network."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise

from marketplace.notifications.models import Notification, NotificationKind


@contextmanager
def recipient_language() -> Iterator[None]:
    """Words and addresses built inside are in the language that notifications are stored in.

    Who acts may read English while who is told reads Chinese. Users choose no language yet, so it is the site's.
    """
    with translation.override(settings.LANGUAGE_CODE):
        yield


def notify(
    *, recipient_id: int, kind: NotificationKind, title: str | Promise, body: str | Promise = "", url: str = ""
) -> Notification:
    """Put a line into somebody's notification centre.

    Safe inside a transaction: the line appears when it commits. Long words are cut to what the row holds.
    """
    with recipient_language():
        return Notification.objects.create(
            recipient_id=recipient_id, kind=kind, title=_cut(str(title), 120), body=_cut(str(body), 300), url=url
        )


@transaction.atomic
def notify_latest(
    *, recipient_id: int, kind: NotificationKind, title: str | Promise, body: str | Promise = "", url: str
) -> Notification:
    """Like `notify`, but in place of an unread line of the same kind and address: ten messages are one line.

    Exactly one such line is left only if the caller holds a lock on what `url` shows.
    """
    Notification.objects.filter(recipient_id=recipient_id, kind=kind, url=url, read_at=None).delete()
    return notify(recipient_id=recipient_id, kind=kind, title=title, body=body, url=url)


def mark_read(*, notification: Notification) -> None:
    """Take a line off the count. Safe to call again."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])


def mark_url_read(*, recipient_id: int, url: str) -> int:
    """Take off the count what points at `url`, which this person has just seen; returns how many lines that were."""
    return Notification.objects.filter(recipient_id=recipient_id, url=url, read_at=None).update(read_at=timezone.now())


def mark_all_read(*, recipient: AbstractBaseUser) -> int:
    """Empty this person's count; returns how many lines were unread."""
    return Notification.objects.filter(recipient_id=recipient.pk, read_at=None).update(read_at=timezone.now())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
