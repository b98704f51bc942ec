"""Which days a board shows, as the address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.insights.figures import Grain, Span, add_months

LAST_DAYS = (7, 28, 90)
DEFAULT = "28"
_DAYS_BY_DAY, _DAYS_BY_WEEK = 45, 200
# Ten years: no board asks for endless days.
_LONGEST = 3660


@dataclass(frozen=True)
class Period:
    """The days, how they are put together, and which choice they are."""

    span: Span
    grain: Grain
    choice: str
    query: str
    # The address asked for days that cannot be shown: these are others.
    was_refused: bool = False

    @property
    def includes_today(self) -> bool:
        return self.span.last >= timezone.localdate(clock.now())


def period_of(chosen: Mapping[str, str]) -> Period:
    """The period of an address; what cannot be read is the last four weeks.

    `period`: 7, 28, 90, month, year, own (with `first` and `last`); `grain`: day, week, month.
    """
    today = timezone.localdate(clock.now())
    choice = chosen.get("period", DEFAULT)
    span = _span(choice, chosen, today)
    was_refused = span is None
    if span is None:
        choice = DEFAULT
        span = Span(today - timedelta(days=int(DEFAULT)), today - timedelta(days=1))
    grain = chosen.get("grain", "")
    fitting = Grain(grain) if grain in set(Grain) else _fitting(span)
    query = f"period={choice}"
    if choice == "own":
        query += f"&first={span.first.isoformat()}&last={span.last.isoformat()}"
    if grain in set(Grain):
        query += f"&grain={grain}"
    return Period(span, fitting, choice, query, was_refused)


def choices() -> list[tuple[str, str]]:
    """What the picker offers; one's own days have fields beside it."""
    return [
        *((str(days), _("%(number)s days") % {"number": days}) for days in LAST_DAYS),
        ("month", _("This month")),
        ("last_month", _("Last month")),
        ("year", _("Twelve months")),
    ]


def _span(choice: str, chosen: Mapping[str, str], today: date) -> Span | None:
    if choice in {str(days) for days in LAST_DAYS}:
        return Span(today - timedelta(days=int(choice)), today - timedelta(days=1))
    match choice:
        case "month":
            return Span(today.replace(day=1), today)
        case "last_month":
            return Span(add_months(today, -1), today.replace(day=1) - timedelta(days=1))
        case "year":
            return Span(add_months(today, -11), today)
        case "own":
            return _own(chosen, today)
    return None


def _own(chosen: Mapping[str, str], today: date) -> Span | None:
    try:
        first, last = (date.fromisoformat(chosen.get(name, "")) for name in ("first", "last"))
    except ValueError:
        return None
    last = min(last, today)
    return Span(first, last) if first <= last and (last - first).days < _LONGEST else None


def _fitting(span: Span) -> Grain:
    if span.days <= _DAYS_BY_DAY:
        return Grain.DAY
    return Grain.WEEK if span.days <= _DAYS_BY_WEEK else Grain.MONTH
