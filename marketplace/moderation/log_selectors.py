"""The staff log as it is looked through: by key, with a bounded count, so that a million lines are as quick as a hundred."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.moderation.log_labels import codes_meaning, label_of
from marketplace.moderation.models import AdminLog

PERMISSION = "moderation.view_adminlog"
PAGE_LINES = 50
MOST_COUNTED = 1000
# Words stand in JSON, which no index knows word by word: they are looked for among so many of the newest lines that fit the
# rest, which is half a second of reading at the most.
MOST_SEARCHED = 100_000
MOST_EXPORTED = 50_000
_PART_LINES = 1000
# Each actor by one step of the index that begins with it: a DISTINCT would read every line there is.
_ACTORS = """
    WITH RECURSIVE actors AS (
        (SELECT actor_id FROM moderation_adminlog ORDER BY actor_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT line.actor_id FROM moderation_adminlog AS line
            WHERE line.actor_id > actors.actor_id ORDER BY line.actor_id LIMIT 1
        ) FROM actors WHERE actors.actor_id IS NOT NULL
    )
    SELECT actor_id FROM actors WHERE actor_id IS NOT NULL
"""
KINDS = ("acts", "readings")


@dataclass(frozen=True)
class LogQuery:
    """What to show. Empty means everything."""

    words: str = ""
    actor_id: int | None = None
    action: str = ""
    subject_id: int | None = None  # a person
    first: Any = None  # days of China's
    last: Any = None
    kind: str = ""  # "acts" or "readings"
    address: str = ""
    request_id: str = ""

    def as_data(self) -> dict[str, str]:
        """What was asked for, for a line of the log."""
        return {name: str(value) for name, value in self.__dict__.items() if value}


@dataclass(frozen=True)
class Change:
    """A field before and after, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class LogLine:
    """A line in words."""

    row: AdminLog
    label: str
    person: User | None  # whom it was done to
    details: list[tuple[str, str]]
    changes: list[Change]


@dataclass(frozen=True)
class LogPage:
    """A page of lines, newest first, and the keys of the pages beside it."""

    lines: list[LogLine]
    older: int | None
    newer: int | None


def log_rows(query: LogQuery) -> QuerySet[AdminLog]:
    """The lines that fit, newest first. The page asks who may."""
    rows = AdminLog.objects.order_by("-pk")
    if query.actor_id:
        rows = rows.filter(actor_id=query.actor_id)
    if query.action:
        rows = rows.filter(action=query.action)
    if query.subject_id:
        people = ContentType.objects.get_for_model(User)
        rows = rows.filter(content_type=people, object_id=query.subject_id)
    if query.kind in KINDS:
        rows = rows.filter(is_reading=query.kind == "readings")
    if query.address:
        rows = rows.filter(address=query.address)
    if query.request_id:
        rows = rows.filter(request_id=query.request_id)
    rows = _between(rows, query)
    return _with_words(rows, query.words.strip()) if query.words.strip() else rows


def log_page(query: LogQuery, *, older_than: int | None = None, newer_than: int | None = None) -> LogPage:
    """One page of what fits."""
    rows = log_rows(query).select_related("actor__profile")
    if newer_than is not None:
        found = list(rows.filter(pk__gt=newer_than).order_by("pk")[: PAGE_LINES + 1])
        more_newer, found = len(found) > PAGE_LINES, found[:PAGE_LINES][::-1]
        more_older = bool(found)
    else:
        scope = rows.filter(pk__lt=older_than) if older_than is not None else rows
        found = list(scope[: PAGE_LINES + 1])
        more_older, found = len(found) > PAGE_LINES, found[:PAGE_LINES]
        more_newer = older_than is not None and bool(found)
    return LogPage(
        lines_of(found),
        older=found[-1].pk if found and more_older else None,
        newer=found[0].pk if found and more_newer else None,
    )


def count_lines(query: LogQuery) -> int:
    """How many fit, up to one more than MOST_COUNTED."""
    return log_rows(query)[: MOST_COUNTED + 1].count()


def lines_of(rows: list[AdminLog]) -> list[LogLine]:
    """Lines in words, with the people they are about, in one query."""
    content_type = ContentType.objects.get_for_model(User)
    ids = {row.object_id for row in rows if row.content_type_id == content_type.pk}
    people = User.objects.select_related("profile").in_bulk(ids)
    return [
        LogLine(
            row,
            label_of(row.action),
            people.get(row.object_id or 0) if row.content_type_id == content_type.pk else None,
            [(name, as_text(value)) for name, value in (row.data or {}).items()],
            changes_of(row),
        )
        for row in rows
    ]


def exported_lines(query: LogQuery) -> Iterator[LogLine]:
    """The newest MOST_EXPORTED lines that fit, read in parts; what fits is worked out once."""
    rows, taken = log_rows(query).select_related("actor__profile"), 0
    part = list(rows[:_PART_LINES])
    while part:
        yield from lines_of(part[: MOST_EXPORTED - taken])
        taken += len(part)
        if taken >= MOST_EXPORTED or len(part) < _PART_LINES:
            return
        part = list(rows.filter(pk__lt=part[-1].pk)[:_PART_LINES])


def changes_of(row: AdminLog) -> list[Change]:
    """The fields that changed, side by side."""
    before, after = row.before or {}, row.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [Change(name, as_text(before.get(name)), as_text(after.get(name))) for name in names]


def as_text(value: Any) -> str:
    """A value of JSON as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, list):
        return ", ".join(as_text(one) for one in value) or "—"
    if isinstance(value, dict):
        return " · ".join(f"{name}: {as_text(one)}" for name, one in value.items()) or "—"
    return str(value)


def staff_in_log() -> QuerySet[User]:
    """Whose lines there are: staff of now and of before."""
    return User.objects.filter(pk__in=_actors()).select_related("profile").order_by("pk")


def _actors() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_ACTORS)
        return [key for (key,) in cursor.fetchall()]


def _between(rows: QuerySet[AdminLog], query: LogQuery) -> QuerySet[AdminLog]:
    """Days as bounds of the key too: the index of the time finds where they begin, and the rest goes by key."""
    if query.first:
        begin = clock.midnight(query.first)
        rows = rows.filter(created_at__gte=begin)
        if (key := _first_key(begin)) is not None:
            rows = rows.filter(pk__gte=key)
    if query.last:
        end = clock.midnight(query.last + timedelta(days=1))
        rows = rows.filter(created_at__lt=end)
        if (key := _first_key(end + timedelta(hours=1))) is not None:
            rows = rows.filter(pk__lt=key)
    return rows


def _first_key(moment: datetime) -> int | None:
    # An hour of slack: a line has its key when it begins to be written, and its time a moment earlier.
    return (
        AdminLog.objects.filter(created_at__gte=moment - timedelta(hours=1))
        .order_by("created_at")
        .values_list("pk", flat=True)
        .first()
    )


def _with_words(rows: QuerySet[AdminLog], words: str) -> QuerySet[AdminLog]:
    oldest = rows.values_list("pk", flat=True)[MOST_SEARCHED : MOST_SEARCHED + 1].first()
    if oldest is not None:
        rows = rows.filter(pk__gt=oldest)
    texts = rows.alias(
        data_text=Cast("data", TextField()),
        before_text=Cast("before", TextField()),
        after_text=Cast("after", TextField()),
    )
    named = Q(action__in=codes_meaning(words)) | Q(actor__profile__display_name__icontains=words)
    return texts.filter(
        named | Q(data_text__icontains=words) | Q(before_text__icontains=words) | Q(after_text__icontains=words)
    )
