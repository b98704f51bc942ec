"""Counting days. The same day counted again gives the same rows, but for what was recorded late."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.jobs import Deadline
from marketplace.core.patience import without_statement_timeout
from marketplace.insights import locks
from marketplace.insights.metrics import registry
from marketplace.insights.metrics.definition import RECOUNTED_DAYS, Adding, Source
from marketplace.insights.models import Analytics
from marketplace.insights.visits.folding import mark_buyers

# The row that says that a day was counted when it was over. Without it the day is not finished.
CLOSED = "day.closed"
# How far back days that nobody counted are looked for: the demo's year, and a machine that was away.
LOOKED_BACK_DAYS = 400
# So many days are made up for in one statement each: a month of ten million orders a year would take longer than one may.
_MOST_TOGETHER = 7
# Before anything that can have happened here.
_BEGINNING = date(2000, 1, 1)


def compute_day(day: date) -> int:
    """Count one day of China's and put its rows in the place of those that were there. Returns how many rows.

    One transaction. The same result however often it runs; several runs at a time wait for each other.
    """
    return compute_range(first=day, last=day)


@transaction.atomic
def compute_range(*, first: date, last: date) -> int:
    """As `compute_day` for every day from `first` to `last`, in one pass over the tables. Returns how many rows.

    What is read from rows that are forgotten after a while is left as it was counted where they may be gone.
    """
    today = timezone.localdate(clock.now())
    locks.lock_days(_days(first, last))
    count = sum(_count(source, first, last, today) for source in registry.sources() if source.sql)
    _close(first, last, today)
    return count


@transaction.atomic
def compute_recent() -> int:
    """Count the days before today anew, each source as far back as something of a day may still be recorded or change.

    Returns how many rows. A job for the night.
    """
    today = timezone.localdate(clock.now())
    yesterday = today - timedelta(days=1)
    sources = [source for source in registry.sources() if source.sql]
    locks.lock_days(_days(today - timedelta(days=max(source.recounted_days for source in sources)), yesterday))
    count = sum(_count(one, today - timedelta(days=one.recounted_days), yesterday, today) for one in sources)
    _close(today - timedelta(days=RECOUNTED_DAYS), yesterday, today)
    return count


def compute_missing(*, until: Deadline | None = None) -> int:
    """Count the days that are over and were never counted to their end. Returns how many days.

    A job for what nights were missed; it goes on where it stopped, week by week.
    """
    until = until or Deadline()
    today = timezone.localdate(clock.now())
    first = today - timedelta(days=LOOKED_BACK_DAYS)
    closed = set(Analytics.objects.filter(metric=CLOSED, day__gte=first).values_list("day", flat=True))
    missing = [day for number in range(LOOKED_BACK_DAYS) if (day := first + timedelta(days=number)) not in closed]
    done = 0
    for begin, end in _runs(missing):
        if until.is_over:
            break
        for day in _days(begin, end):
            mark_buyers(day)  # of days that are no longer kept it finds nobody
        compute_range(first=begin, last=end)
        done += (end - begin).days + 1
    return done


def _runs(days: list[date]) -> Iterator[tuple[date, date]]:
    """Days that follow one another, at most a week together, the newest run first."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1) and len(runs[-1]) < _MOST_TOGETHER:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in reversed(runs):
        yield run[0], run[-1]


def range_parameters(*, first: date, last: date) -> dict[str, Any]:
    """What the statement of a source is given."""
    return {
        "first": first,
        "last": last,
        "start": clock.midnight(first),
        "end": clock.midnight(last + timedelta(days=1)),
        "zone": settings.TIME_ZONE,
    }


def _count(source: Source, first: date, last: date, today: date) -> int:
    if any(metric.adding == Adding.MOVEMENT for metric in source.metrics):
        _open_sums(source, first)
    if source.raw_days is not None:
        first = max(first, today - timedelta(days=source.raw_days() - 1))
    return _replace(source, first, last) if first <= last else 0


def _open_sums(source: Source, first: date) -> None:
    """Count all that moved before the first day that was ever counted: a sum since the beginning has to know of it.

    Once; afterwards one look by the index. A platform that counts from its first day has nothing there.
    """
    earlier = Analytics.objects.filter(metric__in=[metric.key for metric in source.metrics], day__lt=first)
    if earlier.exists():
        return
    locks.lock_days([_BEGINNING])
    if not earlier.exists():
        # All years in one pass, once in the life of a platform: longer than a statement may take otherwise.
        with without_statement_timeout():
            _replace(source, _BEGINNING, first - timedelta(days=1))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _replace(source: Source, first: date, last: date) -> int:
    keys = [metric.key for metric in source.metrics]
    Analytics.objects.filter(metric__in=keys, day__range=(first, last)).delete()
    now, rows = clock.now().isoformat(), 0
    lines = io.StringIO()
    with connection.cursor() as cursor:
        cursor.execute(source.sql, range_parameters(first=first, last=last))
        for day, dimension, *values in cursor.fetchall():
            for key, value in zip(keys, values, strict=True):
                if value:
                    lines.write(f"{day}\t{key}\t{_escaped(dimension)}\t{int(value)}\t{now}\n")
                    rows += 1
        # A year is some ten thousands of rows: COPY writes them in a tenth of the time.
        with cursor.copy("COPY insights_analytics (day, metric, dimension, value, computed_at) FROM STDIN") as copy:
            copy.write(lines.getvalue())
    return rows


def _escaped(text: str) -> str:
    return text[:80].replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


def _close(first: date, last: date, today: date) -> None:
    over = _days(first, min(last, today - timedelta(days=1)))
    Analytics.objects.bulk_create(
        [Analytics(day=day, metric=CLOSED, value=1) for day in over],
        update_conflicts=True,
        unique_fields=["day", "metric", "dimension"],
        update_fields=["value", "computed_at"],
    )
