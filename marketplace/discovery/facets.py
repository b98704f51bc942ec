"""Counts beside the filters: each filter counts with all the others in force, and without itself."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from marketplace.accounts.models import SellerLevelChoice
from marketplace.discovery.engines.base import FacetCount, FacetRow, SearchRequest, attribute_token
from marketplace.gigs.attributes import Attribute

# Upper bounds in yuan; they are wide at the top, where prices are.
PRICE_BANDS_YUAN = (100, 300, 500, 1000, 2000, 5000, 10_000)
DAY_CHOICES = (1, 3, 7, 15, 30)
RATING_CHOICES = (4.8, 4.5, 4.0)
CATEGORY_LIMIT = 8
# A search without a category offers the attributes of the one that most of its results belong to.
DOMINANT_SHARE, DOMINANT_MINIMUM = 0.6, 5


def passes(row: FacetRow, request: SearchRequest) -> bool:
    """Whether a row is within the filters of the request."""
    return (
        (not request.category_slug or request.category_slug in (row.category_slug, row.subcategory_slug))
        and (request.price_min_fen is None or row.price_fen >= request.price_min_fen)
        and (request.price_max_fen is None or row.price_fen <= request.price_max_fen)
        and (request.max_days is None or row.delivery_days <= request.max_days)
        and (not request.levels or row.level in request.levels)
        and (request.min_rating is None or row.rating >= request.min_rating)
        and all(_says_one_of(row, key, options) for key, options in request.attributes)
    )


def _says_one_of(row: FacetRow, key: str, options: Iterable[str]) -> bool:
    return any(attribute_token(key, option) in row.attributes for option in options)


def known_attributes(request: SearchRequest, attributes: Sequence[Attribute]) -> SearchRequest:
    """The request with only those options that `attributes` have, in their order: one address for one result."""
    wanted = dict(request.attributes)
    kept = [
        (one.key, tuple(option.key for option in one.options if option.key in wanted[one.key]))
        for one in attributes
        if one.key in wanted
    ]
    return replace(request, attributes=tuple((key, options) for key, options in kept if options))


def dominant_slug(rows: Sequence[FacetRow], request: SearchRequest) -> str:
    """The category most results belong to, subcategories first; empty when there is none, or too few results.

    Attributes are left out of account: choosing one must not change what there is to choose from.
    """
    relaxed = replace(request, attributes=())
    within = [row for row in rows if passes(row, relaxed)]
    if len(within) < DOMINANT_MINIMUM:
        return ""
    for slugs in ([row.subcategory_slug for row in within], [row.category_slug for row in within]):
        slug, count = Counter(slugs).most_common(1)[0]
        if count >= DOMINANT_SHARE * len(within):
            return slug
    return ""


def attribute_facet(key: str) -> str:
    """The name of an attribute's counts among the facets: no other filter has a colon in it."""
    return f"attr:{key}"


def facet_counts(
    rows: Sequence[FacetRow], request: SearchRequest, attributes: Sequence[Attribute] = ()
) -> dict[str, tuple[FacetCount, ...]]:
    """The counts of every filter, and of `attributes`."""

    # With thousands of rows each look at all of them counts, and most filters are not set: one list for the same conditions.
    known: dict[SearchRequest, Sequence[FacetRow]] = {}

    def among(**without: Any) -> Sequence[FacetRow]:
        relaxed = replace(request, **without)
        if relaxed not in known:
            known[relaxed] = [row for row in rows if passes(row, relaxed)] if relaxed.has_filters else rows
        return known[relaxed]

    by_category = among(category_slug="")
    totals: dict[str, int] = {}
    for row in by_category:
        totals[row.subcategory_slug] = totals.get(row.subcategory_slug, 0) + 1
    # Beside a chosen category stand its subcategories, or its sisters; then what else there is most of.
    slug = request.category_slug
    near = {row.subcategory_slug for row in by_category if slug == row.category_slug}
    upper = {row.category_slug for row in by_category if slug == row.subcategory_slug}
    near |= {row.subcategory_slug for row in by_category if row.category_slug in upper}
    ranked = sorted(totals.items(), key=lambda item: (item[0] not in near, -item[1], item[0]))[:CATEGORY_LIMIT]
    categories = [FacetCount(slug, count, slug == request.category_slug) for slug, count in ranked]
    if request.category_slug and not any(item.is_chosen for item in categories):
        own = sum(request.category_slug in (row.category_slug, row.subcategory_slug) for row in by_category)
        categories.insert(0, FacetCount(request.category_slug, own, True))
    bounds = [bound * 100 for bound in PRICE_BANDS_YUAN]
    chosen = dict(request.attributes)
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
        **{
            attribute_facet(one.key): attribute_counts(
                one,
                # Most attributes have nothing chosen, and to be without itself changes nothing for them.
                among(attributes=tuple(pair for pair in request.attributes if pair[0] != one.key))
                if one.key in chosen
                else within,
                chosen.get(one.key, ()),
            )
            for within in ([among()] if attributes else [])
            for one in attributes
        },
    }


def counts_without(rows: Sequence[FacetRow], request: SearchRequest) -> dict[str, int]:
    """How many results there would be without each condition in force, by the name of its facet."""
    relaxed: dict[str, SearchRequest] = {}
    if request.category_slug:
        relaxed["category"] = replace(request, category_slug="", attributes=())  # attributes belong to a category
    if request.price_min_fen is not None or request.price_max_fen is not None:
        relaxed["price"] = replace(request, price_min_fen=None, price_max_fen=None)
    if request.max_days is not None:
        relaxed["days"] = replace(request, max_days=None)
    if request.levels:
        relaxed["level"] = replace(request, levels=())
    if request.min_rating is not None:
        relaxed["rating"] = replace(request, min_rating=None)
    for key, _options in request.attributes:
        others = tuple(pair for pair in request.attributes if pair[0] != key)
        relaxed[attribute_facet(key)] = replace(request, attributes=others)
    return {name: sum(passes(row, one) for row in rows) for name, one in relaxed.items()}


def attribute_counts(
    attribute: Attribute, rows: Iterable[FacetRow], chosen: Sequence[str] = ()
) -> tuple[FacetCount, ...]:
    """How many of `rows` say each option of the attribute, in the category's order."""
    said = Counter(token for row in rows for token in row.attributes)
    return tuple(
        FacetCount(option.key, said[attribute_token(attribute.key, option.key)], option.key in chosen)
        for option in attribute.options
    )


def middle_half_fen(rows: Sequence[FacetRow]) -> tuple[int, int] | None:
    """The prices between which half of the results lie; None for fewer than eight."""
    prices = sorted(row.price_fen for row in rows)
    if len(prices) < 8:
        return None
    return prices[len(prices) // 4], prices[3 * len(prices) // 4]
