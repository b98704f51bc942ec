"""Where nothing fits: how many results each condition alone keeps away, so that the page can name the one to give up."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from marketplace.discovery.engines.base import FacetRow, SearchRequest
from marketplace.discovery.facets import passes

# Every condition with the fields that it is made of; the two ends of a price are one condition to whoever set them.
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "category": {"category_slug": ""},
    "price": {"price_min_fen": None, "price_max_fen": None},
    "days": {"max_days": None},
    "level": {"levels": ()},
    "rating": {"min_rating": None},
    "attributes": {"attributes": ()},
}


def counts_without(rows: Sequence[FacetRow], request: SearchRequest) -> dict[str, int]:
    """For every condition in force: how many of `rows` pass all the others. Conditions that alone free nothing are left out."""
    counts = {}
    for name, emptied in CONDITIONS.items():
        relaxed = replace(request, **emptied)
        if relaxed != request and (count := sum(passes(row, relaxed) for row in rows)):
            counts[name] = count
    return counts
