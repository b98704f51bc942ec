"""Who a seller's score is compared with: sellers whose orders in the same top category have a middle price of the same band."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from marketplace.core.aggregates import Median
from marketplace.core.forgiving import forgiving_cache
from marketplace.gigs.models import GigCategory
from marketplace.orders.models import Order, OrderKind
from marketplace.reviews.models import Reputation
from marketplace.reviews.score import ended_condition, scored_since
from marketplace.reviews.score_formula import BAND_EDGES_FEN, band_of

# Fewer say nothing about where somebody stands, and would say too much about each.
FEWEST_PEERS = 5
# The group moves slowly, and counting it reads all orders of a category.
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class PeerGroup:
    """Other sellers with a score in the same top category and price band; `below_percent` None with fewer than five."""

    category: GigCategory
    band: int
    size: int
    below_percent: int | None

    @property
    def from_fen(self) -> int | None:
        """The lowest price of the band; None without a bound."""
        return BAND_EDGES_FEN[self.band - 1] if self.band else None

    @property
    def to_fen(self) -> int | None:
        """The price at which the next band begins; None without a bound."""
        return BAND_EDGES_FEN[self.band] if self.band < len(BAND_EDGES_FEN) else None


def peer_group_of(user_id: int, score_tenths: int | None) -> PeerGroup | None:
    """The peer group of a seller with this score; None before the first order that counts.

    Their top category is the one with most of their orders.
    """
    top = Coalesce("gig__category__parent_id", "gig__category_id")
    most = (
        _counted()
        .filter(seller_id=user_id, gig__isnull=False)
        .annotate(top=top)
        .values("top")
        .annotate(orders=Count("pk"), price=Median(F("total_fen") + F("discount_fen")))
        .order_by("-orders", "top")
        .first()
    )
    category = GigCategory.objects.filter(pk=most["top"]).first() if most else None
    if most is None or category is None:
        return None
    band = band_of(most["price"])
    others = [score for peer_id, score in _scores_in(category.pk, band) if peer_id != user_id]
    below_percent = None
    if len(others) >= FEWEST_PEERS and score_tenths is not None:
        below_percent = 100 * sum(score < score_tenths for score in others) // len(others)
    return PeerGroup(category, band, len(others), below_percent)


def _counted() -> QuerySet[Order]:
    return Order.objects.filter(ended_condition(scored_since())).exclude(kind=OrderKind.SUPPLEMENT)


def _scores_in(category_id: int, band: int) -> list[tuple[int, int]]:
    """Seller and score, of a category and a band; an hour old at most."""
    key = f"peers:{category_id}:{band}"
    found: list[tuple[int, int]] | None = forgiving_cache.get(key)
    if found is None:
        prices = (
            _counted()
            .filter(Q(gig__category=category_id) | Q(gig__category__parent=category_id))
            .values("seller_id")
            .annotate(price=Median(F("total_fen") + F("discount_fen")))
            .order_by("seller_id")
        )
        peers = [row["seller_id"] for row in prices if band_of(row["price"]) == band]
        scores = Reputation.objects.filter(user_id__in=peers, score_tenths__isnull=False)
        found = [(row.user_id, row.score_tenths or 0) for row in scores.order_by("user_id")]
        forgiving_cache.set(key, found, KEPT_SECONDS)
    return found
