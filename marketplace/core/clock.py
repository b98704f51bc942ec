"""The time of business rules. The demo and the tests move it; nothing else does.

What the world outside goes by stays real: signatures and what institutions are told, sessions, codes, `created_at` of rows.

Several machines serve one market, and one whose own clock is wrong must not release anybody's money a day early. So all go by
one clock, the database's: whoever connects reads it (`compare`), and counts on from there. A machine that is right within
`TOLERANCE` keeps its own, so that what it notes by either of the two stands in the order in which it happened.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DEFAULT_DB_ALIAS, Error, connection
from django.utils import timezone

logger = logging.getLogger(__name__)

# Far above what machines differ by that set their clocks by NTP, far below the shortest time that a rule knows.
TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True)
class _Compared:
    """The database's time at a moment of the clock that nobody sets (`_steady`)."""

    moment: datetime
    steady: int


_compared: _Compared | None = None
_offset: ContextVar[timedelta] = ContextVar("clock_offset", default=timedelta())
# How far the demo's clock is ahead, in this process. One number for all threads: they are to agree on what time it is.
_ahead = timedelta()


def now() -> datetime:
    """The moment at which a rule is applied, aware, in UTC."""
    return real_now() + _ahead + _offset.get()


def real_now() -> datetime:
    """What time it really is, aware, in UTC, however wrong this machine's own clock is: for what others have signed."""
    if _compared is None:
        _connect()
    return timezone.now() + _correction()


def midnight(day: date) -> datetime:
    """When a day of China's begins (settings.TIME_ZONE), aware, whatever zone the person at the screen has chosen."""
    return timezone.make_aware(datetime.combine(day, time_of_day.min), timezone.get_default_timezone())


def compare(connection: Any, **_signal: Any) -> None:
    """Read the clock of the database that was just connected to (Django's signal `connection_created`)."""
    global _compared
    if connection.alias != DEFAULT_DB_ALIAS:
        return
    before = _steady()
    # Past Django's cursor: no query of anybody's page, and no transaction is open yet.
    (moment,) = connection.connection.execute("SELECT clock_timestamp()").fetchone()
    was_right = not _correction()
    # Read at some time between question and answer.
    _compared = _Compared(moment, (before + _steady()) // 2)
    if was_right and (by := _correction()):
        logger.error("This machine's clock is wrong: it is %+.0f s off the database's.", -by.total_seconds())


def _correction() -> timedelta:
    """What this machine's clock lacks to the database's; nothing where they agree, or were not compared yet."""
    if _compared is None:
        return timedelta()
    missing = _compared.moment + timedelta(microseconds=(_steady() - _compared.steady) // 1000) - timezone.now()
    return missing if abs(missing) > TOLERANCE else timedelta()


def _connect() -> None:
    """Let the first who asks for the time in a process compare. Without a database nothing can be decided anyway."""
    try:
        connection.ensure_connection()
    except (Error, SynchronousOnlyOperation, RuntimeError):
        logger.debug("The clock was not compared", exc_info=True)


def _steady() -> int:
    """Nanoseconds of a clock that nobody sets and that goes on while a machine sleeps."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Within the block, `now()` starts at `moment` and runs on from there."""
    token = _offset.set(moment - real_now() - _ahead)
    try:
        yield
    finally:
        _offset.reset(token)


def go_ahead(by: timedelta) -> None:
    """The demo's clock is `by` ahead of the real one from now on, in this process (portal/demo/clock.py)."""
    global _ahead
    _ahead = by


def ahead() -> timedelta:
    """How far the demo's clock is ahead; nothing everywhere else."""
    return _ahead


def real(moment: datetime) -> datetime:
    """A moment of ours as institutions must be told it: their clocks are not moved with the demo's."""
    return moment - _ahead
