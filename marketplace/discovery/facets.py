"""Counts beside the filters: each filter counts with all the others in force, and without itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from marketplace.accounts.models import SellerLevelChoice
from marketplace.discovery.engines.base import FacetCount, FacetRow, SearchRequest

# Upper bounds in yuan; they are wide at the top, where prices are.
PRICE_BANDS_YUAN = (100, 300, 500, 1000, 2000, 5000, 10_000)
DAY_CHOICES = (1, 3, 7, 15, 30)
RATING_CHOICES = (4.8, 4.5, 4.0)
CATEGORY_LIMIT = 8


def passes(row: FacetRow, request: SearchRequest) -> bool:
    """Whether a row is within the filters of the request."""
    return (
        (not request.category_slug or request.category_slug in (row.category_slug, row.subcategory_slug))
        and (request.price_min_fen is None or row.price_fen >= request.price_min_fen)
        and (request.price_max_fen is None or row.price_fen <= request.price_max_fen)
        and (request.max_days is None or row.delivery_days <= request.max_days)
        and (not request.levels or row.level in request.levels)
        and (request.min_rating is None or row.rating >= request.min_rating)
    )


def facet_counts(rows: Sequence[FacetRow], request: SearchRequest) -> dict[str, tuple[FacetCount, ...]]:
    """The counts of every filter."""

    def among(**without: Any) -> list[FacetRow]:
        relaxed = replace(request, **without)
        return [row for row in rows if passes(row, relaxed)]

    by_category = among(category_slug="")
    totals: dict[str, int] = {}
    for row in by_category:
        totals[row.subcategory_slug] = totals.get(row.subcategory_slug, 0) + 1
    ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:CATEGORY_LIMIT]
    categories = [FacetCount(slug, count, slug == request.category_slug) for slug, count in ranked]
    if request.category_slug and not any(item.is_chosen for item in categories):
        own = sum(request.category_slug in (row.category_slug, row.subcategory_slug) for row in by_category)
        categories.insert(0, FacetCount(request.category_slug, own, True))
    bounds = [bound * 100 for bound in PRICE_BANDS_YUAN]
    return {
        "category": tuple(categories),
        "price": tuple(
            FacetCount(
                f"{low}-{high or ''}", sum(low <= row.price_fen < (high or row.price_fen + 1) for row in in_price)
            )
            for in_price in [among(price_min_fen=None, price_max_fen=None)]
            for low, high in zip([0, *bounds], [*bounds, None], strict=True)
        ),
        "days": tuple(
            FacetCount(str(days), sum(row.delivery_days <= days for row in in_time), request.max_days == days)
            for in_time in [among(max_days=None)]
            for days in DAY_CHOICES
        ),
        "level": tuple(
            FacetCount(level, sum(row.level == level for row in of_level), level in request.levels)
            for of_level in [among(levels=())]
            for level in reversed(SellerLevelChoice.values)
        ),
        "rating": tuple(
            FacetCount(str(floor), sum(row.rating >= floor for row in rated), request.min_rating == floor)
            for rated in [among(min_rating=None)]
            for floor in RATING_CHOICES
        ),
    }


def middle_half_fen(rows: Sequence[FacetRow]) -> tuple[int, int] | None:
    """The prices between which half of the results lie; None for fewer than eight."""
    prices = sorted(row.price_fen for row in rows)
    if len(prices) < 8:
        return None
    return prices[len(prices) // 4], prices[3 * len(prices) // 4]
