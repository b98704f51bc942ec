"""Sending what is due: each dispatch is taken once, tried again with growing pauses, and given up in the end, never in silence.

A mail of which nobody knows whether it left is not sent again: twice is worse than staff looking at it. The other ways
know copies themselves (WeChat by a number of ours, browsers by a name), so they are asked again.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from marketplace.core import clock
from marketplace.notifications import locks
from marketplace.notifications.catalogue import notice_of
from marketplace.notifications.channels import CHANNELS
from marketplace.notifications.channels.base import Gone, Outcome, Refused, Unknown, Unreachable
from marketplace.notifications.models import Channel, Dispatch, DispatchStatus, OutboundStatus
from marketplace.notifications.reach import reach_of

logger = logging.getLogger(__name__)
# After the first failure, the second …; when they are used up, it is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
# What a worker took and did not finish: longer than any channel waits for an answer.
STUCK_AFTER = timedelta(minutes=5)
DISPATCHES_AT_ONCE = 500
KEPT_FOR = timedelta(days=90)


def due_dispatches() -> list[int]:
    """The keys of what should have left by now, the longest waiting first."""
    now = clock.now()
    waiting = Q(status=DispatchStatus.WAITING, due_at__lte=now)
    stuck = Q(status=DispatchStatus.SENDING, due_at__lte=now, tried_at__lt=now - STUCK_AFTER)
    due = Dispatch.objects.filter(waiting | stuck).order_by("due_at", "pk")
    return list(due.values_list("pk", flat=True)[:DISPATCHES_AT_ONCE])


def deliver(*, dispatch_id: int) -> bool:
    """Send one dispatch, a summary with all that is in it; returns whether it left. Safe to call twice and side by side.

    What fails for now waits; what is refused, or has failed too often, is DEAD and stands on staff's list.
    """
    rows = _take(dispatch_id)
    if not rows:
        return False
    reach = reach_of([rows[0].notification.recipient_id])[rows[0].notification.recipient_id]
    channel = Channel(rows[0].channel)
    try:
        outcome = CHANNELS[channel].send(rows, reach)
    except Gone as gone:
        _end(rows, DispatchStatus.SKIPPED, problem=str(gone))
    except Refused as refusal:
        _end(rows, DispatchStatus.DEAD, problem=str(refusal))
    except Unreachable as silence:
        _put_off(rows, problem=str(silence))
    except Unknown as doubt:
        _end(rows, DispatchStatus.DEAD, problem=f"may have arrived: {doubt}")
    except Exception as fault:
        # A fault of ours is no reason to send a hundred copies, nor to forget it. Its words may name people: they are in the log.
        _end(rows, DispatchStatus.DEAD, problem=f"a fault of ours: {type(fault).__name__}")
        raise
    else:
        _end(rows, DispatchStatus.SENT, outcome=outcome)
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
    row.problem, row.ended_at, row.text_message = "", None, None
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


@transaction.atomic
def _take(dispatch_id: int) -> list[Dispatch]:
    """The dispatch, marked as being sent, and for a summary all that is due with it. Empty when there is nothing to send."""
    row = locks.lock_dispatch(dispatch_id)
    now = clock.now()
    if row is None or row.due_at > now:
        return []
    if row.status == DispatchStatus.SENDING and row.tried_at and row.tried_at < now - STUCK_AFTER:
        if row.channel == Channel.EMAIL:
            _end([row], DispatchStatus.DEAD, problem="may have arrived: the worker stopped while sending")
            return []
    elif row.status != DispatchStatus.WAITING:
        return []
    rows = [row]
    if row.in_digest:
        others = Dispatch.objects.filter(
            notification__recipient_id=row.notification.recipient_id,
            channel=row.channel,
            in_digest=True,
            status=DispatchStatus.WAITING,
            due_at__lte=now,
        ).exclude(pk=row.pk)
        rows += [
            other for key in others.order_by("pk").values_list("pk", flat=True) if (other := locks.lock_dispatch(key))
        ]
        rows.sort(key=lambda one: one.notification_id)
    wanted = [one for one in rows if one.status in (DispatchStatus.WAITING, DispatchStatus.SENDING)]
    read = [one for one in wanted if _needs_no_more(one)]
    _end(read, DispatchStatus.SKIPPED, problem="read meanwhile")
    left = [one for one in wanted if one not in read]
    keys = [one.pk for one in left]
    Dispatch.objects.filter(pk__in=keys).update(status=DispatchStatus.SENDING, tried_at=now, attempts=F("attempts") + 1)
    return left


def _needs_no_more(row: Dispatch) -> bool:
    """Whether the person has read the line at the bell meanwhile, or is no longer there."""
    line = row.notification
    notice = notice_of(line.notice)
    is_sure = notice is not None and not notice.mutable
    return not line.recipient.is_active or (line.read_at is not None and not is_sure)


def _put_off(rows: list[Dispatch], *, problem: str) -> None:
    for row in rows:
        if row.attempts >= len(PAUSES):  # as it was before this attempt
            _end([row], DispatchStatus.DEAD, problem=problem)
            continue
        Dispatch.objects.filter(pk=row.pk).update(
            status=DispatchStatus.WAITING, due_at=clock.now() + PAUSES[row.attempts], problem=problem[:200]
        )


def _end(rows: list[Dispatch], status: DispatchStatus, *, problem: str = "", outcome: Outcome | None = None) -> None:
    Dispatch.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=status,
        problem=problem[:200],
        ended_at=clock.now(),
        text_message=outcome.text_message if outcome else None,
    )
