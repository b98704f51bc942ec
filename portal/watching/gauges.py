"""What is asked when Prometheus fetches it: parts, queues, backlogs, books, backups, database and disk.

The same as the operations page of the desk shows, and from the same places, as figures.
"""

import logging
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from marketplace.core import clock
from marketplace.operations import backlogs, queues
from marketplace.operations.machine import commit_of
from marketplace.operations.models import EventKind, FailedTask, OperationEvent
from marketplace.operations.parts import part_signals_by_name
from marketplace.operations.signs import Level
from marketplace.payments.selectors import latest_audit
from portal.env import BASE_DIR

logger = logging.getLogger(__name__)


class GaugesCollector(Collector):
    """Asks anew each time. A source that is away is left out, and `jiangji_source_up` says so: an alert must not go blind."""

    def collect(self) -> Iterator[Metric]:
        """Everything, within a few seconds."""
        answered = GaugeMetricFamily(
            "jiangji_source_up", "Whether these figures could be asked for.", labels=["source"]
        )
        for name, source in SOURCES.items():
            try:
                yield from list(source())
                answered.add_metric([name], 1)
            except Exception:  # whatever is wrong with one, the others are told
                logger.exception("figures of %s", name)
                answered.add_metric([name], 0)
        yield answered


def _parts() -> Iterator[Metric]:
    up = GaugeMetricFamily("jiangji_part_up", "Whether a part of the portal answers.", labels=["part"])
    for name, signal in part_signals_by_name().items():
        up.add_metric([name], int(signal.level == Level.GOOD))
    yield up


def _queues() -> Iterator[Metric]:
    number = GaugeMetricFamily("jiangji_queue_jobs", "Jobs that wait for a worker.", labels=["queue"])
    oldest = GaugeMetricFamily("jiangji_queue_oldest_seconds", "How long the oldest of them has.", labels=["queue"])
    try:
        found = queues.queues()
    except RedisError as error:
        raise RuntimeError("the broker does not answer") from error
    for queue in found:
        number.add_metric([queue.name], queue.number)
        oldest.add_metric([queue.name], _seconds(queue.age))
    yield from (number, oldest)


def _backlogs() -> Iterator[Metric]:
    labels = ["backlog"]
    number = GaugeMetricFamily("jiangji_backlog_items", "What waits to leave or to be worked off.", labels=labels)
    oldest = GaugeMetricFamily("jiangji_backlog_oldest_seconds", "How long the oldest of it has.", labels=labels)
    limit = GaugeMetricFamily("jiangji_backlog_limit_seconds", "How long is usual.", labels=labels)
    for waits in backlogs.waiting():
        number.add_metric([waits.backlog.key], waits.number)
        oldest.add_metric([waits.backlog.key], _seconds(waits.age))
        limit.add_metric([waits.backlog.key], _seconds(waits.backlog.limit))
    yield from (number, oldest, limit)


def _jobs() -> Iterator[Metric]:
    failed = FailedTask.objects.filter(closed_at=None).count()
    yield GaugeMetricFamily("jiangji_failed_jobs", "Jobs that failed and that nobody has looked at.", value=failed)
    late = len(queues.late_jobs())
    yield GaugeMetricFamily("jiangji_late_jobs", "Jobs by the clock that were not started in time.", value=late)


def _books() -> Iterator[Metric]:
    audit = latest_audit()
    violations = GaugeMetricFamily("jiangji_books_violations", "What the last audit of the books found.")
    age = GaugeMetricFamily("jiangji_books_audit_age_seconds", "How long ago that was.")
    if audit is not None:  # none yet is told by their absence
        violations.add_metric([], len(audit.violations))
        age.add_metric([], _seconds(clock.now() - audit.at))
    yield from (violations, age)


def _care() -> Iterator[Metric]:
    done = GaugeMetricFamily(
        "jiangji_last_done_timestamp_seconds", "When it last succeeded, since 1970.", labels=["what"]
    )
    failed = GaugeMetricFamily("jiangji_last_failed", "Whether the last time it did not.", labels=["what"])
    for kind in (EventKind.BACKUP, EventKind.RESTORE_TEST):
        events = OperationEvent.objects.filter(kind=kind)
        newest, good = events.first(), events.filter(is_ok=True).first()
        failed.add_metric([kind.value], int(newest is not None and not newest.is_ok))
        if good is not None:
            done.add_metric([kind.value], int(good.at.timestamp()))
    yield from (done, failed)


def _database() -> Iterator[Metric]:
    connections = GaugeMetricFamily("jiangji_database_connections", "Connections to the database.", labels=["state"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()), current_setting('max_connections')::int")
        size, most = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(state, 'none'), count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1"
        )
        for state, number in cursor.fetchall():
            connections.add_metric([state], number)
        cursor.execute(
            "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        (longest,) = cursor.fetchone()
    yield connections
    yield GaugeMetricFamily("jiangji_database_connections_most", "How many it takes.", value=most)
    yield GaugeMetricFamily("jiangji_database_bytes", "Size of the database.", value=size)
    yield GaugeMetricFamily(
        "jiangji_database_longest_transaction_seconds", "How long the oldest transaction has been open.", value=longest
    )


def _machine() -> Iterator[Metric]:
    folder = Path(settings.MEDIA_ROOT or BASE_DIR)
    while not folder.exists():  # nobody has uploaded anything
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    yield GaugeMetricFamily("jiangji_disk_bytes", "Of the disk with people's files.", value=usage.total)
    yield GaugeMetricFamily("jiangji_disk_free_bytes", "Free on it.", value=usage.free)
    release = GaugeMetricFamily("jiangji_release", "Always 1; the label is the commit that runs.", labels=["commit"])
    release.add_metric([commit_of(BASE_DIR)[:12] or "unknown"], 1)
    yield release
    yield GaugeMetricFamily("jiangji_clock_timestamp_seconds", "The clock here.", value=timezone.now().timestamp())


SOURCES: dict[str, Callable[[], Iterator[Metric]]] = {
    "parts": _parts,
    "queues": _queues,
    "backlogs": _backlogs,
    "jobs": _jobs,
    "books": _books,
    "care": _care,
    "database": _database,
    "machine": _machine,
}


def _seconds(age: timedelta | None) -> int:
    return round(age.total_seconds()) if age is not None else 0
