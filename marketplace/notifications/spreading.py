"""Deciding what leaves the house because of a line at the bell: once for each line, after the commit that wrote it."""

import logging
from datetime import timedelta

from django.db import transaction

from marketplace.core import clock
from marketplace.notifications import locks
from marketplace.notifications.catalogue import notice_of
from marketplace.notifications.models import Channel, Dispatch, Notification, Rhythm
from marketplace.notifications.reach import Reach, reach_of

logger = logging.getLogger(__name__)
LINES_AT_ONCE = 200
# News that nobody could be told for so long are news no more: after a long stop of the jobs nobody gets a hundred mails.
# What cannot be muted is told all the same.
STALE_AFTER = timedelta(days=3)
# A line that we cannot decide about lets the others pass for so long.
SET_BACK_BY = timedelta(minutes=15)


@transaction.atomic
def spread_lines() -> int:
    """Write the dispatches of the lines that wait, a batch of them; returns how many lines that were.

    Safe to run twice and side by side: a line is held until the dispatches are written, and each of those is unique. One
    that raises is logged with its stack and has its turn again a little later.
    """
    lines = locks.lock_lines_to_spread(LINES_AT_ONCE)
    if not lines:
        return 0
    try:
        with transaction.atomic():
            _spread(lines)
    except Exception:
        logger.exception("some of %s lines cannot be spread: one by one", len(lines))
        for line in lines:
            _spread_or_set_back(line)
    return len(lines)


def _spread_or_set_back(line: Notification) -> None:
    try:
        with transaction.atomic():
            _spread([line])
    except Exception:
        logger.exception("line %s cannot be spread; the others go on", line.pk)
        Notification.objects.filter(pk=line.pk).update(spread_due_at=clock.now() + SET_BACK_BY)


def _spread(lines: list[Notification]) -> None:
    people = reach_of({line.recipient_id for line in lines})
    rows = [row for line in lines for row in _dispatches(line, people[line.recipient_id])]
    # What `notify_latest` carried over from the line before is there already, and stays as it is.
    Dispatch.objects.bulk_create(rows, ignore_conflicts=True)
    Notification.objects.filter(pk__in=[line.pk for line in lines]).update(spread_due_at=None)


def _dispatches(line: Notification, reach: Reach) -> list[Dispatch]:
    now, notice = clock.now(), notice_of(line.notice)
    since = line.spread_due_at
    if notice is None or since is None:
        return []
    if notice.mutable and (since < now - STALE_AFTER or line.read_at is not None):
        return []
    rows = []
    for channel in reach.channels_for(notice):
        due_at = reach.due_at(notice, channel, now=now)
        in_digest = channel == Channel.EMAIL and reach.mail_rhythm == Rhythm.DAILY and notice.mutable
        targets = [str(key) for key in reach.browsers] if channel == Channel.PUSH else [""]
        rows += [
            Dispatch(notification=line, channel=channel, target=target, due_at=due_at, in_digest=in_digest)
            for target in targets
        ]
    return rows
