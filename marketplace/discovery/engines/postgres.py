"""The embedded engine: PostgreSQL's full text search over words that Python has cut.

The vector and the query are written as literals and cast: to_tsvector and to_tsquery would cut again, and lose the
plus signs of c++ (facts/search.md, section 4).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from threading import local
from typing import Any

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Cast

from marketplace.discovery import facets
from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Candidate,
    Candidates,
    FacetRows,
    GigWords,
    QueryPlan,
    SearchRequest,
)
from marketplace.discovery.engines.windows import (
    ROW_LIMIT,
    TOKEN_LENGTH,
    Window,
    query_literal,
    quoted,
    refusing_statement,
    window_of,
)
from marketplace.discovery.language import normalise
from marketplace.discovery.language.lexicon import category_words
from marketplace.discovery.models import GigDocument
from marketplace.gigs.models import listed

FACET_ROW_LIMIT = ROW_LIMIT
# PostgreSQL's own limits: a position below 16384.
MAXIMUM_POSITION = 16_000


class PostgresSearchEngine:
    """SearchEngine over discovery_gigdocument. What is looked at for a search, and why no more: windows.py."""

    def __init__(self) -> None:
        # What `retrieve` saw, for the `facet_rows` of the same search: one walk serves both.
        self._seen = local()

    def index(self, documents: Sequence[GigWords]) -> None:
        """Store these documents, replacing those of the same gigs."""
        # One by one: whoever holds a single row can stand in nobody's way for long. Written over in place, never deleted and made
        # anew: a change of price that comes meanwhile finds the row, waits, and is what stands in it afterwards (0007).
        for document in sorted(documents, key=lambda one: one.gig_id):
            GigDocument.objects.bulk_create(
                [_row(document)], update_conflicts=True, unique_fields=["gig"], update_fields=_WRITTEN
            )

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Forget these gigs."""
        GigDocument.objects.filter(gig_id__in=gig_ids).delete()

    def clear(self) -> None:
        """Forget everything."""
        GigDocument.objects.all().delete()

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> Candidates:
        """The best `limit` for the words alone, and the best `limit` within the filters; without words the latter alone."""
        everywhere = window_of(plan, request, is_narrowed=False)
        # Who typed nothing looks around: of what does not pass the filters nothing is shown but in the counts.
        is_looking_around = not (request.query.strip() or plan.concepts or plan.phrases or plan.seller)
        are_narrowed = request.has_filters and is_looking_around
        ids = dict.fromkeys(row.gig_id for row in everywhere.rows[: 0 if are_narrowed else limit])
        rows = everywhere.rows
        if request.has_filters and everywhere.is_capped:
            # Most of these are not shown: they say what the words are about, and half of them say that as well.
            ids = dict.fromkeys([*ids][: limit // 2])
        if request.has_filters and (everywhere.is_capped or are_narrowed or len(ids) == limit):
            if everywhere.is_capped:
                narrowed = window_of(plan, request, is_narrowed=True).rows
                rows = list({row.gig_id: row for row in (*everywhere.rows, *narrowed)}.values())
            else:
                narrowed = facets.Sieve(everywhere.rows, request).passing
            ids |= dict.fromkeys(row.gig_id for row in narrowed[:limit])
        # Where no word was typed nothing is held against theirs, which are most of what would be read.
        known = candidates_of(ids, with_words=bool(plan.concepts or plan.phrases))
        if gone := ids.keys() - known.keys():
            # A window that was kept for a moment may hold what is not sold any more.
            rows = [row for row in rows if row.gig_id not in gone]
        self._seen.window = plan, Window(rows, everywhere.is_capped)
        found = (known[gig_id] for gig_id in ids if gig_id in known)
        return Candidates(found, is_capped=everywhere.is_capped, are_narrowed=are_narrowed)

    def facet_rows(self, plan: QueryPlan) -> FacetRows:
        """The filterable parts of the first 5000 that match."""
        seen_plan, window = getattr(self._seen, "window", (None, None))
        self._seen.window = None, None
        if seen_plan is not plan or window is None:
            window = window_of(plan, SearchRequest(), is_narrowed=False)
        return FacetRows(window.rows, is_capped=window.is_capped)


_WRITTEN = (
    "words", "title_tokens", "tag_tokens", "body_tokens", "category_slug", "subcategory_slug", "attributes", "indexed_at",
)  # fmt: skip


def _row(document: GigWords) -> GigDocument:
    return GigDocument(
        gig_id=document.gig_id,
        words=Cast(Value(vector_literal(document)), SearchVectorField()),
        title_tokens=_short(document.title),
        tag_tokens=_short(document.tags),
        body_tokens=_short(document.body),
        category_slug=document.category_slug,
        subcategory_slug=document.subcategory_slug,
        attributes=list(document.attributes),
        indexed_at=document.read_at,
    )


def vector_literal(document: GigWords) -> str:
    """A tsvector as text: `'logo':1A '设计':2A 'c++':7B`."""
    parts: list[str] = []
    position = 0
    sub = {letter: [word for own, word in document.sub_words if own == letter] for letter in "ABCD"}
    fields = (
        ("A", document.title),
        ("B", document.tags),
        ("C", (*document.category, *document.seller)),
        ("D", document.body),
    )
    for letter, words in fields:
        for word in (*words, *sub[letter]):
            position = min(position + 1, MAXIMUM_POSITION)
            parts.append(f"{quoted(word)}:{position}{letter}")
    return " ".join(parts)


def _short(words: Iterable[str]) -> list[str]:
    return [word[:TOKEN_LENGTH] for word in words]


# A document carries what is kept of figures, level and account (0007); words for people are read where they are written.
_CANDIDATES = """
SELECT document.gig_id, document.seller_id, gig.title, {words},
       document.category_slug, document.subcategory_slug, profile.display_name, document.price_fen, document.delivery_days,
       document.level, document.orders, document.rating_sum, document.rating_count, gig.created_at, document.attributes
FROM discovery_gigdocument document
JOIN gigs_gig gig ON gig.id = document.gig_id
JOIN accounts_userprofile profile ON profile.user_id = document.seller_id
WHERE document.gig_id = ANY(%s)
"""
_WORDS, _NO_WORDS = (
    "document.title_tokens, document.tag_tokens, document.body_tokens",
    "'{}'::text[], '{}'::text[], '{}'::text[]",
)


def candidates_of(gig_ids: Iterable[int], *, only_listed: bool = True, with_words: bool = True) -> dict[int, Candidate]:
    """These gigs as they are at this moment, by id, whichever engine found them; without those that may not be listed.

    `with_words=False` leaves out the words of title, tags and description, for who compares none.
    """
    wanted = list(gig_ids)
    if not wanted:
        return {}
    statement = _CANDIDATES.format(words=_WORDS if with_words else _NO_WORDS)
    values: list[Any] = [wanted]
    if only_listed:
        # In the same statement: each page of results would ask for the few of them twice more.
        refusing, own_values = refusing_statement()
        statement = (
            f"{statement} AND document.is_listed "
            f"AND NOT EXISTS (SELECT FROM ({refusing}) refusing WHERE refusing.user_id = document.seller_id)"
        )
        values = [*values, *own_values]
    words = category_words()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {row[0]: _candidate(row, words) for row in cursor.fetchall()}


# The same titles and names stand among the candidates of search after search.
_folded = lru_cache(maxsize=20_000)(normalise)


def _candidate(row: Sequence[Any], words: Mapping[str, frozenset[str]]) -> Candidate:
    gig_id, seller_id, title, in_title, tags, body, category, subcategory, seller = row[:9]
    price_fen, delivery_days, level, orders, rating_sum, rating_count, created_at, attributes = row[9:]
    return Candidate(
        gig_id=gig_id,
        seller_id=seller_id,
        title=_folded(title),
        title_tokens=frozenset(in_title),
        tag_tokens=frozenset(tags),
        body_tokens=frozenset(body),
        category_tokens=words.get(category, frozenset()) | words.get(subcategory, frozenset()),
        seller_name=_folded(seller),
        category_slug=category,
        subcategory_slug=subcategory,
        price_fen=price_fen,
        delivery_days=delivery_days,
        level=level,
        orders_completed=orders,
        rating_sum=rating_sum,
        rating_count=rating_count,
        created_at=created_at,
        attributes=frozenset(attributes),
    )


class _Matches(Func):
    """`vector @@ query` as a condition."""

    arg_joiner = " @@ "
    template = "%(expressions)s"
    output_field = BooleanField()


def candidates_matching(plan: QueryPlan, gig_ids: Iterable[int]) -> list[Candidate]:
    """Those of these gigs that a search for the plan may show: what was just published, held against a saved search."""
    documents = GigDocument.objects.filter(listed("gig__"), gig_id__in=list(gig_ids))
    condition = Q()
    if plan.terms:
        query = Cast(Value(query_literal(plan.terms)), SearchQueryField())
        documents = documents.annotate(is_hit=_Matches(F("words"), query))
        condition |= Q(is_hit=True)
    if plan.seller:
        condition |= Q(gig__seller__profile__display_name__icontains=plan.seller)
    known = candidates_of(documents.filter(condition).values_list("gig_id", flat=True))
    return [known[gig_id] for gig_id in sorted(known)]
