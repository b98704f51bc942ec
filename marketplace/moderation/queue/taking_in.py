"""The queue follows what it is about: new things become cases, and what was decided elsewhere closes its own."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from marketplace.core import clock
from marketplace.core.jobs import count_done
from marketplace.moderation import locks
from marketplace.moderation.models import (
    Effect,
    ModerationDecision,
    ModerationQueue,
    Priority,
    QueueKind,
    QueueStatus,
    still_open,
)
from marketplace.moderation.queue.closing import close_case
from marketplace.moderation.queue.sources import REASON_LENGTH, Ended, QueueSource, source_of, sources
from marketplace.moderation.review_decisions import mask_behind
from marketplace.moderation.review_watch import LEFT
from marketplace.reviews.selectors.masks import writer_id_of

# Of one source in one run: what is more comes with the next.
MOST = 500
# How far back to look for cases of reviews that were closed at their own desk: longer than any standstill of the jobs.
LOOK_BACK = timedelta(days=7)


def take_in() -> int:
    """Make cases for what is open, and close those whose thing was decided elsewhere; returns how many cases changed.

    Two or three queries a source while nothing happens. Safe to repeat, and to run twice at once: `moderation_open_once` lets
    one case of a thing in. A thing that cannot be read is logged and keeps the others from nothing.
    """
    changed = 0
    for source in sources():
        changed += _open_new(source) + _raise_some(source) + _close_ended(source)
    changed += _complete_reviews() + _follow_reviews()
    late = ModerationQueue.objects.filter(still_open(), due_at__lt=clock.now(), priority__gt=Priority.HIGH)
    return changed + late.update(priority=Priority.HIGH)


def _open_new(source: QueueSource) -> int:
    rows = source.open_rows().exclude(pk__in=source.cases().values("object_id"))[:MOST]
    cases: list[ModerationQueue] = []
    count_done(rows, lambda row: cases.append(_case_of(source, row)))
    return _let_in(cases)


def _case_of(source: QueueSource, row: Any) -> ModerationQueue:
    waiting = source.waiting(row)
    return ModerationQueue(
        kind=source.kind,
        content_type=source.content_type,
        object_id=row.pk,
        title=waiting.title,
        person_id=waiting.person_id,
        reported_by_id=waiting.reported_by_id,
        reason=waiting.reason[:REASON_LENGTH],
        priority=waiting.priority,
        waiting_since=waiting.since,
        due_at=waiting.due_at,
    )


def _let_in(cases: list[ModerationQueue]) -> int:
    # Of two runs at once one is first: the unique index passes over what the other brings (tests/concurrency/test_queue.py).
    ModerationQueue.objects.bulk_create(cases, ignore_conflicts=True)
    return len(cases)


def _raise_some(source: QueueSource) -> int:
    raised = source.raised()
    if raised is None:
        return 0
    lower = source.cases().filter(priority__gt=Priority.HIGH, object_id__in=raised.values("pk"))
    return lower.update(priority=Priority.HIGH)


def _close_ended(source: QueueSource) -> int:
    if source.kind == QueueKind.REVIEW:
        return 0  # its cases come from rules, and its desk closes them
    gone = source.cases().exclude(object_id__in=source.open_rows().values("pk"))
    cases = {case.object_id: case.pk for case in gone[:MOST]}
    if not cases:
        return 0
    ended = source.ended(cases)
    return count_done(cases, lambda key: _follow(cases[key], ended.get(key, Ended())))


@transaction.atomic
def _follow(case_id: int, ended: Ended) -> bool:
    case = locks.lock_case(case_id)
    if case.decided_at is not None:
        return False
    close_case(case, ended)
    return True


def _complete_reviews() -> int:
    """Rules open cases of reviews without knowing the queue: what it shows is added."""
    bare = ModerationQueue.objects.filter(still_open(), kind=QueueKind.REVIEW, waiting_since__isnull=True)
    return count_done(bare[:MOST], _complete)


def _complete(case: ModerationQueue) -> int:
    source = source_of(case)
    row = source.subject_of(case)
    if row is None:
        return 0
    waiting = source.waiting(row)
    return ModerationQueue.objects.filter(pk=case.pk, waiting_since__isnull=True).update(
        title=waiting.title, person_id=waiting.person_id, priority=waiting.priority, waiting_since=waiting.since
    )


def _follow_reviews() -> int:
    """What was decided about reviews at their own desk becomes decisions."""
    closed = ModerationQueue.objects.filter(
        kind=QueueKind.REVIEW,
        status=QueueStatus.DECIDED,
        decided_at__gte=clock.now() - LOOK_BACK,
        decided_by__isnull=False,
        decisions__isnull=True,
    )
    return count_done(closed.values_list("pk", flat=True)[:MOST], _follow_review)


@transaction.atomic
def _follow_review(case_id: int) -> bool:
    case = locks.lock_case(case_id)
    if ModerationDecision.objects.filter(case=case).exists():
        return False
    ended = Ended(case.decided_by_id, case.decided_at)
    if case.decision != LEFT:
        mask = mask_behind(
            review_id=case.object_id, staff_id=case.decided_by_id, at=case.decided_at, words=case.decision
        )
        words, writer = (mask.words, writer_id_of(mask.review, mask.part)) if mask else (case.decision, None)
        ended = Ended(case.decided_by_id, case.decided_at, Effect.MASK, words, writer)
    close_case(case, ended)
    return True


def follow_open_cases(*, decided_by_id: int) -> int:
    """Close what this person has claimed and decided at its desk; for pages that go on from there."""
    mine = ModerationQueue.objects.filter(still_open(), claimed_by=decided_by_id)
    number = 0
    for case in mine[:MOST]:
        source = source_of(case)
        if source.kind != QueueKind.REVIEW and not source.open_rows().filter(pk=case.object_id).exists():
            number += _follow(case.pk, source.ended([case.object_id]).get(case.object_id, Ended()))
    return number


def waiting_since(case: ModerationQueue) -> datetime:
    """Since when it waits; one that rules have just opened, since then."""
    return case.waiting_since or case.created_at
