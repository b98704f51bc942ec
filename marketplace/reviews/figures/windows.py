"""From when on something counts. Each time begins with a day in China, so that a day has one answer."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config


@dataclass(frozen=True)
class Windows:
    """The beginnings of the moving times on one day, all at midnight in China."""

    today: date
    today_from: datetime
    ratings_from: datetime
    orders_from: datetime
    contacts_from: datetime
    answer_within: timedelta


def windows_now() -> Windows:
    """The moving times of today, by the platform's clock and settings."""
    today = timezone.localdate(clock.now())
    return Windows(
        today=today,
        today_from=_begins(today),
        ratings_from=_begins(years_before(today, get_config("reviews.rating_years"))),
        orders_from=_begins(today - timedelta(days=get_config("reputation.orders_days"))),
        contacts_from=_begins(today - timedelta(days=get_config("reputation.contacts_days"))),
        answer_within=timedelta(hours=get_config("reputation.answer_hours")),
    )


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; of 29 February the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
