"""How moderators decide, by month, for everybody to read. Counted, never estimated; small numbers are not told.

A month is a calendar month in China. A figure below FEWEST is not published, and where only one of a table would be left out, the
next smallest goes too: it could be worked out from the sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.forgiving import forgiving_cache
from marketplace.moderation.models import (
    AppealStatus,
    DecisionAppeal,
    DecisionCheck,
    DecisionReason,
    Effect,
    ModerationDecision,
    QueueKind,
)
from marketplace.moderation.quality.workload import Median

FEWEST = 5
MONTHS = 12
SANCTIONS_SHOWN = 200
_SECONDS = 3600
_KEY = "moderation:statistics:1"  # counted up when the fields change: an older release's would be read


@dataclass(frozen=True)
class Share:
    """One line of a table. `number` is None where it is too small to be told."""

    code: str
    number: int | None
    percent: int | None


@dataclass(frozen=True)
class Sanction:
    """One measure against somebody, without the name (电子商务法 §36). `reason` is the code of a DecisionReason.

    What the tables leave out for its small number is empty here too: lines can be counted.
    """

    day: date
    kind: str
    effect: str
    reason: str
    is_undone: bool


@dataclass(frozen=True)
class MonthFigures:
    """A month of decisions. Figures are None where they are too small to be told."""

    month: date
    decided: int | None
    kinds: list[Share]
    effects: list[Share]
    reasons: list[Share]
    in_time_percent: int | None
    median_hours: int | None
    appeals: int | None
    appeals_answered: int | None
    upheld_percent: int | None
    checked: int | None
    agreed_percent: int | None
    sanctions: list[Sanction]

    @property
    def key(self) -> str:
        """As the address has it: 2026-10."""
        return f"{self.month:%Y-%m}"


def months() -> list[date]:
    """The first days of the months that something was decided in, the newest first, a year of them at most."""
    this = _this_month()
    # A look at the index for each, where counting would read a year of decisions.
    return [month for month in (_back(this, number) for number in range(MONTHS)) if _decided_in(month).exists()]


def figures_of(month: date) -> MonthFigures:
    """The figures of the month that begins on this day, an hour old at most."""
    return cast(MonthFigures, forgiving_cache.get_or_set(f"{_KEY}:{month:%Y-%m}", lambda: _count(month), _SECONDS))


def lines(chosen: Iterable[MonthFigures]) -> Iterator[tuple[str, str, str, int | None]]:
    """All figures as a table: month, figure, item, number. A number that is too small is None."""
    for figures in chosen:
        yield figures.key, "decisions", "all", figures.decided
        for name, shares in (("kind", figures.kinds), ("effect", figures.effects), ("reason", figures.reasons)):
            for share in shares:
                yield figures.key, name, share.code, share.number
        yield figures.key, "within_deadline_percent", "", figures.in_time_percent
        yield figures.key, "median_hours", "", figures.median_hours
        yield figures.key, "appeals", "made", figures.appeals
        yield figures.key, "appeals", "answered", figures.appeals_answered
        yield figures.key, "appeals_upheld_percent", "", figures.upheld_percent
        yield figures.key, "checks", "done", figures.checked
        yield figures.key, "checks_agreed_percent", "", figures.agreed_percent


def told(number: int) -> int | None:
    """A number as it is published: nothing, or enough."""
    return number if number == 0 or number >= FEWEST else None


def shares(numbers: Mapping[str, int]) -> list[Share]:
    """The lines of a table whose sum is published, the largest first, without giving small ones away."""
    total = sum(numbers.values())
    kept = sorted(((code, number) for code, number in numbers.items() if number), key=lambda line: (-line[1], line[0]))
    hidden = {code for code, number in kept if number < FEWEST}
    # What is hidden must not be the difference of the sum and the rest: it is to be two lines, and enough together.
    for code, _number in reversed(kept):
        together = sum(number for key, number in kept if key in hidden)
        if not hidden or (len(hidden) > 1 and together >= FEWEST):
            break
        hidden.add(code)
    return [
        Share(code, None, None) if code in hidden else Share(code, number, 100 * number // total)
        for code, number in kept
    ]


def _count(month: date) -> MonthFigures:
    rows = _decided_in(month)
    since = Coalesce("case__waiting_since", "case__created_at")
    took = ExpressionWrapper(F("decided_at") - since, output_field=DurationField())
    whole = rows.aggregate(
        decided=Count("pk"),
        in_time=Count("pk", filter=Q(decided_at__lte=F("case__due_at"))),
        median=Median(took, output_field=DurationField()),
    )
    decided: int = whole["decided"]
    is_enough = decided >= FEWEST
    appeals = DecisionAppeal.objects.filter(decision__in=rows).aggregate(
        made=Count("pk"),
        answered=Count("pk", filter=~Q(status=AppealStatus.OPEN)),
        upheld=Count("pk", filter=Q(status=AppealStatus.UPHELD)),
    )
    checks = DecisionCheck.objects.filter(decision__in=rows, checked_at__isnull=False).aggregate(
        done=Count("pk"), agreed=Count("pk", filter=Q(agrees=True))
    )
    kinds, effects = _shares_of(rows, "kind", is_enough), _shares_of(rows, "effect", is_enough)
    reasons = _shares_of(rows.exclude(reason=None), "reason__code", is_enough)
    return MonthFigures(
        month=month,
        decided=told(decided),
        kinds=kinds,
        effects=effects,
        reasons=reasons,
        in_time_percent=_percent(whole["in_time"], decided),
        median_hours=max(1, -(-int(whole["median"].total_seconds()) // 3600)) if is_enough else None,
        appeals=told(appeals["made"]),
        appeals_answered=told(appeals["answered"]),
        upheld_percent=_percent(appeals["upheld"], appeals["answered"]),
        checked=told(checks["done"]),
        agreed_percent=_percent(checks["agreed"], checks["done"]),
        sanctions=_sanctions(rows, {share.code for share in (*kinds, *effects, *reasons) if share.number is not None}),
    )


def _decided_in(month: date) -> QuerySet[ModerationDecision]:
    in_month = ModerationDecision.objects.filter(decided_at__gte=_starts(month), decided_at__lt=_starts(_next(month)))
    return in_month.order_by()


def _sanctions(rows: QuerySet[ModerationDecision], codes: set[str]) -> list[Sanction]:
    """The measures, the newest first. `codes` are those that the tables tell."""

    def shown(code: str | None) -> str:
        return code if code and code in codes else ""

    found = rows.exclude(effect=Effect.NOTHING).exclude(person=None).order_by("-decided_at", "-pk")
    columns = ("decided_at", "kind", "effect", "reason__code", "overturned_at")
    return [
        Sanction(timezone.localdate(at), shown(kind), shown(effect), shown(reason), undone is not None)
        for at, kind, effect, reason, undone in found.values_list(*columns)[:SANCTIONS_SHOWN]
    ]


def _shares_of(rows: QuerySet[Any], column: str, is_enough: bool) -> list[Share]:
    """Of a month with enough decisions; reasons alone may be fewer."""
    numbers = {row[column]: row["number"] for row in rows.values(column).annotate(number=Count("pk"))}
    return shares(numbers) if is_enough else []


def _percent(part: int, of: int) -> int | None:
    return 100 * part // of if of >= FEWEST else None


def labels_of(chosen: Iterable[MonthFigures]) -> dict[str, str]:
    """What codes are called in the language of the page: kinds, effects, and the reasons that occur."""
    codes = {share.code for figures in chosen for share in figures.reasons}
    codes |= {sanction.reason for figures in chosen for sanction in figures.sanctions}
    labels = {str(value): str(label) for value, label in (*QueueKind.choices, *Effect.choices)}
    for reason in DecisionReason.objects.filter(code__in=codes):
        labels[reason.code] = f"{reason.localized_label}（{reason.law}）" if reason.law else reason.localized_label
    return labels


def _this_month() -> date:
    return timezone.localdate(clock.now()).replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _back(month: date, number: int) -> date:
    for _step in range(number):
        month = (month - timedelta(days=1)).replace(day=1)
    return month


def _starts(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
