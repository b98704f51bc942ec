"""Until when support answers: `support.answer_hours` of its opening hours (core/working_hours.py)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from marketplace.core.config import get_config, get_configs
from marketplace.core.working_hours import OpeningHours, after_working_time

_LENGTH, _SOLVES, _OPENS, _CLOSES, _WEEKENDS = (
    "support.answer_hours",
    "support.solve_hours",
    "support.opens_hour",
    "support.closes_hour",
    "support.works_weekends",
)


def answer_due(asked_at: datetime) -> datetime:
    """The deadline of an answer: exact for staff, and what the person is told to expect."""
    length, hours = _settings()
    return after_working_time(asked_at, length, hours)


def solution_due(asked_at: datetime) -> datetime:
    """Until when a question is to be solved."""
    hours = opening_hours()
    return after_working_time(asked_at, timedelta(hours=get_config(_SOLVES)), hours)


def half_times() -> Callable[[datetime], datetime]:
    """When half of the time of a question is over, and its line in the inbox turns gold. The settings are read once."""
    length, hours = _settings()
    return lambda asked_at: after_working_time(asked_at, length / 2, hours)


def opening_hours() -> OpeningHours:
    """When support is there."""
    return _settings()[1]


def _settings() -> tuple[timedelta, OpeningHours]:
    values = get_configs([_LENGTH, _OPENS, _CLOSES, _WEEKENDS])
    hours = OpeningHours(values[_OPENS], values[_CLOSES], bool(values[_WEEKENDS]))
    return timedelta(hours=values[_LENGTH]), hours
