"""How each part of the site stands, written down each minute, and read back as days: nothing of the history is typed.

A state holds from one measuring to the next. Between two that lie further apart than GAP nobody measured: no row covers that
time, and it does not count as usable.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import redis
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Max, Min, Sum
from django.utils import timezone

from marketplace.operations import backlogs, locks, parts, public_parts, queues
from marketplace.operations.models import PartSpan, PartState
from marketplace.operations.signs import Level
from marketplace.payments.selectors import payouts_are_halted

GAP = timedelta(minutes=3)
SHOWN_DAYS = 90
KEPT_DAYS = 400
# A measuring that is older says that the clock of the jobs, or the worker, stands still.
STALE = timedelta(minutes=5)
_DAY = timedelta(days=1)


def signs_of_worker() -> set[str]:
    """What is away or late, asked by a job: that it runs is the sign of the worker."""
    asked = parts.part_signals_by_name(leaving_out={"worker"})
    signs = {name for name, signal in asked.items() if signal.level == Level.BAD}
    signs |= backlogs.late_backlogs(public_parts.BACKLOGS)
    if payouts_are_halted():
        signs.add(public_parts.HALT)
    if _queue_is_late():
        signs.add(public_parts.QUEUE)
    return signs


def _queue_is_late() -> bool:
    try:
        return any(queue.age is not None and queue.age > queues.longest_wait(queue.name) for queue in queues.queues())
    except redis.RedisError:  # the cache, which is the same server, says so itself
        return False


@transaction.atomic
def write_down(states: Mapping[str, PartState], *, at: datetime | None = None) -> None:
    """Keep how each part stands at this moment. Safe to repeat."""
    locks.hold_measuring()
    at = at or timezone.now()
    newest = {
        span.part: span
        for span in PartSpan.objects.filter(part__in=states, ended_at__gte=at - GAP)
        .order_by("part", "-ended_at", "-pk")
        .distinct("part")
    }
    begun: list[PartSpan] = []
    for part, state in states.items():
        span = newest.get(part)
        if span is not None and span.ended_at >= at:
            continue  # somebody measured meanwhile
        if span is not None:
            span = _go_on(span, at, begun)
            if span.state == state:
                continue
        begun.append(_begin(part, state, at))
    PartSpan.objects.bulk_create(begun)


def _go_on(span: PartSpan, at: datetime, begun: list[PartSpan]) -> PartSpan:
    """It held until now; over midnight in a row for each day."""
    midnight = _begin_of(span.day + _DAY)
    if at < midnight:
        span.ended_at = at
        span.save(update_fields=["ended_at"])
        return span
    span.ended_at = midnight
    span.save(update_fields=["ended_at"])
    rest = _begin(span.part, PartState(span.state), midnight, at)
    begun.append(rest)
    return rest


def _begin(part: str, state: PartState, began_at: datetime, ended_at: datetime | None = None) -> PartSpan:
    day = timezone.localdate(began_at)
    return PartSpan(part=part, day=day, state=state, began_at=began_at, ended_at=ended_at or began_at)


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def forget_old(*, now: datetime | None = None) -> int:
    """Remove what was measured longer ago than KEPT_DAYS; returns how many rows."""
    oldest = timezone.localdate(now or timezone.now()) - timedelta(days=KEPT_DAYS)
    return PartSpan.objects.filter(day__lt=oldest).delete()[0]


@dataclass
class Day:
    """How long a part stood how on one day. `unmeasured` is what is left of the day, as far as it is over."""

    day: date
    spent: dict[PartState, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    unmeasured: timedelta = timedelta()

    @property
    def elapsed(self) -> timedelta:
        """All of it that counts."""
        return sum(self.spent.values(), self.unmeasured)

    @property
    def usable(self) -> timedelta:
        """Time in which it was measured to be usable, if partly."""
        return self.spent[PartState.GOOD] + self.spent[PartState.PARTLY]

    @property
    def look(self) -> str:
        """The colour of its bar: of the worst there was; `none` for a day of before the first measuring."""
        if not self.elapsed:
            return "none"
        for state in (PartState.DOWN, PartState.PARTLY):
            if self.spent[state]:
                return str(state.value)
        return "gap" if self.unmeasured > GAP else "good"


@dataclass
class History:
    """The days of one part, oldest first, one for each day shown."""

    days: list[Day]

    @property
    def usable_percent(self) -> float | None:
        """Of the time since measuring began, rounded down to hundredths: 100 is all of it. None before that."""
        elapsed = sum((day.elapsed for day in self.days), timedelta())
        if not elapsed:
            return None
        usable = sum((day.usable for day in self.days), timedelta())
        return int(usable / elapsed * 10_000) / 100


@dataclass(frozen=True)
class Measured:
    """What the history says: of each part its days, and how it stood last."""

    histories: dict[str, History]
    states: dict[str, PartState]
    at: datetime | None  # the last measuring


def read(*, now: datetime | None = None) -> Measured:
    """The last 90 days and the newest state of each part. Two queries."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    first = today - timedelta(days=SHOWN_DAYS - 1)
    length = ExpressionWrapper(F("ended_at") - F("began_at"), output_field=DurationField())
    rows = (
        PartSpan.objects.filter(day__gte=first, part__in=public_parts.PARTS)
        .values("part", "day", "state")
        .annotate(length=Sum(length), first=Min("began_at"), last=Max("ended_at"))
        .order_by()
    )
    days = {
        part: {first + timedelta(days=n): Day(first + timedelta(days=n)) for n in range(SHOWN_DAYS)}
        for part in public_parts.PARTS
    }
    begun: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for row in rows:
        part = row["part"]
        days[part][row["day"]].spent[PartState(row["state"])] += row["length"]
        begun[part] = min(begun.get(part, row["first"]), row["first"])
        last[part] = max(last.get(part, row["last"]), row["last"])
    for part, of_days in days.items():
        if part in begun:
            # What lies between the last measuring and now counts as unmeasured once the next one is late.
            until = now if now - last[part] > GAP else last[part]
            for day in of_days.values():
                _count_unmeasured(day, begun[part], until)
    states = _newest_states(since=today - _DAY) if last else {}
    histories = {part: History(list(of_days.values())) for part, of_days in days.items()}
    return Measured(histories, states, min(last.values(), default=None))


def _count_unmeasured(day: Day, begun: datetime, until: datetime) -> None:
    elapsed = min(_begin_of(day.day + _DAY), until) - max(_begin_of(day.day), begun)
    day.unmeasured = max(timedelta(), elapsed - sum(day.spent.values(), timedelta()))


def _newest_states(*, since: date) -> dict[str, PartState]:
    newest = PartSpan.objects.filter(day__gte=since).order_by("part", "-ended_at", "-pk").distinct("part")
    return {part: PartState(state) for part, state in newest.values_list("part", "state")}
