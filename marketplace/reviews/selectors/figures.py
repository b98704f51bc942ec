"""A seller's figures, as they are shown."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from marketplace.accounts.models import User
from marketplace.core.ratings import shown_rating
from marketplace.reviews.models import Reputation


@dataclass(frozen=True)
class SellerReputation:
    """A seller's figures as they are shown; None is what there is nothing to say about yet."""

    rating: Decimal | None = None
    rating_count: int = 0
    orders_completed: int = 0
    on_time_percent: int | None = None
    response_minutes: int | None = None
    repeat_buyer_percent: int | None = None


def seller_reputation(user: User) -> SellerReputation:
    """The figures of a seller. One query."""
    return seller_reputations([user.pk])[user.pk]


def seller_reputations(user_ids: Collection[int]) -> dict[int, SellerReputation]:
    """The figures of several sellers by their keys. One query."""
    found = {row.user_id: _shown(row) for row in Reputation.objects.filter(user_id__in=user_ids)}
    return {user_id: found.get(user_id, SellerReputation()) for user_id in user_ids}


def _shown(row: Reputation) -> SellerReputation:
    return SellerReputation(
        rating=shown_rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
        orders_completed=row.orders_completed,
        on_time_percent=row.on_time_percent,
        response_minutes=row.response_minutes,
        repeat_buyer_percent=row.repeat_buyer_percent,
    )
