"""Services that staff place above the results, always marked 广告 (互联网广告管理办法, article 9) and never part of their order.

They stand above the first page of results by relevance alone, within the filters that were chosen, where the words or the
category fit. What stands among the first results by itself is not advertised beside itself.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.core import clock, page_cache
from marketplace.core.config import get_config
from marketplace.core.remembered import remember
from marketplace.discovery import facets
from marketplace.discovery.categories import shown_categories
from marketplace.discovery.engines.base import QueryPlan, SearchRequest
from marketplace.discovery.engines.postgres import candidates_of
from marketplace.discovery.language import normalise
from marketplace.discovery.promotion_models import Promotion
from marketplace.discovery.services import facet_row, with_constraints

# More than are ever shown: some may be sold out, filtered out, or stand among the results.
LOOKED_AT = 50
# The tag of what shows which promotions there are (core/page_cache.py).
PROMOTIONS = "promotions"
# So many of those that run or begin soon are kept between two searches, for so long unless one changes.
_MOST_KEPT, _KEPT_SECONDS = 2 * LOOKED_AT, 60


def promoted_gigs(request: SearchRequest, plan: QueryPlan, *, shown: Collection[int]) -> list[int]:
    """The gigs to advertise above this page, those whose time ends first at the top; none where nothing was found."""
    most = get_config("discovery.promoted_most")
    if not most or request.page != 1 or request.sort != "relevance" or not (plan.terms or request.category_slug):
        return []
    now = clock.now()
    running = [row for row in _agreed() if row.starts_at <= now < row.ends_at][:LOOKED_AT]
    fitting = [row.gig_id for row in running if row.gig_id not in shown and _fits(row, request, plan)]
    known = candidates_of(fitting)
    wanted = with_constraints(request, plan)
    return [
        gig_id
        for gig_id in dict.fromkeys(fitting)
        if gig_id in known and facets.passes(facet_row(known[gig_id]), wanted)
    ][:most]


class _Agreed(NamedTuple):
    gig_id: int
    category_slug: str
    words: str
    starts_at: datetime
    ends_at: datetime


def _agreed() -> list[_Agreed]:
    """What runs or begins soon, those whose time ends first at the top. Kept until a promotion changes (forgetting.py)."""
    return remember("discovery:promotions", _read_agreed, seconds=_KEPT_SECONDS)


def _read_agreed() -> list[_Agreed]:
    page_cache.shows(PROMOTIONS, page_cache.SITE)  # the site's tag: categories have their slugs from it
    now = clock.now()
    soon = now + timedelta(seconds=3 * _KEPT_SECONDS)  # what begins while this is kept
    rows = Promotion.objects.filter(is_active=True, starts_at__lte=soon, ends_at__gt=now).order_by("ends_at", "pk")
    found = rows.values_list("gig_id", "category__slug", "words", "starts_at", "ends_at")[:_MOST_KEPT]
    return [_Agreed(gig_id, slug or "", words, starts, ends) for gig_id, slug, words, starts, ends in found]


def _fits(row: _Agreed, request: SearchRequest, plan: QueryPlan) -> bool:
    # What was typed, never what the thesaurus finds beside it: an advertisement for posters is none for roll-up banners.
    asked = {concept.text for concept in plan.concepts}
    if row.words and asked & set(normalise(row.words).split()):
        return True
    if not row.category_slug or plan.terms or not request.category_slug:
        return False
    category = shown_categories().get(row.category_slug)
    upper = category.parent.slug if category is not None and category.parent is not None else ""
    return request.category_slug in (row.category_slug, upper)
