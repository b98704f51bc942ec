"""Where few gigs fit: others of the category that the query is about, shown below and marked as such."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from marketplace.discovery.engines.base import Candidate, SearchRequest
from marketplace.discovery.scorer import Score, rating_and_orders
from marketplace.gigs.models import Gig

# A page that is fuller needs no help; a category with a smaller share of the best is a guess.
ENOUGH, LEADING_SHARE = 24, 0.4
# The newest of the category are looked at, whatever its size.
LOOKED_AT = 300


def same_category(
    scores: Sequence[Score],
    candidates: Mapping[int, Candidate],
    request: SearchRequest,
    *,
    shown: Sequence[int],
    now: datetime,
) -> tuple[int, ...]:
    """Gigs of the leading subcategory within price and time, the best first, as many as fill the first page."""
    if not scores or len(shown) >= ENOUGH or request.page != 1 or request.sort != "relevance" or request.attributes:
        return ()
    leading = max(scores, key=lambda score: score.category_share)
    if not request.query or leading.category_share < LEADING_SHARE:
        return ()
    gigs = Gig.objects.listed().filter(category__slug=candidates[leading.gig_id].subcategory_slug)
    if request.category_slug and request.category_slug != candidates[leading.gig_id].subcategory_slug:
        gigs = gigs.filter(category__parent__slug=request.category_slug)
    if request.price_min_fen is not None:
        gigs = gigs.filter(stats__price_from_fen__gte=request.price_min_fen)
    if request.price_max_fen is not None:
        gigs = gigs.filter(stats__price_from_fen__lte=request.price_max_fen)
    if request.max_days is not None:
        gigs = gigs.filter(stats__delivery_days_from__lte=request.max_days)
    if request.levels:
        gigs = gigs.filter(seller__profile__level__in=request.levels)
    if request.min_rating is not None:
        return ()
    rows = gigs.order_by("-pk").values_list("pk", "stats__orders_completed", "stats__rating_sum", "stats__rating_count")
    known = set(shown)
    found = [row for row in rows[:LOOKED_AT] if row[0] not in known]
    found.sort(key=lambda row: (-rating_and_orders(*row[1:]), row[0]))
    return tuple(row[0] for row in found[: ENOUGH - len(shown)])
