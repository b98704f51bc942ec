"""Writes of the notification centre. Callers give an entry of the catalogue; nothing here talks to a network.

The row is the outbox too: what it is to send is decided and sent by a job once the caller's transaction is committed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.functional import Promise

from marketplace.core import clock
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.live import count_changed
from marketplace.notifications.models import Channel, Dispatch, Notification, NotificationSettings
from marketplace.notifications.wording import BODY_LENGTH, TITLE_LENGTH, cut, said


@contextmanager
def recipient_language() -> Iterator[None]:
    """Words and addresses built inside are in the language that notifications are stored in.

    Who acts may read English while who is told reads Chinese. What leaves the house is in the language they chose.
    """
    with translation.override(settings.LANGUAGE_CODE):
        yield


@contextmanager
def language_of(user_id: int) -> Iterator[None]:
    """Words and addresses built inside are in the language that this person chose for what is sent to them.

    For mails and text messages that a room writes itself (`has_own_letter`).
    """
    chosen = NotificationSettings.objects.filter(user_id=user_id).values_list("language", flat=True).first()
    with translation.override(chosen or settings.LANGUAGE_CODE):
        yield


def notify(
    *,
    recipient_id: int,
    notice: Notice,
    about: str | Promise = "",
    url: str = "",
    words: Mapping[str, object] | None = None,
) -> Notification:
    """Put a line into somebody's notification centre, and have it sent by the ways that its notice may take.

    `about` is the text of a notice that has none of its own: the title of the order, what somebody wrote. Safe inside a
    transaction: the line appears, and leaves, when that commits. Long words are cut to what the row holds. Raises
    KeyError when the notice wants a word that is missing.
    """
    with recipient_language():
        told = {name: str(value) for name, value in (words or {}).items()}
        line = Notification.objects.create(
            recipient_id=recipient_id,
            kind=notice.kind,
            notice=notice.key,
            words=told,
            title=cut(said(notice.title, told), TITLE_LENGTH),
            body=cut(said(notice.body, told) if notice.body else str(about), BODY_LENGTH),
            url=url,
            spread_due_at=clock.now() if notice.channels else None,
        )
    count_changed(recipient_id)
    return line


@transaction.atomic
def notify_latest(
    *,
    recipient_id: int,
    notice: Notice,
    about: str | Promise = "",
    url: str,
    words: Mapping[str, object] | None = None,
) -> Notification:
    """Like `notify`, but in place of an unread line of the same kind and address: ten messages are one line.

    They are one mail too: what the old line was to send goes on with the new one. Only open browsers ring again.
    Exactly one such line is left only if the caller holds a lock on what `url` shows.
    """
    older = Notification.objects.filter(recipient_id=recipient_id, kind=notice.kind, url=url, read_at=None)
    gone = list(older.values_list("pk", flat=True))
    line = notify(recipient_id=recipient_id, notice=notice, about=about, url=url, words=words)
    if gone:
        Dispatch.objects.filter(notification=max(gone)).exclude(channel=Channel.PUSH).update(notification=line)
        Notification.objects.filter(pk__in=gone).delete()
    return line


@dataclass(frozen=True)
class Line:
    """What one of several people is told (`notify_latest`)."""

    recipient_id: int
    url: str
    about: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


# The new lines; what older unread ones of the same kind and address were to send goes on with them (but for browsers, which ring
# again), and the older ones go.
_LATEST_EACH = """
    WITH told AS (
        SELECT * FROM unnest(
            %(recipients)s::bigint[], %(urls)s::text[], %(words)s::jsonb[], %(titles)s::text[], %(bodies)s::text[]
        ) AS told(recipient_id, url, words, title, body)
    ), older AS (
        SELECT line.id, line.recipient_id, line.url,
            line.id = max(line.id) OVER (PARTITION BY line.recipient_id, line.url) AS is_newest
        FROM notifications_notification AS line JOIN told USING (recipient_id, url)
        WHERE line.kind = %(kind)s AND line.read_at IS NULL
    ), lines AS (
        INSERT INTO notifications_notification
            (recipient_id, kind, notice, words, title, body, url, created_at, spread_due_at)
        SELECT recipient_id, %(kind)s, %(notice)s, words, title, body, url, %(now)s, %(spread_due_at)s FROM told
        RETURNING id, recipient_id, url
    ), moved AS (
        UPDATE notifications_dispatch AS dispatch SET notification_id = lines.id
        FROM older JOIN lines USING (recipient_id, url)
        WHERE dispatch.notification_id = older.id AND older.is_newest AND dispatch.channel <> %(push)s
    ), dropped AS (
        DELETE FROM notifications_dispatch AS dispatch USING older
        WHERE dispatch.notification_id = older.id AND (NOT older.is_newest OR dispatch.channel = %(push)s)
    )
    DELETE FROM notifications_notification AS line USING older WHERE line.id = older.id
"""


def notify_latest_each(*, notice: Notice, lines: Sequence[Line]) -> None:
    """`notify_latest` for several people or addresses at once, in one statement. Each address once for each person.

    The caller holds a lock on what each `url` shows. Raises KeyError when the notice wants a word that is missing.
    """
    if not lines:
        return
    now = clock.now()
    with recipient_language():
        titles = [cut(said(notice.title, line.words), TITLE_LENGTH) for line in lines]
        bodies = [cut(said(notice.body, line.words) if notice.body else line.about, BODY_LENGTH) for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(
            _LATEST_EACH,
            {
                "recipients": [line.recipient_id for line in lines],
                "urls": [line.url for line in lines],
                "words": [json.dumps(dict(line.words), ensure_ascii=False) for line in lines],
                "titles": titles,
                "bodies": bodies,
                "kind": notice.kind.value,
                "notice": notice.key,
                "push": Channel.PUSH.value,
                "now": timezone.now(),
                "spread_due_at": now if notice.channels else None,
            },
        )
    for line in lines:
        count_changed(line.recipient_id)


def mark_read(*, notification: Notification) -> None:
    """Take a line off the count. Safe to call again."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
        count_changed(notification.recipient_id)


def mark_url_read(*, recipient_id: int, url: str) -> int:
    """Take off the count what points at `url`, which this person has just seen; returns how many lines that were."""
    read = Notification.objects.filter(recipient_id=recipient_id, url=url, read_at=None).update(read_at=timezone.now())
    if read:
        count_changed(recipient_id)
    return read


def mark_all_read(*, recipient: AbstractBaseUser, kind: str = "") -> int:
    """Empty this person's count, of one kind or of all; returns how many lines were unread."""
    unread = Notification.objects.filter(recipient_id=recipient.pk, read_at=None)
    read = (unread.filter(kind=kind) if kind else unread).update(read_at=timezone.now())
    count_changed(recipient.pk)
    return read
