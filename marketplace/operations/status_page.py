"""What the status page says: how each part stands now and stood, and what staff told of it.

Made once in some seconds by each process and kept in its memory, so that it needs neither session nor cache, and costs the same
however many people look at once. While the database is away it says so, with the history that it last read.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from marketplace.core.unavailable import is_away
from marketplace.operations import incidents, measuring, parts, public_parts
from marketplace.operations.measuring import History, Measured
from marketplace.operations.models import Incident, IncidentKind, PartSpan, PartState
from marketplace.operations.public_parts import PublicPart
from marketplace.operations.signs import Level

KEPT_SECONDS = 15
# Shorter disturbances colour their day, and are no line of their own.
_LONG_ENOUGH = timedelta(minutes=5)
_MOST_LINES = 60
_MOST_SPANS = 2_000
_WORST_FIRST = (PartState.DOWN, PartState.PARTLY, PartState.GOOD)


@dataclass(frozen=True)
class Line:
    """One part: how it stands, its days (None while they cannot be read), what staff says of it now."""

    part: PublicPart
    state: PartState
    history: History | None
    open_incidents: list[Incident]


@dataclass(frozen=True)
class Disturbance:
    """Measured: these parts were not as they should be, at the same time."""

    began_at: datetime
    ended_at: datetime
    state: PartState
    parts: list[str]


@dataclass(frozen=True)
class _Read:
    """What comes from the database."""

    measured: Measured
    shown: list[Incident]
    disturbances: list[Disturbance]


@dataclass(frozen=True)
class StatusPage:
    """Everything on the page, in no language."""

    made_at: datetime
    lines: list[Line]
    going_on: list[Incident]
    coming: list[Incident]
    past: list[Incident | Disturbance]
    measured_at: datetime | None
    is_history_old: bool  # the database is away: history and incidents are those of before, or missing

    @property
    def state(self) -> PartState:
        """The worst of the measured."""
        return min((line.state for line in self.lines), key=_WORST_FIRST.index)

    @property
    def maintenance(self) -> list[Incident]:
        """What is being worked on as announced."""
        return [incident for incident in self.going_on if incident.kind == IncidentKind.MAINTENANCE]

    @property
    def disturbed(self) -> list[Line]:
        """What does not work as it should, the worst first."""
        found = [line for line in self.lines if line.state != PartState.GOOD]
        return sorted(found, key=lambda line: _WORST_FIRST.index(line.state))


class _Kept:
    """The page as this process last made it. One thread makes it anew; the others take the one of before meanwhile."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self._page: StatusPage | None = None
        self._read: _Read | None = None
        self._until = 0.0

    def page(self) -> StatusPage:
        page = self._page
        if page is not None and time.monotonic() < self._until:
            return page
        if page is not None and not self._making.acquire(blocking=False):
            return page
        if page is None:
            self._making.acquire()
        try:
            if self._page is None or time.monotonic() >= self._until:
                self._page, self._read = _make(self._read)
                self._until = time.monotonic() + KEPT_SECONDS
            return self._page
        finally:
            self._making.release()


_kept = _Kept()


def status_page() -> StatusPage:
    """The page, at most KEPT_SECONDS old. Raises nothing because something is away."""
    return _kept.page()


def forget() -> None:
    """Have this process make it anew: staff looks at what it just wrote. The other processes follow within KEPT_SECONDS."""
    _kept.forget()


def _make(before: _Read | None) -> tuple[StatusPage, _Read | None]:
    signs = {name for name, signal in parts.part_signals_by_name().items() if signal.level == Level.BAD}
    now = timezone.now()
    read, is_old = before, True
    if "database" not in signs:
        try:
            read, is_old = _read_all(now), False
        except (OperationalError, InterfaceError) as error:
            if not is_away(error):
                raise
            signs.add("database")
    return _put_together(signs, read, now, is_old=is_old), read


def _read_all(now: datetime) -> _Read:
    """Five queries."""
    shown = list(incidents.shown_incidents(now=now))
    return _Read(measuring.read(now=now), shown, list(_disturbances(now)))


def _put_together(signs: set[str], read: _Read | None, now: datetime, *, is_old: bool) -> StatusPage:
    measured = read.measured if read is not None else None
    measured_at = measured.at if measured is not None else None
    is_fresh = measured_at is not None and now - measured_at <= measuring.STALE
    if measured_at is not None and not is_fresh:
        signs = signs | {public_parts.CLOCK}
    live = public_parts.judged(signs)
    counted = measured.states if measured is not None and is_fresh else {}
    going_on, coming, over = incidents.incidents_by_age(read.shown if read is not None else [], now=now)
    lines = [
        Line(
            part,
            min(live[key], counted.get(key, PartState.GOOD), key=_WORST_FIRST.index),
            measured.histories[key] if measured is not None else None,
            [incident for incident in going_on if key in incident.parts],
        )
        for key, part in public_parts.PARTS.items()
    ]
    past: list[Incident | Disturbance] = [*over, *(read.disturbances if read is not None else [])]
    past.sort(key=_begin_of, reverse=True)
    return StatusPage(now, lines, going_on, coming, past[:_MOST_LINES], measured_at, is_old)


def _begin_of(item: Incident | Disturbance) -> datetime:
    return item.starts_at if isinstance(item, Incident) else item.began_at


def _disturbances(now: datetime) -> Iterator[Disturbance]:
    """Measured and over, of the last 90 days: those of several parts at the same time are one."""
    first = timezone.localdate(now) - timedelta(days=measuring.SHOWN_DAYS - 1)
    spans = PartSpan.objects.filter(day__gte=first).exclude(state=PartState.GOOD).order_by("-began_at")[:_MOST_SPANS]
    whole: dict[str, list[PartSpan]] = {}
    for span in reversed(spans):
        of_part = whole.setdefault(span.part, [])
        last = of_part[-1] if of_part else None
        if last is not None and last.state == span.state and last.ended_at == span.began_at:
            of_part[-1] = _with_end(last, span.ended_at)  # over midnight
        else:
            of_part.append(span)
    together: dict[tuple[datetime, datetime, str], list[str]] = {}
    for key in public_parts.PARTS:
        for span in whole.get(key, []):
            if span.ended_at - span.began_at >= _LONG_ENOUGH and now - span.ended_at > measuring.GAP:
                together.setdefault((span.began_at, span.ended_at, span.state), []).append(key)
    for (began_at, ended_at, state), keys in together.items():
        yield Disturbance(began_at, ended_at, PartState(state), keys)


def _with_end(span: PartSpan, ended_at: datetime) -> PartSpan:
    """The same span, which is not saved, with another end."""
    return PartSpan(part=span.part, day=span.day, state=span.state, began_at=span.began_at, ended_at=ended_at)
