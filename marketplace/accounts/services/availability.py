"""When a seller works, and when they are away."""

from collections.abc import Iterable
from datetime import date, time, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import UserProfile
from marketplace.core import clock

# Product decision: who stays away longer pauses their services instead.
LONGEST_AWAY_DAYS = 180


def set_working_hours(
    *, profile: UserProfile, days: Iterable[int], work_from: time | None, work_until: time | None
) -> UserProfile:
    """Say on which days (1 is Monday) and from when until when, in China's time, the person works; no days: not said.

    Raises ProfileError HOURS_INCOMPLETE.
    """
    chosen = sorted({day for day in days if 1 <= day <= 7})
    if chosen and (work_from is None or work_until is None or work_from == work_until):
        raise ProfileError(ProfileErrorCode.HOURS_INCOMPLETE)
    profile.work_days = chosen
    profile.work_from, profile.work_until = (work_from, work_until) if chosen else (None, None)
    profile.save(update_fields=["work_days", "work_from", "work_until", "updated_at"])
    return profile


def go_away(*, profile: UserProfile, until: date, message: str = "") -> UserProfile:
    """Take no new orders before the day `until` (China's); running orders and messages go on.

    Raises ProfileError RETURN_OUT_OF_RANGE.
    """
    today = timezone.localdate(clock.now())
    last = today + timedelta(days=LONGEST_AWAY_DAYS)
    if not today < until <= last:
        raise ProfileError(ProfileErrorCode.RETURN_OUT_OF_RANGE, last=date_format(last, "Y-m-d"))
    profile.away_until, profile.away_message = until, message.strip()
    profile.save(update_fields=["away_until", "away_message", "updated_at"])
    return profile


def come_back(*, profile: UserProfile) -> UserProfile:
    """Take orders again, today. Safe to call twice."""
    profile.away_until, profile.away_message = None, ""
    profile.save(update_fields=["away_until", "away_message", "updated_at"])
    return profile
