"""Sending what is due: each dispatch is taken once, tried again with growing pauses, and given up in the end, never in silence.

A mail of which nobody knows whether it left is not sent again: twice is worse than staff looking at it. The other ways
know copies themselves (WeChat by a number of ours for a while, browsers by a name), so they are asked again as long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from django.core.cache import cache
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from marketplace.core import clock
from marketplace.core.jobs import Deadline, count_done, only_one
from marketplace.notifications import locks
from marketplace.notifications.catalogue import notice_of
from marketplace.notifications.channels import CHANNELS
from marketplace.notifications.channels.base import Away, Gone, Later, Outcome, Refused, Unknown, Unreachable
from marketplace.notifications.models import Channel, Dispatch, DispatchStatus, OutboundStatus
from marketplace.notifications.reach import Reach, reach_of

# After the first failure, the second …; when they are used up, it is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
# What a worker took and did not finish: longer than any channel waits for an answer.
STUCK_AFTER = timedelta(minutes=5)
# How long the other side takes a second request for the same as the first: WeChat says ten minutes.
COPIES_KNOWN_FOR = {
    Channel.EMAIL: timedelta(0),
    Channel.SMS: timedelta(0),
    Channel.WECHAT: timedelta(minutes=9),
    Channel.PUSH: timedelta(days=1),
}
DISPATCHES_AT_ONCE = 500
# One run of one way: short, so that the workers have time for others; a killed one holds its way for so long.
RUN_SECONDS, HELD_SECONDS = 20, 120
# A way whose other side is away is left alone for so long.
REST_SECONDS = 30
KEPT_FOR = timedelta(days=90)


def due_channels() -> list[Channel]:
    """The ways by which something should have left by now, without those that rest."""
    due = _due().order_by("channel").values_list("channel", flat=True).distinct()
    return [channel for channel in map(Channel, due) if not _rests(channel)]


def due_dispatches(channel: Channel | None = None) -> list[int]:
    """The keys of what should have left by now, by one way or by all, the longest waiting first."""
    due = _due() if channel is None else _due().filter(channel=channel)
    return list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:DISPATCHES_AT_ONCE])


def send_due(*, channel: Channel) -> int:
    """Send what is due by one way, for a few seconds; returns how many left. One process at a time for each way.

    It stops where the other side is away, and then rests: what waits must not hold up what else the workers have to do.
    """
    with only_one(f"notices:{channel}", seconds=HELD_SECONDS) as is_ours:
        if not is_ours or _rests(channel):
            return 0
        due = takewhile(lambda _key: not _rests(channel), due_dispatches(channel))
        return count_done(due, lambda key: deliver(dispatch_id=key), until=Deadline(RUN_SECONDS))


def deliver(*, dispatch_id: int) -> bool:
    """Send one dispatch, a summary with all that is in it; returns whether it left. Safe to call twice and side by side.

    What fails for now waits; what is refused, or has failed too often, is DEAD and stands on staff's list.
    """
    taken = _take(dispatch_id)
    if taken is None:
        return False
    rows, reach = taken
    channel = Channel(rows[0].channel)
    try:
        _send(rows, reach, channel)
    except Gone as gone:
        _end(rows, DispatchStatus.SKIPPED, problem=str(gone))
    except Later as wait:
        _held(rows).update(
            status=DispatchStatus.WAITING, due_at=wait.at, attempts=F("attempts") - 1, problem=str(wait)[:200]
        )
    except Refused as refusal:
        _end(rows, DispatchStatus.DEAD, problem=str(refusal))
    except Unreachable as silence:
        if isinstance(silence, Away):
            cache.set(_resting(channel), True, REST_SECONDS)
        _put_off(rows, problem=str(silence))
    except Unknown as doubt:
        for row in rows:
            row.doubtful_since = row.doubtful_since or row.tried_at
        _put_off(rows, problem=str(doubt))
    except Exception as fault:
        # A fault of ours is no reason to send a hundred copies, nor to forget it. Its words may name people: they are in the log.
        _end(rows, DispatchStatus.DEAD, problem=f"a fault of ours: {type(fault).__name__}")
        raise
    else:
        return True
    return False


def dead_dispatches() -> QuerySet[Dispatch]:
    """What did not arrive and nobody tries any more, the newest first: text messages that the provider refused too."""
    refused_texts = Q(channel=Channel.SMS, status=DispatchStatus.SENT, text_message__status=OutboundStatus.FAILED)
    dead = Dispatch.objects.filter(Q(status=DispatchStatus.DEAD) | refused_texts)
    return dead.select_related("notification__recipient__profile", "text_message").order_by("-pk")


@transaction.atomic
def try_again(*, dispatch_id: int) -> bool:
    """Staff's button: send it now after all, with all pauses anew. False when it is not (or no longer) on the list."""
    row = locks.lock_dispatch(dispatch_id)
    if row is None or not dead_dispatches().filter(pk=row.pk).exists():
        return False
    row.status, row.due_at, row.attempts, row.in_digest = DispatchStatus.WAITING, clock.now(), 0, False
    row.problem, row.ended_at, row.text_message, row.doubtful_since = "", None, None, None
    row.save()
    return True


@transaction.atomic
def set_aside(*, dispatch_id: int) -> bool:
    """Staff's other button: nothing more is to be done about it. False when it is not (or no longer) on the list."""
    row = locks.lock_dispatch(dispatch_id)
    if row is None or not dead_dispatches().filter(pk=row.pk).exists():
        return False
    row.status, row.text_message = DispatchStatus.SKIPPED, None
    row.save(update_fields=["status", "text_message"])
    return True


def forget_old_dispatches() -> int:
    """Delete what left or was given up long ago; returns how many. The lines at the bell stay."""
    over = (DispatchStatus.SENT, DispatchStatus.SKIPPED, DispatchStatus.DEAD)
    gone, _by_model = Dispatch.objects.filter(status__in=over, due_at__lt=clock.now() - KEPT_FOR).delete()
    return gone


def _due() -> QuerySet[Dispatch]:
    now = clock.now()
    waiting = Q(status=DispatchStatus.WAITING, due_at__lte=now)
    stuck = Q(status=DispatchStatus.SENDING, due_at__lte=now, tried_at__lt=now - STUCK_AFTER)
    return Dispatch.objects.filter(waiting | stuck)


def _resting(channel: Channel) -> str:
    return f"notices:resting:{channel}"


def _rests(channel: Channel) -> bool:
    return bool(cache.get(_resting(channel)))


def _send(rows: list[Dispatch], reach: Reach, channel: Channel) -> None:
    """Hand it over and write that down: of a text message, which is a row of ours, both or nothing."""
    if channel != Channel.SMS:
        _end(rows, DispatchStatus.SENT, outcome=CHANNELS[channel].send(rows, reach))
        return
    with transaction.atomic():
        if not _end(rows, DispatchStatus.SENT, outcome=CHANNELS[channel].send(rows, reach)):
            raise Gone("another worker has it")


@transaction.atomic
def _take(dispatch_id: int) -> tuple[list[Dispatch], Reach] | None:
    """The dispatch, marked as being sent, and for a summary all that is due with it. None when there is nothing to send."""
    seen = Dispatch.objects.select_related("notification").filter(pk=dispatch_id).first()
    # Whoever else has a row of this summary in hand would begin a second one.
    if seen is None or (seen.in_digest and not locks.lock_summary(seen.notification.recipient_id)):
        return None
    rows = _locked(dispatch_id)
    if not rows:
        return None
    user_id = rows[0].notification.recipient_id
    reach = reach_of([user_id])[user_id]
    left, now = [], clock.now()
    for row in rows:
        if needless := _needless(row, reach):
            _end([row], DispatchStatus.SKIPPED, problem=needless)
            continue
        may_ring_at = now
        if row.retold_at is None:  # which makes no sound
            may_ring_at = reach.may_ring_at(notice_of(row.notification.notice), Channel(row.channel), at=now)
        if _is_copy_unknown([row], at=may_ring_at):
            _end([row], DispatchStatus.DEAD, problem=f"may have arrived: {row.problem}")
            continue
        if may_ring_at > now:
            _held([row]).update(status=DispatchStatus.WAITING, due_at=may_ring_at, doubtful_since=row.doubtful_since)
            continue
        left.append(row)
    for row in left:
        _held([row]).update(
            status=DispatchStatus.SENDING,
            tried_at=now,
            attempts=F("attempts") + 1,
            doubtful_since=row.doubtful_since,
        )
        row.status, row.tried_at, row.attempts = DispatchStatus.SENDING, now, row.attempts + 1
    return (left, reach) if left else None


def _locked(dispatch_id: int) -> list[Dispatch]:
    """The row that is to be sent, and for a summary the others of it."""
    row, now = locks.lock_dispatch(dispatch_id), clock.now()
    if row is None or row.due_at > now:
        return []
    if row.status == DispatchStatus.SENDING and row.tried_at and row.tried_at < now - STUCK_AFTER:
        if row.channel != Channel.SMS:  # of which nothing is left behind
            row.doubtful_since = row.doubtful_since or row.tried_at
            row.problem = "the worker stopped while sending"
    elif row.status != DispatchStatus.WAITING:
        return []
    if not row.in_digest:
        return [row]
    others = Dispatch.objects.filter(
        notification__recipient_id=row.notification.recipient_id,
        channel=row.channel,
        in_digest=True,
        status=DispatchStatus.WAITING,
        due_at__lte=now,
    ).exclude(pk=row.pk)
    keys = others.order_by("pk").values_list("pk", flat=True)
    found = [other for key in keys if (other := locks.lock_dispatch(key)) and other.status == DispatchStatus.WAITING]
    return sorted([row, *found], key=lambda one: one.notification_id)


def _needless(row: Dispatch, reach: Reach) -> str:
    """Why it is not to be sent any more: what the person did or chose since it was written. "" when it is."""
    if row.retold_at is not None:  # what stands on a screen is put right there, whatever was done elsewhere
        return ""
    line = row.notification
    notice = notice_of(line.notice)
    is_sure = notice is not None and not notice.mutable
    if not is_sure and not reach.is_active:
        return "suspended or closing"
    if not is_sure and line.read_at is not None:
        return "read meanwhile"
    channel = Channel(row.channel)
    if not (is_sure and channel in (Channel.EMAIL, Channel.SMS)) and not reach.wants(line.kind, channel):
        return "switched off meanwhile"
    return ""


def _put_off(rows: Sequence[Dispatch], *, problem: str) -> None:
    """Wait for the next attempt; a summary as one. Given up after the last, or where a copy would no longer be known."""
    attempts = max(row.attempts for row in rows)
    is_over = attempts > len(PAUSES)
    due_at = clock.now() + PAUSES[min(attempts, len(PAUSES)) - 1]
    doubtful = [row.doubtful_since for row in rows if row.doubtful_since]
    if doubtful and (is_over or _is_copy_unknown(rows, at=due_at)):
        _end(rows, DispatchStatus.DEAD, problem=f"may have arrived: {problem}")
    elif is_over:
        _end(rows, DispatchStatus.DEAD, problem=problem)
    else:
        _held(rows).update(
            status=DispatchStatus.WAITING,
            due_at=due_at,
            attempts=attempts,
            doubtful_since=min(doubtful, default=None),
            problem=problem[:200],
        )


def _is_copy_unknown(rows: Sequence[Dispatch], *, at: datetime) -> bool:
    """Whether one of them may have arrived so long before `at` that the other side would take it for another one."""
    known_for = COPIES_KNOWN_FOR[Channel(rows[0].channel)]
    return any(row.doubtful_since and at - row.doubtful_since > known_for for row in rows)


def _held(rows: Sequence[Dispatch]) -> QuerySet[Dispatch]:
    """These, unless another worker, who took this one for dead, has them meanwhile."""
    keys = [row.pk for row in rows]
    return Dispatch.objects.filter(pk__in=keys, status=rows[0].status, tried_at=rows[0].tried_at)


def _end(
    rows: Sequence[Dispatch], status: DispatchStatus, *, problem: str = "", outcome: Outcome | None = None
) -> bool:
    """Close them; returns whether they were still ours. One whose words changed while it left goes out once more."""
    changed_meanwhile = When(retold_at__gt=F("tried_at"), then=Value(DispatchStatus.WAITING))
    return bool(
        _held(rows).update(
            status=Case(changed_meanwhile, default=Value(status)) if status == DispatchStatus.SENT else status,
            problem=problem[:200],
            ended_at=clock.now(),
            text_message=outcome.text_message if outcome else None,
        )
    )
