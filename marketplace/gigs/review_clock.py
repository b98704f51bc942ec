"""Until when a submitted gig is to be read: `gigs.review_hours` of the reviewers' opening hours."""

from datetime import datetime, timedelta

from marketplace.core.config import get_config
from marketplace.core.working_hours import OpeningHours, after_working_time


def review_due(submitted_at: datetime) -> datetime:
    """The deadline of a review: exact for moderators, and what the seller is told to expect."""
    return after_working_time(submitted_at, _length(), _hours())


def half_time(submitted_at: datetime) -> datetime:
    """When half of the time is over, and the line in the queue turns gold."""
    return after_working_time(submitted_at, _length() / 2, _hours())


def _length() -> timedelta:
    return timedelta(hours=get_config("gigs.review_hours"))


def _hours() -> OpeningHours:
    return OpeningHours(
        opens=get_config("gigs.desk_opens_hour"),
        closes=get_config("gigs.desk_closes_hour"),
        works_weekends=bool(get_config("gigs.desk_works_weekends")),
    )
