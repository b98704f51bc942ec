"""Writes of the notification centre. Callers give an entry of the catalogue; nothing here talks to a network.

The row is the outbox too: what it is to send is decided and sent by a job once the caller's transaction is committed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise

from marketplace.core import clock
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.live import count_changed
from marketplace.notifications.models import Channel, Dispatch, Notification
from marketplace.notifications.wording import BODY_LENGTH, TITLE_LENGTH, cut, said


@contextmanager
def recipient_language() -> Iterator[None]:
    """Words and addresses built inside are in the language that notifications are stored in.

    Who acts may read English while who is told reads Chinese. What leaves the house is in the language they chose.
    """
    with translation.override(settings.LANGUAGE_CODE):
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


@transaction.atomic
def notify_latest_each(*, notice: Notice, lines: Sequence[Line]) -> list[Notification]:
    """`notify_latest` for several people or addresses at once, in a few statements. Each address once for each person.

    The caller holds a lock on what each `url` shows. Raises KeyError when the notice wants a word that is missing.
    """
    now = clock.now()
    with recipient_language():
        rows = [
            Notification(
                recipient_id=line.recipient_id,
                kind=notice.kind,
                notice=notice.key,
                words=dict(line.words),
                title=cut(said(notice.title, line.words), TITLE_LENGTH),
                body=cut(said(notice.body, line.words) if notice.body else line.about, BODY_LENGTH),
                url=line.url,
                spread_due_at=now if notice.channels else None,
            )
            for line in lines
        ]
    gone = _unread_lines(notice, {(line.recipient_id, line.url) for line in lines})
    Notification.objects.bulk_create(rows)
    if gone:
        successors = {max(gone[row.recipient_id, row.url]): row for row in rows if (row.recipient_id, row.url) in gone}
        waiting = Dispatch.objects.filter(notification__in=successors).exclude(channel=Channel.PUSH)
        for old in set(waiting.values_list("notification_id", flat=True)):
            waiting.filter(notification=old).update(notification=successors[old])
        Notification.objects.filter(pk__in=[pk for pks in gone.values() for pk in pks]).delete()
    for row in rows:
        count_changed(row.recipient_id)
    return rows


def _unread_lines(notice: Notice, places: Collection[tuple[int, str]]) -> dict[tuple[int, str], list[int]]:
    """The lines of a kind that are unread, by recipient and address."""
    recipients, urls = {recipient for recipient, _url in places}, {url for _recipient, url in places}
    found: dict[tuple[int, str], list[int]] = {}
    unread = Notification.objects.filter(recipient__in=recipients, url__in=urls, kind=notice.kind, read_at=None)
    for pk, recipient, url in unread.values_list("pk", "recipient_id", "url"):
        if (recipient, url) in places:
            found.setdefault((recipient, url), []).append(pk)
    return found


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
