"""Time as a desk counts it that opens and closes, in the time zone of the platform (China has one, without summer time).

Public holidays and the working weekends that make up for them (国务院办公厅's notice of each November) are not known here: they
count as the day of the week that they are. Knowing them takes a package that is released anew every year, and a deadline that
nothing but a colour and a sentence hangs on is not worth one that raises on the first day of a year it has not heard of.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

_SATURDAY = 5


@dataclass(frozen=True)
class OpeningHours:
    """From when to when a desk is there, in whole hours of the day. Hours that leave no time stand for day and night."""

    opens: int
    closes: int
    works_weekends: bool = False

    @property
    def is_always_open(self) -> bool:
        """Whether hours simply pass."""
        return self.opens >= self.closes

    def on(self, day: date) -> tuple[datetime, datetime]:
        """Opening and closing of one day, both midnight when it is closed."""
        midnight = timezone.make_aware(datetime.combine(day, time.min))
        if day.weekday() >= _SATURDAY and not self.works_weekends:
            return midnight, midnight
        return midnight + timedelta(hours=self.opens), midnight + timedelta(hours=self.closes)


def after_working_time(moment: datetime, length: timedelta, hours: OpeningHours) -> datetime:
    """When `length` of opening time has passed since `moment`: four hours after Friday 17:00 are Monday 12:00 at nine to six."""
    if hours.is_always_open or length <= timedelta():
        return moment + length
    day, left = timezone.localdate(moment), length
    while True:
        opens, closes = hours.on(day)
        starts = max(opens, moment)
        if closes - starts >= left:
            return starts + left
        left -= max(closes - starts, timedelta())
        day += timedelta(days=1)
