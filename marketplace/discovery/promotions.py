"""Services that staff place above the results, always marked 广告 (互联网广告管理办法, article 9) and never part of their order.

They stand above the first page of results by relevance alone, within the filters that were chosen, where the words or the
category fit. What stands among the first results by itself is not advertised beside itself.
"""

from collections.abc import Collection

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.discovery import facets
from marketplace.discovery.categories import shown_categories
from marketplace.discovery.engines.base import QueryPlan, SearchRequest
from marketplace.discovery.engines.postgres import candidates_of
from marketplace.discovery.language import normalise
from marketplace.discovery.promotion_models import Promotion
from marketplace.discovery.services import facet_row, with_constraints

# More than are ever shown: some may be sold out, filtered out, or stand among the results.
LOOKED_AT = 50


def promoted_gigs(request: SearchRequest, plan: QueryPlan, *, shown: Collection[int]) -> list[int]:
    """The gigs to advertise above this page, those whose time ends first at the top; none where nothing was found."""
    most = get_config("discovery.promoted_most")
    if not most or request.page != 1 or request.sort != "relevance" or not (plan.terms or request.category_slug):
        return []
    now = clock.now()
    running = Promotion.objects.filter(is_active=True, starts_at__lte=now, ends_at__gt=now)
    rows = running.select_related("category").order_by("ends_at", "pk")[:LOOKED_AT]
    fitting = [row.gig_id for row in rows if row.gig_id not in shown and _fits(row, request, plan)]
    known = candidates_of(fitting)
    wanted = with_constraints(request, plan)
    return [
        gig_id
        for gig_id in dict.fromkeys(fitting)
        if gig_id in known and facets.passes(facet_row(known[gig_id]), wanted)
    ][:most]


def _fits(row: Promotion, request: SearchRequest, plan: QueryPlan) -> bool:
    # What was typed, never what the thesaurus finds beside it: an advertisement for posters is none for roll-up banners.
    asked = {concept.text for concept in plan.concepts}
    if row.words and asked & set(normalise(row.words).split()):
        return True
    if row.category is None or plan.terms or not request.category_slug:
        return False
    category = shown_categories().get(row.category.slug)
    upper = category.parent.slug if category is not None and category.parent is not None else ""
    return request.category_slug in (row.category.slug, upper)
