"""Which documents are looked at for a plan: as many in a catalogue of a million as in one of ten thousand.

A rare word is asked of the index of words, and all it stands in is looked at. A frequent one would bring hundreds of
thousands: there the most popular documents are walked in their order, up to a fixed window, and those that match are kept.
The stored frequencies choose, never the planner, whose guess about a word is off by factors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import UserProfile, away_condition
from marketplace.core import clock, page_cache
from marketplace.core.ratings import rating_tenths_sql, wilson_lower_bound
from marketplace.core.remembered import remember
from marketplace.discovery.categories import shown_categories
from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Concept,
    FacetRow,
    QueryPlan,
    SearchRequest,
    attribute_token,
)
from marketplace.discovery.engines.kept_windows import KeptForAMoment
from marketplace.discovery.language.lexicon import current_lexicon

# Rows that are kept for counting; with more the counts are lower bounds ("5000+").
ROW_LIMIT = 5000
# Of those within the filters, where the words alone bring more than that: some forty pages.
NARROWED_LIMIT = 1000
# From this share of the catalogue on a word is frequent. Below, the index brings at most 40,000 of a million.
FREQUENT_SHARE = 0.04
# A word below this is asked of the index together with the category, which leaves few of many.
EVERYWHERE_SHARE = 0.5
# From this share on only where a walk through the category did not bring enough.
OFTEN_SHARE = 0.1
# Documents walked. A frequent word stands in 4 % at least: in 400 of the first, which is twice what the scorer reads.
WALKED = 10_000
# Walked when the filters leave fewer than a page of those.
WALKED_FAR, ENOUGH = 100_000, 24
SELLER_LIMIT = 100
REFUSING_SECONDS = 30
# Of the rarest word beside a frequent one: five times what the scorer reads.
RARE_LIMIT = 1000


@dataclass(frozen=True)
class Window:
    """The documents that were looked at and match, the best first. Capped: there are, or may be, more that match."""

    rows: Sequence[FacetRow]
    is_capped: bool


_TENTHS = rating_tenths_sql("rating_sum", "rating_count")
# The fields of FacetRow but the last two. The rating as it is shown, to one decimal, half up (core.ratings.shown_rating).
_COLUMNS = (
    "gig_id, category_slug, subcategory_slug, price_fen, delivery_days, level, "
    f"CASE WHEN rating_count = 0 THEN 0 ELSE {_TENTHS} END / 10.0::float8, "
    "attributes, seller_id, popularity, orders, rating_count, rating_sum"
)
# How the documents are walked, and in what order those found stand: never by what an index does not give.
_WALK = {"price": "price_fen, gig_id DESC", "price_down": "price_fen DESC, gig_id", "newest": "gig_id DESC"}
_BY_POPULARITY = "popularity DESC, gig_id DESC"
_KEYS: dict[str, Any] = {
    "relevance": lambda row: (-row.coverage, -row.rank * row.popularity, -row.orders, -row.gig_id),
    "orders": lambda row: (-row.orders, -row.gig_id),
    "rating": lambda row: (-wilson_lower_bound(row.rating_sum, row.rating_count), -row.gig_id),
    "price": lambda row: (row.price_fen, -row.gig_id),
    "price_down": lambda row: (-row.price_fen, row.gig_id),
    "speed": lambda row: (row.delivery_days, -row.gig_id),
    "newest": lambda row: -row.gig_id,
}


_everywhere: KeptForAMoment[Window] = KeptForAMoment()
# Within filters, which are asked for only where the words alone bring more than is looked at.
_narrowed: KeptForAMoment[Window] = KeptForAMoment()


def window_of(plan: QueryPlan, request: SearchRequest, *, is_narrowed: bool) -> Window:
    """What the plan matches, within the filters of the request if `is_narrowed`; perhaps as it was half a minute ago."""
    if is_narrowed:
        if request.online_now or request.sort in _WALK:
            return _looked_at(plan, request, is_narrowed=True)
        return _narrowed.get_or_make(
            (plan.concepts, plan.seller, replace(request, page=1, through=0, online=frozenset())),
            lambda: _looked_at(plan, request, is_narrowed=True),
            is_worth_it=lambda window: len(window.rows) >= NARROWED_LIMIT,  # of few, each that is new is seen
        )
    return _everywhere.get_or_make(
        (plan.concepts, plan.seller, request.sort),
        lambda: _looked_at(plan, SearchRequest(sort=request.sort), is_narrowed=False),
        # The newest and the cheapest can be others at any moment.
        is_worth_it=lambda window: window.is_capped and request.sort not in _WALK,
    )


def forget_windows() -> None:
    """Look anew from now on in this process: for tests, whose catalogues follow one another within a second."""
    _everywhere.clear()
    _narrowed.clear()


def _looked_at(plan: QueryPlan, request: SearchRequest, *, is_narrowed: bool) -> Window:
    limit = NARROWED_LIMIT if is_narrowed else ROW_LIMIT
    query = _Query(plan, request, limit)
    found: dict[int, FacetRow] = {}
    is_capped = False
    if plan.seller:
        found |= query.of_sellers()
    if not plan.terms and not plan.seller:
        found |= query.walk(WALKED if is_narrowed else ROW_LIMIT)
        if is_narrowed and len(found) < ENOUGH and query.is_beyond(WALKED):
            # Few of the most popular pass the filters: what they leave may stand anywhere.
            found = query.walk(WALKED_FAR)
        is_capped = len(found) >= limit
    elif plan.terms:
        documents, frequencies = _frequencies(plan)
        expected = min(sum(frequencies.values()), documents)
        if expected <= max(ROW_LIMIT, documents * FREQUENT_SHARE):
            rows = query.by_words(plan.terms, is_exact=expected <= ROW_LIMIT)
            is_capped = len(rows) >= ROW_LIMIT
        else:
            is_capped = True
            is_in_category = is_narrowed and bool(request.category_slug) and expected <= documents * EVERYWHERE_SHARE
            # Of a large category the index would bring tens of thousands.
            rows = {} if is_in_category and expected <= documents * OFTEN_SHARE else query.walk(WALKED)
            # As many as the scorer reads are the most popular ones of the category.
            if is_in_category and len(rows) < CANDIDATE_LIMIT:
                rows = query.by_words(plan.terms, is_exact=False, limit=limit)
            if is_narrowed and len(rows) < ENOUGH:
                rows = query.walk(WALKED_FAR)
            # 设计 is everywhere, 单片机 is not: whoever typed both means the second.
            rarest = min(_core(plan), key=lambda one: _most(one, frequencies))
            if _most(rarest, frequencies) <= max(ROW_LIMIT, documents * FREQUENT_SHARE):
                terms = [one.term for one in rarest.alternatives]
                rows |= query.by_words(terms, is_exact=False, limit=RARE_LIMIT)
        found |= rows
    ordered = sorted(found.values(), key=_KEYS.get(request.sort, _KEYS["relevance"]))
    return Window(ordered[:limit], is_capped)


def refusing() -> list[int]:
    """The sellers who take no orders today (gigs.models.listed). A few, and the calendar decides: no document says it.

    Remembered for as long as a window is, or until a profile changes: what is shown is asked for once more (`candidates_of`).
    """
    if connection.in_atomic_block:  # a transaction sees what nobody else does yet
        return _read_refusing()
    key = f"discovery:refusing:{timezone.localdate(clock.now())}"
    return remember(key, _read_refusing, seconds=REFUSING_SECONDS)


def _read_refusing() -> list[int]:
    page_cache.shows(page_cache.SELLERS)
    statement, values = refusing_statement()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [user_id for (user_id,) in cursor.fetchall()]


def refusing_statement() -> tuple[str, tuple[Any, ...]]:
    """The same as a statement of its own with its values, to stand within another one: its column is `user_id`."""
    return _refusing_on(timezone.localdate(clock.now()))


@lru_cache(maxsize=8)
def _refusing_on(day: date) -> tuple[str, tuple[Any, ...]]:
    """Put together once a day, by which alone it goes: that took each search as long as asking it."""
    refusing = UserProfile.objects.filter(away_condition(day), away_takes_orders=False)
    statement, values = refusing.values_list("user_id", flat=True).query.sql_with_params()
    return statement, tuple(values)


def query_literal(terms: Iterable[str]) -> str:
    """A tsquery as text that matches any of the words."""
    return " | ".join(quoted(term) for term in terms)


def quoted(word: str) -> str:
    """A word as it is written in a tsquery or tsvector; what is longer than a token was cut there too."""
    escaped = word[:TOKEN_LENGTH].replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


TOKEN_LENGTH = 80


def _core(plan: QueryPlan) -> list[Concept]:
    """The concepts that are retrieved by (`QueryPlan.terms`)."""
    usable = [concept for concept in plan.concepts if concept.alternatives]
    return [concept for concept in usable if not concept.is_generic] or usable


def _frequencies(plan: QueryPlan) -> tuple[int, Mapping[str, int]]:
    lexicon = current_lexicon()
    return lexicon.document_count, {term: lexicon.frequency.get(term, 0) for term in plan.terms}


def _most(concept: Concept, frequencies: Mapping[str, int]) -> int:
    return sum(frequencies.get(one.term, 0) for one in concept.alternatives)


class _Query:
    """The statements of one plan within one request's filters."""

    def __init__(self, plan: QueryPlan, request: SearchRequest, limit: int) -> None:
        self._plan, self._sort = plan, request.sort
        self._filters, self._values = _conditions(request)
        self._category = _category(request.category_slug)
        self._limit = limit
        self._rank = "0, 0"
        self._rank_values: list[Any] = []
        if plan.terms:
            concepts = _core(plan)
            idf = sum(concept.idf for concept in concepts) or 1.0
            # Each look into a vector unpacks it anew. Whatever matches covers a single concept: no look is needed there.
            if len(concepts) == 1:
                covered, concepts = "1", []
            else:
                covered = " + ".join("%s * (words @@ %s::tsquery)::int" for _concept in concepts)
            self._rank = f"ts_rank(words, %s::tsquery), {covered}"
            self._rank_values = [query_literal(plan.terms)]
            for concept in concepts:
                self._rank_values += [concept.idf / idf, query_literal(one.term for one in concept.alternatives)]

    def walk(self, rows: int) -> dict[int, FacetRow]:
        """Those that match among the first `rows` documents in the order of the sorting, or of popularity."""
        order = _WALK.get(self._sort, _BY_POPULARITY)
        condition, values = (
            ("words @@ %s::tsquery", [query_literal(self._plan.terms)]) if self._plan.terms else ("true", [])
        )
        inner, category = "", []
        if self._category:
            inner, category = f"AND {self._category[0]} = %s", [self._category[1]]
        return self._run(
            f"SELECT {_COLUMNS}, {self._rank} FROM (SELECT * FROM discovery_gigdocument "  # noqa: S608
            f"WHERE is_listed {inner} ORDER BY {order} LIMIT %s) walked "
            f"WHERE {condition} {self._filters} LIMIT %s",
            [*self._rank_values, *category, rows, *values, *self._values, self._limit],
        )

    def is_beyond(self, rows: int) -> bool:
        """Whether the walk has more than so many documents before it."""
        inner, category = "", []
        if self._category:
            inner, category = f"AND {self._category[0]} = %s", [self._category[1]]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT FROM discovery_gigdocument WHERE is_listed {inner} OFFSET %s LIMIT 1",
                [*category, rows],
            )
            return cursor.fetchone() is not None

    def by_words(self, terms: Sequence[str], *, is_exact: bool, limit: int = ROW_LIMIT) -> dict[int, FacetRow]:
        """Those with any of the words, at most `limit`; where there may be more, the most popular."""
        query, category = query_literal(terms), self._category
        if category:
            query = f"({query}) & {quoted(f'cat:{category[1]}')}"
        # OFFSET 0 keeps the planner from walking by popularity after all.
        matching = (
            "SELECT * FROM discovery_gigdocument "  # noqa: S608 names of our own, values apart
            f"WHERE words @@ %s::tsquery AND is_listed {self._filters} OFFSET 0"
        )
        order = "" if is_exact else f"ORDER BY {_WALK.get(self._sort, _BY_POPULARITY)}"
        return self._run(
            f"SELECT {_COLUMNS}, {self._rank} FROM (SELECT * FROM ({matching}) matching {order} LIMIT %s) found",  # noqa: S608
            [*self._rank_values, query, *self._values, limit],
        )

    def of_sellers(self) -> dict[int, FacetRow]:
        """Those of the sellers with the plan's name, or a part of it, in theirs."""
        named = UserProfile.objects.filter(display_name__icontains=self._plan.seller).order_by("pk")
        sellers = list(named.values_list("user_id", flat=True)[:SELLER_LIMIT])
        inner, values = ("", [])
        if self._category:
            inner, values = f"AND {self._category[0]} = %s", [self._category[1]]
        return self._run(
            f"SELECT {_COLUMNS}, {self._rank} FROM discovery_gigdocument "  # noqa: S608
            f"WHERE is_listed AND seller_id = ANY(%s) {inner} {self._filters} LIMIT %s",
            [*self._rank_values, sellers, *values, *self._values, ROW_LIMIT],
        )

    @staticmethod
    def _run(statement: str, values: Sequence[Any]) -> dict[int, FacetRow]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return {row[0]: FacetRow._make(row) for row in cursor.fetchall()}


def _category(slug: str) -> tuple[str, str] | None:
    if not slug:
        return None
    category = shown_categories().get(slug)
    is_upper = category is not None and category.parent_id is None
    return ("category_slug" if is_upper else "subcategory_slug"), slug


def _conditions(request: SearchRequest) -> tuple[str, list[Any]]:
    """The filters but the category as SQL, each with an AND before it. Sellers who take no orders today are left out always."""
    parts: list[tuple[str, list[Any]]] = []
    if away := refusing():
        parts.append(("seller_id <> ALL(%s)", [away]))
    if request.price_min_fen is not None:
        parts.append(("price_fen >= %s", [request.price_min_fen]))
    if request.price_max_fen is not None:
        parts.append(("price_fen <= %s", [request.price_max_fen]))
    if request.max_days is not None:
        parts.append(("delivery_days <= %s", [request.max_days]))
    if request.levels:
        parts.append(("level = ANY(%s)", [list(request.levels)]))
    if request.min_rating is not None:
        # As it is shown, to one decimal.
        parts.append((f"rating_count > 0 AND {_TENTHS} / 10.0::float8 >= %s", [request.min_rating]))
    if request.online_now:
        parts.append(("seller_id = ANY(%s)", [sorted(request.online)]))
    for key, options in request.attributes:
        parts.append(("attributes && %s::varchar[]", [[attribute_token(key, option) for option in options]]))
    return "".join(f" AND {condition}" for condition, _values in parts), [
        value for _condition, values in parts for value in values
    ]
