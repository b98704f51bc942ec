"""A seller's figures, as they are shown."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef

from marketplace.accounts.models import User, UserVerification, VerificationKind, VerificationStatus
from marketplace.core import clock
from marketplace.core.ratings import shown_rating
from marketplace.reviews.badges import Badge, BadgeFacts, badge_rules, badges_of, rule_text
from marketplace.reviews.earnings import EarningsBand, earnings_band
from marketplace.reviews.models import Reputation

IDENTITY = (VerificationKind.REAL_NAME, VerificationKind.COMPANY)


@dataclass(frozen=True)
class ShownBadge:
    """A badge and its rule, in words."""

    badge: Badge
    label: str
    rule: str


@dataclass(frozen=True)
class SellerReputation:
    """A seller's figures as they are shown; None is what there is nothing to say about yet. The income is only a band."""

    rating: Decimal | None = None
    rating_count: int = 0
    orders_completed: int = 0
    on_time_percent: int | None = None
    completion_percent: int | None = None
    response_percent: int | None = None
    response_minutes: int | None = None
    repeat_buyer_percent: int | None = None
    earnings_band: EarningsBand | None = None
    badges: tuple[ShownBadge, ...] = ()


def seller_reputation(user: User) -> SellerReputation:
    """The figures of a seller. One query."""
    return seller_reputations([user.pk])[user.pk]


def seller_reputations(user_ids: Collection[int]) -> dict[int, SellerReputation]:
    """The figures of several sellers by their keys. One query."""
    checked = UserVerification.objects.filter(
        user=OuterRef("pk"), kind__in=IDENTITY, status=VerificationStatus.APPROVED
    )
    rows = Reputation.objects.filter(user_id__in=user_ids).annotate(
        is_verified=Exists(checked), seller_since=F("user__profile__seller_since")
    )
    found = {row.user_id: _shown(row) for row in rows}
    return {user_id: found.get(user_id, SellerReputation()) for user_id in user_ids}


def _shown(row: Reputation) -> SellerReputation:
    return SellerReputation(
        rating=shown_rating(row.rating_sum, row.rating_count),
        rating_count=row.rating_count,
        orders_completed=row.orders_completed,
        on_time_percent=row.on_time_percent,
        completion_percent=row.completion_percent,
        response_percent=row.response_percent,
        response_minutes=row.response_minutes,
        repeat_buyer_percent=row.repeat_buyer_percent,
        earnings_band=earnings_band(row.earned_fen),
        badges=tuple(_badges(row)),
    )


def _badges(row: Reputation) -> list[ShownBadge]:
    rules = badge_rules()
    facts = BadgeFacts(**{name: getattr(row, name) for name in BadgeFacts.__dataclass_fields__})
    return [
        ShownBadge(badge, str(badge.label), rule_text(badge, rules))
        for badge in badges_of(facts, rules, now=clock.now())
    ]
