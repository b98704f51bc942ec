"""What waits in the broker for a worker, and since when; and jobs that beat should have started."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_celery_beat.models import PeriodicTask

from marketplace.core.config import get_config
from marketplace.operations.signs import Level, Signal

# Set when a job is handed to the broker (listening.py): a message has no time of its own.
SENT_AT = "jiangji_sent_at"
SOCKET_SECONDS = 1
# Beat writes down when it started what only every three minutes; the rest is for a night that is long.
_UNWRITTEN = timedelta(minutes=5)
_A_NIGHT = timedelta(hours=26)
_INTERVALS = 3
# Product decision: a rebuild takes the better part of an hour, and what stands behind it is needed today, not at once.
_SLOW_TIMES = 12


def longest_wait(name: str) -> timedelta:
    """How long the oldest job of this queue may wait: `operations.queue_minutes`, where jobs are slow twelve times as long."""
    limit = timedelta(minutes=get_config("operations.queue_minutes"))
    return limit * _SLOW_TIMES if name == settings.SLOW_QUEUE else limit


def broker() -> redis.Redis:
    """The broker, asked for a second at most."""
    return redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
    )


def broker_answers() -> bool:
    """Whether a job can be handed over now."""
    client = broker()
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


@dataclass(frozen=True)
class Queue:
    """Jobs that wait in one queue of the broker, and for how long the oldest of them has, if it says so."""

    name: str
    number: int
    age: timedelta | None


def queues() -> list[Queue]:
    """Each queue as it stands. Raises redis.RedisError."""
    client = broker()
    try:
        return [_queue(client, name) for name in _names()]
    finally:
        client.close()


def queue_signals() -> list[Signal]:
    """How many jobs wait in each queue and how long the oldest has; how many are with a worker."""
    client = broker()
    try:
        found = [_in_words(_queue(client, name)) for name in _names()]
        taken = int(client.hlen("unacked"))
    except redis.RedisError as error:
        label = pgettext("operations", "Jobs that wait")
        return [Signal(label, Level.BAD, _("The broker does not answer (%(why)s).") % {"why": type(error).__name__})]
    finally:
        client.close()
    words = ngettext("%(number)s job is at work or on its way.", "%(number)s jobs are at work or on their way.", taken)
    return [*found, Signal(pgettext("operations", "Jobs with workers"), Level.GOOD, words % {"number": taken})]


def _names() -> list[str]:
    return sorted({current_app.conf.task_default_queue, *(queue.name for queue in current_app.conf.task_queues or ())})


def _queue(client: redis.Redis, name: str) -> Queue:
    number = int(client.llen(name))
    return Queue(name, number, _age(client.lindex(name, -1)) if number else None)


def _in_words(queue: Queue) -> Signal:
    age = queue.age
    label = _("Queue %(name)s") % {"name": queue.name}
    words = ngettext("%(number)s job waits.", "%(number)s jobs wait.", queue.number) % {"number": queue.number}
    if age is None:
        return Signal(label, Level.GOOD, words)
    words += " " + _("The oldest since %(age)s.") % {"age": in_words(age)}
    limit = longest_wait(queue.name)
    level = Level.BAD if age > limit else Level.WATCH if age > limit / 2 else Level.GOOD
    return Signal(label, level, words)


def _age(message: Any) -> timedelta | None:
    try:
        sent_at = json.loads(message)["headers"][SENT_AT]
        return timedelta(seconds=max(0.0, time.time() - float(sent_at)))
    except (ValueError, KeyError, TypeError):
        return None


def late_jobs(now: datetime | None = None) -> list[tuple[str, datetime | None]]:
    """Jobs that beat has not started for three of their intervals, and when it did last. Real time: beat lives in it."""
    now = now or timezone.now()
    late = []
    for job in PeriodicTask.objects.filter(enabled=True).select_related("interval", "crontab").order_by("task"):
        allowed = _allowed(job)
        since = job.last_run_at or job.date_changed
        if allowed is not None and since is not None and now - since > allowed:
            late.append((job.task, job.last_run_at))
    return late


def _allowed(job: PeriodicTask) -> timedelta | None:
    if job.interval is not None:
        return timedelta(**{job.interval.period: job.interval.every}) * _INTERVALS + _UNWRITTEN
    if job.crontab is not None and isinstance(job.crontab.schedule, crontab):
        return _A_NIGHT
    return None


def beat_signals() -> list[Signal]:
    """The clockwork: how many jobs have a time, and which of them are late."""
    label = pgettext("operations", "Jobs by the clock")
    late = late_jobs()
    if not late:
        number = PeriodicTask.objects.filter(enabled=True).count()
        return [Signal(label, Level.GOOD, _("%(number)s jobs, none of them late.") % {"number": number})]
    return [
        Signal(
            task.removeprefix("marketplace."),
            Level.BAD,
            _("Late: last started %(age)s ago.") % {"age": in_words(timezone.now() - last)}
            if last is not None
            else _("Late: it was never started."),
        )
        for task, last in late
    ]


def in_words(age: timedelta) -> str:
    """A span in its largest unit, in the reader's language."""
    seconds = int(age.total_seconds())
    units: tuple[tuple[int, Callable[[int], str]], ...] = (
        (86_400, lambda n: ngettext("%(n)s day", "%(n)s days", n)),
        (3_600, lambda n: ngettext("%(n)s hour", "%(n)s hours", n)),
        (60, lambda n: ngettext("%(n)s minute", "%(n)s minutes", n)),
    )
    for size, one in units:
        if seconds >= size:
            return one(seconds // size) % {"n": seconds // size}
    return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
