"""All that people are told, by subject. Rooms name an entry: `notify(notice=orders.DELIVERED, …)`."""

from marketplace.notifications.catalogue import (
    appeals,
    disputes,
    gigs,
    integrity,
    levels,
    moderation,
    money,
    offers,
    orders,
    people,
    rules,
    searches,
    staff,
    talk,
)
from marketplace.notifications.catalogue.base import Notice, Who, all_notices, notice_of

__all__ = [
    "Notice",
    "Who",
    "all_notices",
    "appeals",
    "disputes",
    "gigs",
    "integrity",
    "levels",
    "moderation",
    "money",
    "notice_of",
    "offers",
    "orders",
    "people",
    "rules",
    "searches",
    "staff",
    "talk",
]
