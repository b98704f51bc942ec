"""From a query plan to what Elasticsearch and OpenSearch are asked (facts/search.md, section 3).

What matches is the same as in PostgreSQL: any word of the core concepts, or the seller's name. Only the order in which the
candidates are chosen differs: BM25 here, ts_rank there.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from marketplace.discovery.engines.base import QueryPlan, SearchRequest, attribute_token
from marketplace.discovery.engines.mapping import FIELDS

# The cluster gives up by itself before the page does (clusters.py: SEARCH_SECONDS).
TIMEOUT = "800ms"
TIE, GENERIC, PHRASE, PAIRS, SELLER, QUALITY = 0.1, 0.25, 1.5, 0.05, 2.5, 0.15

_ORDER: dict[str, dict[str, str]] = {
    "relevance": {"orders": "desc"},
    "orders": {"orders": "desc"},
    "rating": {"rating_bound": "desc"},
    "price": {"price_fen": "asc"},
    "price_down": {"price_fen": "desc"},
    "speed": {"delivery_days": "asc"},
    "newest": {"created_at": "desc"},
}


def candidates_body(
    plan: QueryPlan, request: SearchRequest, *, refusing: Sequence[int], limit: int, is_narrowed: bool
) -> dict[str, Any]:
    """The search for the best `limit` gigs, within the filters of the request if `is_narrowed`.

    `refusing` are the sellers who take no orders today.
    """
    filters = _filters(request) if is_narrowed else []
    return _body(plan, sort=request.sort, filters=filters, refusing=refusing, limit=limit)


def facets_body(plan: QueryPlan, *, refusing: Sequence[int], limit: int) -> dict[str, Any]:
    """The search for the filterable parts of the first `limit` gigs that the plan matches."""
    body = _body(plan, sort="relevance", filters=[], refusing=refusing, limit=limit)
    return body | {"docvalue_fields": FACET_FIELDS}


FACET_FIELDS = ["category", "subcategory", "price_fen", "delivery_days", "level", "rating", "attributes", "seller_id"]


def _body(
    plan: QueryPlan, *, sort: str, filters: list[dict[str, Any]], refusing: Sequence[int], limit: int
) -> dict[str, Any]:
    has_words = bool(plan.terms)
    order: list[Any] = [_ORDER.get(sort, _ORDER["relevance"]), {"gig_id": "desc"}]
    if sort == "relevance" and has_words:
        order.insert(0, "_score")
    query: dict[str, Any] = {
        "bool": {
            "filter": [{"term": {"is_on_sale": True}}, *filters],
            "must_not": [{"terms": {"seller_id": list(refusing)}}] if refusing else [],
            "must": _matching(plan),
            "should": _preferring(plan),
        }
    }
    return {
        "query": {
            "function_score": {
                "query": query,
                "functions": [
                    {"weight": 1},
                    {"field_value_factor": {"field": "quality", "factor": QUALITY, "missing": 0}},
                ],
                "score_mode": "sum",
                "boost_mode": "multiply",
            }
        },
        "sort": order,
        "size": limit,
        "_source": False,
        "track_total_hits": False,
        "timeout": TIMEOUT,
    }


def _matching(plan: QueryPlan) -> list[dict[str, Any]]:
    """One of these must match; nothing stands here when the plan has neither words nor a seller."""
    terms = set(plan.terms)
    clauses = []
    for concept in plan.concepts:
        own = [(one.term, one.weight) for one in concept.alternatives if one.term in terms]
        if own:
            clauses.append(_said_somehow(own))
            terms -= {term for term, _weight in own}
    clauses += [_said_somehow([(term, 1.0)]) for term in sorted(terms)]
    if plan.seller:
        pattern = "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in plan.seller)
        named = {"wildcard": {"seller_name": {"value": f"*{pattern}*", "boost": SELLER, "case_insensitive": True}}}
        clauses.append(named)
    return [{"bool": {"should": clauses, "minimum_should_match": 1}}] if clauses else []


def _preferring(plan: QueryPlan) -> list[dict[str, Any]]:
    """What makes a gig that matches a better candidate: generic words, and words that stand together."""
    terms = set(plan.terms)
    clauses = [
        _said_somehow([(one.term, one.weight * GENERIC) for one in concept.alternatives])
        for concept in plan.concepts
        if concept.alternatives and not any(one.term in terms for one in concept.alternatives)
    ]
    words = [concept.text for concept in plan.concepts]
    if len(words) > 1:
        together = {"query": " ".join(words), "slop": 1, "analyzer": "whitespace"}
        clauses += [
            {"match_phrase": {field: together | {"boost": PHRASE * FIELDS[field]}}} for field in ("title", "tags")
        ]
    pairs = neighbours("".join(words))
    if pairs:
        clauses.append({"match": {"title_pairs": {"query": pairs, "boost": PAIRS}}})
    return clauses


def neighbours(text: str) -> str:
    """Each two neighbouring characters of `text`, separated by blanks: what finds words that were cut otherwise."""
    return " ".join(first + second for first, second in pairwise(text) if not (first + second).count(" "))


def _said_somehow(words: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """A concept: its best word in its best field counts, the others a little."""
    queries = [
        {"term": {field: {"value": term, "boost": round(weight * worth, 4)}}}
        for term, weight in words
        for field, worth in FIELDS.items()
    ]
    return {"dis_max": {"queries": queries, "tie_breaker": TIE}}


def _filters(request: SearchRequest) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = []
    if request.category_slug:
        slug = request.category_slug
        either = [{"term": {"category": slug}}, {"term": {"subcategory": slug}}]
        filters.append({"bool": {"should": either, "minimum_should_match": 1}})
    price: dict[str, int] = {}
    if request.price_min_fen is not None:
        price["gte"] = request.price_min_fen
    if request.price_max_fen is not None:
        price["lte"] = request.price_max_fen
    if price:
        filters.append({"range": {"price_fen": price}})
    if request.max_days is not None:
        filters.append({"range": {"delivery_days": {"lte": request.max_days}}})
    if request.levels:
        filters.append({"terms": {"level": list(request.levels)}})
    if request.min_rating is not None:
        filters.append({"range": {"rating": {"gte": request.min_rating}}})
    if request.online_now:
        filters.append({"terms": {"seller_id": sorted(request.online)}})
    filters += [
        {"terms": {"attributes": [attribute_token(key, option) for option in options]}}
        for key, options in request.attributes
    ]
    return filters
