"""When a seller works, and when they are away."""

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts.errors import ProfileError, ProfileErrorCode
from marketplace.accounts.models import UserProfile
from marketplace.core import clock
from marketplace.notifications import catalogue
from marketplace.notifications.services import notify, recipient_language

# Product decision: who stays away longer pauses their services instead.
LONGEST_AWAY_DAYS = 180
# The columns of an absence, as they are when there is none.
_ABSENCE: dict[str, Any] = {"away_from": None, "away_until": None, "away_takes_orders": False, "away_message": ""}


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


def go_away(
    *,
    profile: UserProfile,
    until: date | None,
    begins: date | None = None,
    takes_orders: bool = False,
    message: str = "",
) -> UserProfile:
    """Be away from the day `begins` (none: today) to before the day `until` (none: until `come_back`), days of China's.

    Meanwhile orders are refused and the services are left out of lists; with `takes_orders` they stay, and buyers are told.
    Running orders and messages go on. Every column is written at once, so of two requests one counts as a whole.
    Raises ProfileError BEGINNING_OUT_OF_RANGE or RETURN_OUT_OF_RANGE.
    """
    today = timezone.localdate(clock.now())
    first = begins or today
    last = first + timedelta(days=LONGEST_AWAY_DAYS)
    if not today <= first <= today + timedelta(days=LONGEST_AWAY_DAYS):
        raise ProfileError(ProfileErrorCode.BEGINNING_OUT_OF_RANGE, days=LONGEST_AWAY_DAYS)
    if until is not None and not first < until <= last:
        raise ProfileError(ProfileErrorCode.RETURN_OUT_OF_RANGE, last=date_format(last, "DATE_FORMAT"))
    profile.away_from, profile.away_until = first, until
    profile.away_takes_orders, profile.away_message = takes_orders, message.strip()
    profile.save(update_fields=[*_ABSENCE, "updated_at"])
    return profile


def come_back(*, profile: UserProfile) -> UserProfile:
    """Take orders again, today. Safe to call twice."""
    for name, value in _ABSENCE.items():
        setattr(profile, name, value)
    profile.save(update_fields=[*_ABSENCE, "updated_at"])
    return profile


@transaction.atomic
def end_absence(*, profile_id: int) -> bool:
    """After the last day of an absence: forget it, and tell the person that they can be booked again. Safe to call twice.

    One UPDATE with the condition in it: of two jobs at once, and of a job and somebody who goes away anew, one is right.
    """
    today = timezone.localdate(clock.now())
    over = UserProfile.objects.filter(pk=profile_id, away_until__lte=today)
    if not over.update(**_ABSENCE, updated_at=clock.now()):
        return False
    person = UserProfile.objects.values_list("user_id", flat=True).get(pk=profile_id)
    with recipient_language():
        notify(
            recipient_id=person,
            notice=catalogue.people.ABSENCE_OVER,
            url=reverse("accounts:availability"),
        )
    return True
