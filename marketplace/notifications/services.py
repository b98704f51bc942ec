"""Writes of the notification centre. Callers give an entry of the catalogue; nothing here talks to a network.

The row is the outbox too: what it is to send is decided and sent by a job once the caller's transaction is committed.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import Case, Exists, F, IntegerField, Q, Value, When
from django.utils import timezone, translation
from django.utils.functional import Promise

from marketplace.core import clock
from marketplace.notifications import locks
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.live import count_changed
from marketplace.notifications.models import (
    Channel,
    Dispatch,
    DispatchStatus,
    Notification,
    NotificationKind,
    NotificationSettings,
)
from marketplace.notifications.wording import BODY_LENGTH, TITLE_LENGTH, cut, said

# Who was written to about a conversation and has not looked yet is not written to again for so long.
TOLD_FOR = timedelta(days=1)
# So long a push stands on a screen, or waits at its service for a browser that is off.
SHOWN_FOR = timedelta(days=1)


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


@dataclass(frozen=True)
class Line:
    """What one of several people is told (`notify_latest_each`)."""

    recipient_id: int
    url: str
    about: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def notify_latest(
    *,
    recipient_id: int,
    notice: Notice,
    about: str | Promise = "",
    url: str,
    words: Mapping[str, object] | None = None,
) -> None:
    """Like `notify`, but in place of an unread line of the same kind and address: ten messages are one line.

    They are one mail too: what the old line was to send goes on with the new one, and what it sent holds back another copy for
    `TOLD_FOR`. Only open browsers ring again. Exactly one such line is left only if the caller holds a lock on what `url` shows.
    """
    with recipient_language():
        told = {name: str(value) for name, value in (words or {}).items()}
        line = Line(recipient_id=recipient_id, url=url, about=str(about), words=told)
    notify_latest_each(notice=notice, lines=[line])


# The new lines. What the newest of the `older` unread ones of the same address was to send, or sent not long ago, goes on with
# them (but for browsers, which ring again), and the older ones go.
_LATEST_EACH = """
    WITH told AS (
        SELECT * FROM unnest(
            %(recipients)s::bigint[], %(urls)s::text[], %(words)s::jsonb[], %(titles)s::text[], %(bodies)s::text[]
        ) AS told(recipient_id, url, words, title, body)
    ), older AS (
        SELECT line.id, line.recipient_id, line.url,
            line.id = max(line.id) OVER (PARTITION BY line.recipient_id, line.url) AS is_newest
        FROM notifications_notification AS line WHERE line.id = ANY(%(older)s)
    ), lines AS (
        INSERT INTO notifications_notification
            (recipient_id, kind, notice, words, title, body, url, created_at, spread_due_at)
        SELECT recipient_id, %(kind)s, %(notice)s, words, title, body, url, %(now)s, %(spread_due_at)s FROM told
        RETURNING id, recipient_id, url
    ), said AS (
        SELECT dispatch.id, lines.id AS goes_on_with FROM notifications_dispatch AS dispatch
        JOIN older ON older.id = dispatch.notification_id
        LEFT JOIN lines ON lines.recipient_id = older.recipient_id AND lines.url = older.url
            AND older.is_newest AND dispatch.channel <> %(push)s
            AND (dispatch.status IN ('waiting', 'sending') OR dispatch.status = 'sent' AND dispatch.ended_at > %(told_since)s)
    ), moved AS (
        UPDATE notifications_dispatch AS dispatch SET notification_id = said.goes_on_with
        FROM said WHERE said.id = dispatch.id AND said.goes_on_with IS NOT NULL
    ), dropped AS (
        DELETE FROM notifications_dispatch AS dispatch USING said WHERE said.id = dispatch.id AND said.goes_on_with IS NULL
    )
    DELETE FROM notifications_notification AS line USING older WHERE line.id = older.id
"""


@transaction.atomic(savepoint=False)
def notify_latest_each(*, notice: Notice, lines: Sequence[Line]) -> None:
    """`notify_latest` for several people or addresses at once, in two statements. Each address once for each person.

    The caller holds a lock on what each `url` shows. Raises KeyError when the notice wants a word that is missing.
    """
    if not lines:
        return
    now = clock.now()
    with recipient_language():
        titles = [cut(said(notice.title, line.words), TITLE_LENGTH) for line in lines]
        bodies = [cut(said(notice.body, line.words) if notice.body else line.about, BODY_LENGTH) for line in lines]
    recipients, urls = [line.recipient_id for line in lines], [line.url for line in lines]
    # A statement of its own: while it waits for the job that spreads a line, that line gets dispatches, which the next one sees.
    older = locks.lock_unread_lines(kind=notice.kind, recipient_ids=recipients, urls=urls)
    with connection.cursor() as cursor:
        cursor.execute(
            _LATEST_EACH,
            {
                "recipients": recipients,
                "urls": urls,
                "words": [json.dumps(dict(line.words), ensure_ascii=False) for line in lines],
                "titles": titles,
                "bodies": bodies,
                "kind": notice.kind.value,
                "notice": notice.key,
                "push": Channel.PUSH.value,
                "older": older,
                "now": timezone.now(),
                "spread_due_at": now if notice.channels else None,
                "told_since": now - TOLD_FOR,
            },
        )
    for line in lines:
        count_changed(line.recipient_id)


@transaction.atomic(savepoint=False)
def retell(
    *,
    recipient_id: int,
    kind: NotificationKind,
    url: str,
    was: str | Notice,
    says: str,
    told: tuple[Notice, Mapping[str, str]] | None = None,
) -> None:
    """What this person's lines at `url` say is said otherwise now: on the screens that show it, too.

    `was` is what the lines said, or their notice, whatever it said. `told` is their notice with its words, if that changes too.
    """
    meant = {"notice": was.key} if isinstance(was, Notice) else {"body": cut(was, BODY_LENGTH)}
    lines = Notification.objects.filter(recipient_id=recipient_id, kind=kind, url=url, **meant)
    changed: dict[str, object] = {"body": cut(says, BODY_LENGTH)}
    if told is not None:
        notice, words = told
        with recipient_language():
            title = cut(said(notice.title, words), TITLE_LENGTH)
        changed |= {"notice": notice.key, "words": dict(words), "title": title}
    keys = list(lines.values_list("pk", flat=True))
    lines.update(**changed)
    _tell_browsers_again(keys)


def blank_lines(
    *,
    recipient_ids: Collection[int],
    kind: NotificationKind,
    url: str,
    before: datetime,
    says: str,
    notice: Notice | None = None,
) -> int:
    """What these people's lines at `url` quoted is kept no longer: of those told before then, `says` stands there instead.

    Of `notice` alone, if given. In the caller's transaction; returns how many lines. What left by mail or push has left.
    """
    told = Notification.objects.filter(recipient_id__in=recipient_ids, kind=kind, url=url, created_at__lt=before)
    if notice is not None:
        told = told.filter(notice=notice.key)
    body = cut(says, BODY_LENGTH)
    return told.exclude(body=body).update(body=body)


def _tell_browsers_again(line_ids: Sequence[int]) -> None:
    """What browsers show of these lines, or are about to, is replaced there, without a sound. What waits has the new words."""
    now = clock.now()
    shown = Q(status=DispatchStatus.SENT, ended_at__gt=now - SHOWN_FOR) | Q(status=DispatchStatus.SENDING)
    may_be_shown = shown | Q(status=DispatchStatus.WAITING, doubtful_since__isnull=False)
    pushed = Dispatch.objects.filter(may_be_shown, notification__in=line_ids, channel=Channel.PUSH)
    # What is leaving at this moment is sent again by who has it (dispatching.py).
    has_left = Q(status=DispatchStatus.SENT)
    pushed.update(
        retold_at=now,
        status=Case(When(has_left, then=Value(DispatchStatus.WAITING)), default=F("status")),
        due_at=Case(When(has_left, then=Value(now)), default=F("due_at")),
        attempts=Case(When(has_left, then=Value(0)), default=F("attempts"), output_field=IntegerField()),
    )


@transaction.atomic(savepoint=False)
def call_off(*, recipient_id: int | None, url: str, notices: Collection[Notice]) -> None:
    """These notices at `url` are of no more use to this person: what has not left yet does not leave.

    None (support's seat in a talk) is nobody. The lines stay at the bell, and what browsers are told instead (`retell`) still
    leaves.
    """
    told = Notification.objects.filter(
        recipient_id=recipient_id, url=url, notice__in=[notice.key for notice in notices]
    )
    # First the lines: the job that spreads them has them, or comes too late.
    told.filter(spread_due_at__isnull=False).update(spread_due_at=None)
    waiting = Dispatch.objects.filter(
        notification__in=list(told.values_list("pk", flat=True)), status=DispatchStatus.WAITING, retold_at=None
    )
    waiting.update(status=DispatchStatus.SKIPPED, ended_at=clock.now(), problem="taken back meanwhile")


def mark_read(*, notification: Notification) -> None:
    """Take a line off the count. Safe to call again."""
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
        count_changed(notification.recipient_id)


def mark_url_read(*, recipient_id: int, url: str, as_long_as: Q | Exists | None = None) -> int:
    """Take off the count what points at `url`, which this person has just seen; returns how many lines that were.

    `as_long_as` is a condition for it, asked in the same moment: that nothing has come there which they have not seen.
    """
    unread = Notification.objects.filter(recipient_id=recipient_id, url=url, read_at=None)
    read = (unread if as_long_as is None else unread.filter(as_long_as)).update(read_at=timezone.now())
    if read:
        count_changed(recipient_id)
    return read


def mark_all_read(*, recipient: AbstractBaseUser, kind: str = "") -> int:
    """Empty this person's count, of one kind or of all; returns how many lines were unread."""
    unread = Notification.objects.filter(recipient_id=recipient.pk, read_at=None)
    read = (unread.filter(kind=kind) if kind else unread).update(read_at=timezone.now())
    count_changed(recipient.pk)
    return read
