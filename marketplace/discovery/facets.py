"""Counts beside the filters: each filter counts with all the others in force, and without itself."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.money import FEN_PER_YUAN
from marketplace.discovery.engines.base import FacetCount, FacetRow, SearchRequest, attribute_token
from marketplace.gigs.attributes import Attribute

# Upper bounds in yuan; they are wide at the top, where prices are.
PRICE_BANDS_YUAN = (100, 300, 500, 1000, 2000, 5000, 10_000)
DAY_CHOICES = (1, 3, 7, 15, 30)
RATING_CHOICES = (4.8, 4.5, 4.0)
CATEGORY_LIMIT = 8
# A search without a category offers the attributes of the one that most of its results belong to.
DOMINANT_SHARE, DOMINANT_MINIMUM = 0.6, 5


def conditions(request: SearchRequest) -> dict[str, Callable[[FacetRow], bool]]:
    """The filters of the request that are set, by the name of their facet."""
    found: dict[str, Callable[[FacetRow], bool]] = {}
    slug, low, high = request.category_slug, request.price_min_fen, request.price_max_fen
    days, levels, rating = request.max_days, request.levels, request.min_rating
    if slug:
        found["category"] = lambda row: slug in (row.category_slug, row.subcategory_slug)
    if low is not None or high is not None:
        least, most = low or 0, math.inf if high is None else high
        found["price"] = lambda row: least <= row.price_fen <= most
    if days is not None:
        found["days"] = lambda row: row.delivery_days <= days
    if levels:
        found["level"] = lambda row: row.level in levels
    if rating is not None:
        found["rating"] = lambda row: row.rating >= rating
    if request.online_now:
        found["online"] = lambda row: row.seller_id in request.online
    for key, options in request.attributes:
        tokens = frozenset(attribute_token(key, option) for option in options)
        found[attribute_facet(key)] = partial(_says_one_of, tokens)
    return found


def passes(row: FacetRow, request: SearchRequest) -> bool:
    """Whether a row is within the filters of the request."""
    return all(holds(row) for holds in conditions(request).values())


def _says_one_of(tokens: frozenset[str], row: FacetRow) -> bool:
    return not tokens.isdisjoint(row.attributes)


class Sieve:
    """Thousands of rows, held against each filter of a request once: what passes, and what would without one of them."""

    def __init__(self, rows: Sequence[FacetRow], request: SearchRequest) -> None:
        fails = {name: [not holds(row) for row in rows] for name, holds in conditions(request).items()}
        failed = list(map(sum, zip(*fails.values(), strict=True)))
        self.passing = [row for row, count in zip(rows, failed, strict=True) if not count] if fails else rows
        self._by_one = {
            name: [row for row, count, is_this in zip(rows, failed, own, strict=True) if is_this and count == 1]
            for name, own in fails.items()
        }

    def without(self, name: str) -> Sequence[FacetRow]:
        """What passes all filters but the one of this facet."""
        return [*self.passing, *self._by_one.get(name, ())]


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
    within = Sieve(rows, replace(request, attributes=())).passing
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
    sieve: Sieve, request: SearchRequest, attributes: Sequence[Attribute] = ()
) -> dict[str, tuple[FacetCount, ...]]:
    """The counts of every filter, and of `attributes`, over rows that were held against `request`."""
    prices = sorted(row.price_fen for row in sieve.without("price"))
    bounds = [bisect_left(prices, bound * FEN_PER_YUAN) for bound in PRICE_BANDS_YUAN]
    days = sorted(row.delivery_days for row in sieve.without("days"))
    levels = Counter(row.level for row in sieve.without("level"))
    ratings = sorted(row.rating for row in sieve.without("rating"))
    return {
        "category": tuple(_category_counts(sieve.without("category"), request.category_slug)),
        "price": tuple(
            FacetCount(f"{low * FEN_PER_YUAN}-{high * FEN_PER_YUAN if high else ''}", until - since)
            for (low, since), (high, until) in pairwise(
                [(0, 0), *zip(PRICE_BANDS_YUAN, bounds, strict=True), (0, len(prices))]
            )
        ),
        "days": tuple(
            FacetCount(str(most), bisect_right(days, most), request.max_days == most) for most in DAY_CHOICES
        ),
        "level": tuple(
            FacetCount(level, levels[level], level in request.levels) for level in reversed(SellerLevelChoice.values)
        ),
        "online": (
            FacetCount(
                "1", sum(row.seller_id in request.online for row in sieve.without("online")), request.online_now
            ),
        ),
        "rating": tuple(
            FacetCount(str(floor), len(ratings) - bisect_left(ratings, floor), request.min_rating == floor)
            for floor in RATING_CHOICES
        ),
        **_attribute_counts(sieve, attributes, dict(request.attributes)),
    }


def _category_counts(rows: Sequence[FacetRow], chosen: str) -> list[FacetCount]:
    """Beside a chosen category stand its subcategories, or its sisters; then what else there is most of."""
    totals = Counter((row.category_slug, row.subcategory_slug) for row in rows)
    uppers = {upper for upper, lower in totals if chosen in (upper, lower)} if chosen else set()
    ranked = sorted(totals.items(), key=lambda item: (item[0][0] not in uppers, -item[1], item[0][1]))[:CATEGORY_LIMIT]
    found = [FacetCount(lower, count, lower == chosen) for (_upper, lower), count in ranked]
    if chosen and not any(item.is_chosen for item in found):
        own = sum(count for slugs, count in totals.items() if chosen in slugs)
        found.insert(0, FacetCount(chosen, own, True))
    return found


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
    if request.online_now:
        relaxed["online"] = replace(request, online_now=False)
    if request.min_rating is not None:
        relaxed["rating"] = replace(request, min_rating=None)
    for key, _options in request.attributes:
        others = tuple(pair for pair in request.attributes if pair[0] != key)
        relaxed[attribute_facet(key)] = replace(request, attributes=others)
    return {name: len(Sieve(rows, one).passing) for name, one in relaxed.items()}


def _attribute_counts(
    sieve: Sieve, attributes: Sequence[Attribute], chosen: Mapping[str, Sequence[str]]
) -> dict[str, tuple[FacetCount, ...]]:
    """How many rows say each option of these attributes, in the category's order."""
    passing = _said(sieve.passing)  # once for all that are not chosen from themselves
    found = {}
    for one in attributes:
        said = _said(sieve.without(attribute_facet(one.key))) if one.key in chosen else passing
        found[attribute_facet(one.key)] = tuple(
            FacetCount(option.key, said[attribute_token(one.key, option.key)], option.key in chosen.get(one.key, ()))
            for option in one.options
        )
    return found


def _said(rows: Iterable[FacetRow]) -> Counter[str]:
    return Counter(chain.from_iterable(row.attributes for row in rows))


def middle_half_fen(rows: Sequence[FacetRow]) -> tuple[int, int] | None:
    """The prices between which half of the results lie; None for fewer than eight."""
    prices = sorted(row.price_fen for row in rows)
    if len(prices) < 8:
        return None
    return prices[len(prices) // 4], prices[3 * len(prices) // 4]
