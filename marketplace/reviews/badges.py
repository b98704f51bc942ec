"""Marks beside a seller's name that say in a word what the figures say in numbers. Pure: each is one rule over the figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from marketplace.core.config import get_config
from marketplace.core.ratings import bayesian_rating


class Badge(models.TextChoices):
    VERIFIED = "verified", pgettext_lazy("badge", "Verified")
    FAST = "fast", pgettext_lazy("badge", "Answers fast")
    ON_TIME = "on_time", pgettext_lazy("badge", "On time")
    REPEAT = "repeat", pgettext_lazy("badge", "Buyers come back")
    RISING = "rising", pgettext_lazy("badge", "Rising")


@dataclass(frozen=True)
class BadgeFacts:
    """What the rules look at: figures of Reputation, and who the seller is. Percents are None of nothing."""

    is_verified: bool = False
    seller_since: datetime | None = None
    rating_sum: int = 0
    rating_count: int = 0
    orders_completed: int = 0
    on_time_percent: int | None = None
    on_time_of: int = 0
    repeat_buyer_percent: int | None = None
    repeat_of_buyers: int = 0
    contacts: int = 0
    response_percent: int | None = None
    response_minutes: int | None = None


_NAMES = (
    "fast_minutes", "fast_percent", "fast_contacts", "on_time_percent", "on_time_orders",
    "repeat_percent", "repeat_buyers", "rising_days", "rising_orders", "rising_rating_hundredths",
)  # fmt: skip


def badge_rules() -> dict[str, int]:
    """The thresholds of the platform's settings, without `badges.` before their names."""
    return {name: get_config(f"badges.{name}") for name in _NAMES}


def badges_of(facts: BadgeFacts, rules: Mapping[str, int], *, now: datetime) -> list[Badge]:
    """The badges that somebody with these figures bears at `now`, in the order in which they are shown."""
    is_fast = (
        facts.response_minutes is not None
        and facts.response_minutes <= rules["fast_minutes"]
        and (facts.response_percent or 0) >= rules["fast_percent"]
        and facts.contacts >= rules["fast_contacts"]
    )
    is_rising = (
        facts.seller_since is not None
        and now - facts.seller_since <= timedelta(days=rules["rising_days"])
        and facts.orders_completed >= rules["rising_orders"]
        and facts.rating_count > 0
        and round(100 * bayesian_rating(facts.rating_sum, facts.rating_count)) >= rules["rising_rating_hundredths"]
    )
    borne = {
        Badge.VERIFIED: facts.is_verified,
        Badge.FAST: is_fast,
        Badge.ON_TIME: (facts.on_time_percent or 0) >= rules["on_time_percent"]
        and facts.on_time_of >= rules["on_time_orders"],
        Badge.REPEAT: (facts.repeat_buyer_percent or 0) >= rules["repeat_percent"]
        and facts.repeat_of_buyers >= rules["repeat_buyers"],
        Badge.RISING: is_rising,
    }
    return [badge for badge in Badge if borne[badge]]


def rule_text(badge: Badge, rules: Mapping[str, int]) -> str:
    """The rule of a badge in a sentence for everybody."""
    if badge == Badge.VERIFIED:
        return _("Jiangji has checked who this is: the identity papers of the person or the company.")
    if badge == Badge.FAST:
        return _(
            "Answered at least %(percent)s%% of at least %(contacts)s new contacts in time lately, half of them within"
            " %(minutes)s minutes."
        ) % {"percent": rules["fast_percent"], "contacts": rules["fast_contacts"], "minutes": rules["fast_minutes"]}
    if badge == Badge.ON_TIME:
        return _("Delivered at least %(percent)s%% of at least %(orders)s orders on time within the last year.") % {
            "percent": rules["on_time_percent"],
            "orders": rules["on_time_orders"],
        }
    if badge == Badge.REPEAT:
        return _("At least %(percent)s%% of at least %(buyers)s buyers of the last year ordered more than once.") % {
            "percent": rules["repeat_percent"],
            "buyers": rules["repeat_buyers"],
        }
    return ngettext(
        "A seller for at most %(days)s day, with at least %(orders)s completed orders and a rating of at least %(rating)s.",
        "A seller for at most %(days)s days, with at least %(orders)s completed orders and a rating of at least %(rating)s.",
        rules["rising_days"],
    ) % {
        "days": rules["rising_days"],
        "orders": rules["rising_orders"],
        "rating": f"{rules['rising_rating_hundredths'] / 100:g}",
    }
