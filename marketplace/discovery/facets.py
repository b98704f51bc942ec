"""Counts beside the filters: each filter counts with all the others in force, and without itself."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from marketplace.accounts.models import SellerLevelChoice
from marketplace.discovery.engines.base import FacetCount, Filterable, SearchRequest, attribute_token
from marketplace.gigs.attributes import Attribute

# Upper bounds in yuan; they are wide at the top, where prices are.
PRICE_BANDS_YUAN = (100, 300, 500, 1000, 2000, 5000, 10_000)
DAY_CHOICES = (1, 3, 7, 15, 30)
RATING_CHOICES = (4.8, 4.5, 4.0)
CATEGORY_LIMIT = 8
# A search without a category offers the attributes of the one that most of its results belong to.
DOMINANT_SHARE, DOMINANT_MINIMUM = 0.6, 5


def passes(row: Filterable, request: SearchRequest) -> bool:
    """Whether a row is within the filters of the request."""
    return bool(matching((row,), request))


def matching(rows: Sequence[Filterable], request: SearchRequest) -> Sequence[Filterable]:
    """Those of the rows that are within the filters of the request, in their order.

    A page looks at thousands of rows: each condition in force is one pass over what the one before it left, and what is not
    set costs nothing.
    """
    if slug := request.category_slug:
        rows = [row for row in rows if slug in (row.category_slug, row.subcategory_slug)]
    if (low := request.price_min_fen) is not None:
        rows = [row for row in rows if row.price_fen >= low]
    if (high := request.price_max_fen) is not None:
        rows = [row for row in rows if row.price_fen <= high]
    if (days := request.max_days) is not None:
        rows = [row for row in rows if row.delivery_days <= days]
    if levels := request.levels:
        rows = [row for row in rows if row.level in levels]
    if (floor := request.min_rating) is not None:
        rows = [row for row in rows if row.rating >= floor]
    for key, options in request.attributes:
        rows = [row for row in rows if _says_one_of(row, key, options)]
    return rows


def _says_one_of(row: Filterable, key: str, options: Iterable[str]) -> bool:
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


def dominant_slug(rows: Sequence[Filterable], request: SearchRequest) -> str:
    """The category most results belong to, subcategories first; empty when there is none, or too few results.

    Attributes are left out of account: choosing one must not change what there is to choose from.
    """
    relaxed = replace(request, attributes=())
    within = matching(rows, relaxed)
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
    rows: Sequence[Filterable], request: SearchRequest, attributes: Sequence[Attribute] = ()
) -> dict[str, tuple[FacetCount, ...]]:
    """The counts of every filter, and of `attributes`."""

    # With thousands of rows each look at all of them counts, and most filters are not set: one list for the same conditions.
    known: dict[SearchRequest, Sequence[Filterable]] = {}

    def among(**without: Any) -> Sequence[Filterable]:
        relaxed = replace(request, **without)
        if relaxed not in known:
            known[relaxed] = matching(rows, relaxed)
        return known[relaxed]

    by_category = among(category_slug="")
    totals = Counter(row.subcategory_slug for row in by_category)
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
    # Thousands of rows have few different values: those are counted once, and the choices are sums of them.
    prices = sorted(row.price_fen for row in among(price_min_fen=None, price_max_fen=None))
    below = [0, *(bisect_left(prices, bound) for bound in bounds), len(prices)]
    days_said = Counter(row.delivery_days for row in among(max_days=None))
    levels_said = Counter(row.level for row in among(levels=()))
    ratings_said = Counter(row.rating for row in among(min_rating=None))
    chosen = dict(request.attributes)
    return {
        "category": tuple(categories),
        "price": tuple(
            FacetCount(f"{low}-{high or ''}", end - start)
            for low, high, start, end in zip([0, *bounds], [*bounds, None], below, below[1:], strict=False)
        ),
        "days": tuple(
            FacetCount(
                str(days), sum(count for said, count in days_said.items() if said <= days), request.max_days == days
            )
            for days in DAY_CHOICES
        ),
        "level": tuple(
            FacetCount(level, levels_said[level], level in request.levels)
            for level in reversed(SellerLevelChoice.values)
        ),
        "rating": tuple(
            FacetCount(
                str(floor),
                sum(count for said, count in ratings_said.items() if said >= floor),
                request.min_rating == floor,
            )
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


def counts_without(rows: Sequence[Filterable], request: SearchRequest) -> dict[str, int]:
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
    return {name: len(matching(rows, one)) for name, one in relaxed.items()}


def attribute_counts(
    attribute: Attribute, rows: Iterable[Filterable], chosen: Sequence[str] = ()
) -> tuple[FacetCount, ...]:
    """How many of `rows` say each option of the attribute, in the category's order."""
    said = Counter(token for row in rows for token in row.attributes)
    return tuple(
        FacetCount(option.key, said[attribute_token(attribute.key, option.key)], option.key in chosen)
        for option in attribute.options
    )


def middle_half_fen(rows: Sequence[Filterable]) -> tuple[int, int] | None:
    """The prices between which half of the results lie; None for fewer than eight."""
    prices = sorted(row.price_fen for row in rows)
    if len(prices) < 8:
        return None
    return prices[len(prices) // 4], prices[3 * len(prices) // 4]
