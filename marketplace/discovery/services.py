"""What others ask of discovery: search, and keep the index true."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock, live, page_cache
from marketplace.core.ratings import shown_rating, wilson_lower_bound
from marketplace.core.remembered import remember, shape_of
from marketplace.discovery import facets, scorer
from marketplace.discovery.analytics import recording
from marketplace.discovery.categories import page_attributes
from marketplace.discovery.documents import published_gigs, words_of
from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Candidate,
    FacetCount,
    FacetRow,
    QueryPlan,
    SearchEngine,
    SearchRequest,
    SearchResult,
)
from marketplace.discovery.history import keeps_searches
from marketplace.discovery.language.dictionary import put_in_force, todays_dictionary
from marketplace.discovery.language.lexicon import (
    catalogue_changed,
    count_words,
    current_lexicon,
    lexicon_changed,
    with_rare_words,
)
from marketplace.discovery.language.plan import understand
from marketplace.discovery.personal import leanings
from marketplace.discovery.same_category import same_category
from marketplace.discovery.weights import weights_in_force
from marketplace.gigs.attributes import Attribute, Option

INDEX_BATCH = 500
# As windows.py keeps what it looks at.
BROWSED_SECONDS = 30
SELLER_CAP, CAP_WITHIN, NEARLY_AS_GOOD = 3, 24, 0.5


_chosen: ContextVar[SearchEngine | None] = ContextVar("search_engine", default=None)


def search_engine() -> SearchEngine:
    """The engine the settings name, or the one of the `use_engine` block around."""
    return _chosen.get() or _engine_of_settings()


@lru_cache(maxsize=1)
def _engine_of_settings() -> SearchEngine:
    return import_string(settings.SEARCH_ENGINE)()


@contextmanager
def use_engine(engine: SearchEngine) -> Iterator[None]:
    """Within the block everything is indexed in and answered by this engine: for evaluations and comparisons."""
    token = _chosen.set(engine)
    try:
        yield
    finally:
        _chosen.reset(token)


def search(request: SearchRequest, user: User | None = None) -> SearchResult:
    """One page of live gigs for what was asked, best first.

    Of `user` the categories of their own orders, favourites and kept searches move it a little, if they let that (personal.py).
    """
    lexicon = with_rare_words(current_lexicon(), request.query)
    weights = weights_in_force()
    plan = understand(request.query, lexicon, as_typed=request.as_typed)
    if plan.nothing_known:
        # No word of it stands anywhere: an empty page is more honest than a chance hit.
        return SearchResult((), 0, {}, plan)
    effective = replace(with_constraints(request, plan), online=live.online_people())
    attributes = page_attributes(request.category_slug)
    if request.category_slug:
        effective = facets.known_attributes(effective, attributes)
    candidates = search_engine().retrieve(plan, effective)
    now = timezone.now()
    own = leanings(user, request, weights)
    every = scorer.score_candidates(candidates, plan, now=now, weights=weights, leanings=own)
    kept = scorer.without_tail(every, plan, weights)
    by_id = {one.gig_id: one for one in candidates}
    scored = rows = [facet_row(by_id[score.gig_id]) for score in kept]
    is_capped = False
    if candidates.is_capped or candidates.are_narrowed or len(candidates) >= CANDIDATE_LIMIT:
        # More than could be scored: count and facet over everything that matches, or as much of it as is looked at.
        rows = found = search_engine().facet_rows(plan)
        is_capped = found.is_capped
    if not request.category_slug:
        attributes = page_attributes(facets.dominant_slug(rows, effective))
        effective = facets.known_attributes(effective, attributes)
    sieve = facets.Sieve(rows, effective)
    ordered = [row.gig_id for row in (sieve.passing if rows is scored else facets.Sieve(scored, effective).passing)]
    total = max(len(ordered), len(sieve.passing))
    scores = {score.gig_id: score for score in kept}
    ids = _sorted([by_id[gig_id] for gig_id in ordered], effective, plan, scores)
    if total > len(ids):
        shown = set(ids)
        ids = [*ids, *(row.gig_id for row in sieve.passing if row.gig_id not in shown)]
    page = ids[request.places]
    return SearchResult(
        ids=tuple(page),
        total=total,
        is_capped=is_capped,
        facets=facets.facet_counts(sieve, effective, attributes),
        plan=plan,
        reasons={gig_id: reason(scores[gig_id], by_id[gig_id], effective) for gig_id in page if gig_id in scores},
        price_range_fen=facets.middle_half_fen(rows),
        scores={gig_id: scores[gig_id] for gig_id in page if gig_id in scores},
        without=facets.counts_without(rows, effective) if not total else {},
        same_category=same_category(kept, by_id, effective, shown=ids, now=now),
        attributes=attributes,
    )


def browsed(request: SearchRequest) -> SearchResult:
    """As `search`, of a list without typed words for who is not signed in: what others were given within half a minute.

    Many look through the same category. It is searched anew when the index changes, or whoever sells takes no orders; like every
    list it may be five seconds older than that (page_cache.LISTINGS_SECONDS), and how it is weighed half a minute. What is taken
    down is shown by nobody at once: its card is read beside (gigs/cards.py). Without the scores, which nobody asks for here.
    """
    is_browsing = not request.query and not request.online_now
    if not is_browsing or connection.in_atomic_block or _chosen.get() is not None:
        return search(request)

    def read() -> SearchResult:
        page_cache.shows(page_cache.FOUND, page_cache.SELLERS, page_cache.SITE)
        return replace(search(request), scores={})

    asked = blake2b(repr(request).encode(), digest_size=16).hexdigest()
    key = f"discovery:browsed:{_shape()}:{clock.ahead()}:{get_language()}:{asked}"
    return remember(key, read, seconds=BROWSED_SECONDS)


@cache
def _shape() -> str:
    return shape_of(SearchRequest, SearchResult, QueryPlan, FacetCount, Attribute, Option)


def record_search(
    *, user: User | None, request: SearchRequest, result_count: int, seen: recording.Seen | None = None
) -> None:
    """Remember a search, for the words we do not know yet; under the person's account only if they agreed to that."""
    if not request.query.strip():
        return
    known = user if user is not None and user.is_authenticated else None
    recording.write_search(
        user=known if known is not None and keeps_searches(known) else None,
        request=request,
        result_count=result_count,
        seen=seen,
    )


def index_gig(gig_id: int) -> None:
    """Bring one gig's document up to date, or remove it when the gig is no longer published."""
    index_gigs([gig_id])


def index_gigs(gig_ids: Sequence[int]) -> None:
    """As `index_gig` for many."""
    words = words_of(gig_ids, current_lexicon().segmenter)
    gone = set(gig_ids) - {one.gig_id for one in words}
    if gone:
        search_engine().remove(sorted(gone))
    search_engine().index(words)
    catalogue_changed()
    page_cache.forget(page_cache.FOUND)


def index_category(category_id: int) -> int:
    """Bring the documents of a category and its subcategories up to date: they carry its names and slug. Returns how many."""
    gigs = published_gigs().filter(Q(category=category_id) | Q(category__parent=category_id))
    ids = list(gigs.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), INDEX_BATCH):
        index_gigs(ids[start : start + INDEX_BATCH])
    return len(ids)


def remove_gig(gig_id: int) -> None:
    """Forget one gig."""
    search_engine().remove([gig_id])
    catalogue_changed()
    page_cache.forget(page_cache.FOUND)


def rebuild_index() -> int:
    """Index every published gig anew with today's dictionary, and put that in force; returns how many.

    Nothing is cleared before: whoever searches meanwhile finds what was indexed last. What is gone, `tasks.catch_up` forgets.
    """
    dictionary = todays_dictionary()
    # The ids alone: a million gigs with their texts would not fit.
    ids = list(published_gigs().order_by("pk").values_list("pk", flat=True))
    count = 0
    for start in range(0, len(ids), INDEX_BATCH):
        batch = words_of(ids[start : start + INDEX_BATCH], dictionary.segmenter)
        search_engine().index(batch)
        count += len(batch)
    put_in_force(dictionary)
    count_words()
    lexicon_changed()
    return count


def reason(score: scorer.Score, candidate: Candidate, request: SearchRequest) -> str:
    """Why a gig stands where it stands, in a sentence for everybody."""
    rating = shown_rating(candidate.rating_sum, candidate.rating_count) if candidate.rating_count >= 3 else None
    words = "phrase" if score.phrase else "all" if score.coverage >= 0.99 else "some" if score.coverage else ""
    is_new = bool(score.quality) and not candidate.orders_completed
    is_within_budget = request.price_max_fen is not None
    is_personal = score.personal > 1
    return _reason(words, rating, candidate.orders_completed, is_new, is_within_budget, is_personal, get_language())


@lru_cache(maxsize=4_000)
def _reason(
    words: str,
    rating: Decimal | None,
    orders: int,
    is_new: bool,
    is_within_budget: bool,
    is_personal: bool,
    _language: str | None,
) -> str:
    parts = []
    if words == "phrase":
        parts.append(_("your words stand together in its title"))
    elif words == "all":
        parts.append(_("it answers everything you typed"))
    elif words == "some":
        parts.append(_("it answers part of what you typed"))
    if rating is not None:
        parts.append(_("rated %(rating)s") % {"rating": rating})
    if orders:
        parts.append(_("%(orders)s orders completed") % {"orders": orders})
    elif is_new or not parts:
        parts.append(_("newly listed"))
    if is_within_budget:
        parts.append(_("within your budget"))
    if is_personal:
        return _(
            "%(reasons)s. Your own orders, favourites and kept searches moved it up a little; My searches in the settings turns"
            " that off."
        ) % {"reasons": _("; ").join(parts)}
    return _("%(reasons)s. No browsing history was used.") % {"reasons": _("; ").join(parts)}


def with_constraints(request: SearchRequest, plan: QueryPlan) -> SearchRequest:
    """The request with the conditions that were written in words; a filter that was set by hand wins."""
    for constraint in plan.constraints:
        value: Any = constraint.value
        if constraint.field != "prefer" and getattr(request, constraint.field) is None:
            request = replace(request, **{constraint.field: value})
    return request


def _sorted(
    candidates: list[Candidate], request: SearchRequest, plan: QueryPlan, scores: Mapping[int, scorer.Score]
) -> list[int]:
    if request.sort == "orders":
        candidates = sorted(candidates, key=lambda one: -one.orders_completed)
    elif request.sort == "rating":
        candidates = sorted(candidates, key=lambda one: -wilson_lower_bound(one.rating_sum, one.rating_count))
    elif request.sort == "price":
        candidates = sorted(candidates, key=lambda one: one.price_fen)
    elif request.sort == "price_down":
        candidates = sorted(candidates, key=lambda one: -one.price_fen)
    elif request.sort == "speed":
        candidates = sorted(candidates, key=lambda one: one.delivery_days)
    elif request.sort == "newest":
        candidates = sorted(candidates, key=lambda one: one.created_at, reverse=True)
    elif not plan.seller:
        return _spread_sellers(candidates, scores)
    return [one.gig_id for one in candidates]


def _spread_sellers(candidates: list[Candidate], scores: Mapping[int, scorer.Score]) -> list[int]:
    """At most three gigs of one seller among the first 24, where there are as many results.

    Where there are fewer, all of them are shown on one page: then the fourth waits for those only that fit half as well.
    """
    first: list[Candidate] = []
    later: list[Candidate] = []
    counts: Counter[int] = Counter()
    for one in candidates:
        counts[one.seller_id] += 1
        crowded = counts[one.seller_id] > SELLER_CAP and len(first) < CAP_WITHIN
        (later if crowded else first).append(one)
    ordered = [*first[:CAP_WITHIN], *later, *first[CAP_WITHIN:]]
    if len(first) < CAP_WITHIN and later:
        ordered = list(first)
        totals = [scores[one.gig_id].total for one in ordered]
        for one in later:
            total = scores[one.gig_id].total
            # From the end: the better stand in front, and many are compared.
            behind = next((p for p in range(len(totals), 0, -1) if totals[p - 1] >= total * NEARLY_AS_GOOD), 0)
            ordered.insert(behind, one)
            totals.insert(behind, total)
    return [one.gig_id for one in ordered]


def facet_row(candidate: Candidate) -> FacetRow:
    """A candidate as the filters see it."""
    return FacetRow(
        gig_id=candidate.gig_id,
        category_slug=candidate.category_slug,
        subcategory_slug=candidate.subcategory_slug,
        price_fen=candidate.price_fen,
        delivery_days=candidate.delivery_days,
        level=candidate.level,
        rating=float(shown_rating(candidate.rating_sum, candidate.rating_count) or 0),
        attributes=candidate.attributes,
        seller_id=candidate.seller_id,
    )
