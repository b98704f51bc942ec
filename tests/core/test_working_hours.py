"""Opening time of a desk, in China's time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from marketplace.core.working_hours import OpeningHours, after_working_time

SHANGHAI = ZoneInfo("Asia/Shanghai")
DESK = OpeningHours(opens=9, closes=18)


def at(text: str) -> datetime:
    """A moment in March 2026; the 6th is a Friday."""
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begins", "hours", "ends"),
    [
        ("05 10:00", 4, "05 14:00"),
        ("05 14:00", 4, "05 18:00"),  # to the last minute
        ("05 16:30", 4, "06 11:30"),  # over the night
        ("05 23:10", 4, "06 13:00"),  # sent in the night
        ("06 03:00", 4, "06 13:00"),
        ("06 17:00", 4, "09 12:00"),  # over the weekend
        ("07 11:00", 4, "09 13:00"),
        ("06 17:00", 20, "11 10:00"),  # days long
        ("05 10:00", 0, "05 10:00"),
    ],
)
def test_time_passes_only_while_the_desk_is_open(begins, hours, ends):
    assert after_working_time(at(begins), timedelta(hours=hours), DESK) == at(ends)


def test_a_desk_that_works_weekends_and_one_that_never_closes():
    friday = at("06 17:00")
    assert after_working_time(friday, timedelta(hours=4), OpeningHours(9, 18, works_weekends=True)) == at("07 12:00")
    assert after_working_time(friday, timedelta(hours=9), OpeningHours(0, 0)) == at("07 02:00")
    assert after_working_time(friday, timedelta(hours=9), OpeningHours(0, 24)) == at("09 02:00")


def test_later_is_never_due_earlier():
    """The queue is sorted by the moment of the submission, and reads as sorted by deadline."""
    moments = [at("05 00:00") + timedelta(minutes=37 * step) for step in range(400)]
    due = [after_working_time(moment, timedelta(hours=4), DESK) for moment in moments]
    assert due == sorted(due)
