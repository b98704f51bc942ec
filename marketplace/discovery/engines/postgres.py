"""The embedded engine: PostgreSQL's full text search over words that Python has cut.

The vector and the query are written as literals and cast: to_tsvector and to_tsquery would cut again, and lose the
plus signs of c++ (facts/search.md, section 4).
"""

from collections.abc import Iterable, Sequence

from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.db import transaction
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, Value
from django.db.models.functions import Cast

from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Candidate,
    FacetRow,
    GigWords,
    QueryPlan,
    SearchRequest,
    attribute_token,
)
from marketplace.discovery.language import normalise
from marketplace.discovery.language.lexicon import category_words
from marketplace.discovery.models import GigDocument
from marketplace.gigs.cards import mean_rating
from marketplace.gigs.models import listed

FACET_ROW_LIMIT = 5000
# PostgreSQL's own limits: a lexeme below 2 kB, a position below 16384.
MAXIMUM_POSITION = 16_000
TOKEN_LENGTH = 80


class _Matches(Func):
    """`vector @@ query` as a condition."""

    arg_joiner = " @@ "
    template = "%(expressions)s"
    output_field = BooleanField()


class PostgresSearchEngine:
    """SearchEngine over discovery_gigdocument."""

    def index(self, documents: Sequence[GigWords]) -> None:
        """Store these documents, replacing those of the same gigs."""
        rows = [
            GigDocument(
                gig_id=document.gig_id,
                words=Cast(Value(vector_literal(document)), SearchVectorField()),
                title_tokens=_short(document.title),
                tag_tokens=_short(document.tags),
                body_tokens=_short(document.body),
                category_slug=document.category_slug,
                subcategory_slug=document.subcategory_slug,
                attributes=list(document.attributes),
            )
            for document in documents
        ]
        with transaction.atomic():
            # Deleted and made anew: an upsert cannot carry an expression.
            GigDocument.objects.filter(gig_id__in=[row.gig_id for row in rows]).delete()
            for row in rows:
                row.save(force_insert=True)

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Forget these gigs."""
        GigDocument.objects.filter(gig_id__in=gig_ids).delete()

    def clear(self) -> None:
        """Forget everything."""
        GigDocument.objects.all().delete()

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> list[Candidate]:
        """The best `limit` for the words alone, and the best `limit` within the filters."""
        matching = self._ranked(plan, request.sort)
        found = {row.gig_id: row for row in map(_candidate, _columns(matching)[:limit])}
        if request.has_filters and len(found) == limit:
            found |= {row.gig_id: row for row in map(_candidate, _columns(_narrow(matching, request))[:limit])}
        return list(found.values())

    def facet_rows(self, plan: QueryPlan) -> list[FacetRow]:
        """The filterable parts of the first 5000 that match."""
        rows = self._ranked(plan, "relevance").values_list(
            "gig_id", "category_slug", "subcategory_slug", "gig__stats__price_from_fen", "gig__stats__delivery_days_from",
            "gig__seller__profile__level", "gig__stats__rating_sum", "gig__stats__rating_count",
            "attributes",
        )[:FACET_ROW_LIMIT]  # fmt: skip
        return [
            FacetRow(*row[:6], rating=float(mean_rating(row[6], row[7]) or 0), attributes=frozenset(row[8]))
            for row in rows
        ]

    def _ranked(self, plan: QueryPlan, sort: str) -> QuerySet[GigDocument]:
        documents = GigDocument.objects.filter(listed("gig__"))
        condition = Q()
        if plan.terms:
            query = Cast(Value(query_literal(plan.terms)), SearchQueryField())
            documents = documents.annotate(
                rank=Func(F("words"), query, function="ts_rank", output_field=FloatField()),
                is_hit=_Matches(F("words"), query),
            )
            condition |= Q(is_hit=True)
        if plan.seller:
            condition |= Q(gig__seller__profile__display_name__icontains=plan.seller)
        if condition:
            documents = documents.filter(condition)
        if sort == "relevance" and plan.terms:
            return documents.order_by("-rank", "-gig__stats__orders_completed", "-gig_id")  # type: ignore[misc]
        return documents.order_by(*_ORDER.get(sort, _ORDER["relevance"]), "-gig_id")


_ORDER: dict[str, tuple[str, ...]] = {
    "relevance": ("-gig__stats__orders_completed",),
    "orders": ("-gig__stats__orders_completed",),
    "rating": ("-gig__stats__rating_count",),
    "price": ("gig__stats__price_from_fen",),
    "speed": ("gig__stats__delivery_days_from",),
    "newest": ("-gig__created_at",),
}


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
            parts.append(f"{_quoted(word)}:{position}{letter}")
    return " ".join(parts)


def query_literal(terms: Iterable[str]) -> str:
    """A tsquery as text that matches any of the words."""
    return " | ".join(_quoted(term) for term in terms)


def _quoted(word: str) -> str:
    escaped = word[:TOKEN_LENGTH].replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _short(words: Iterable[str]) -> list[str]:
    return [word[:TOKEN_LENGTH] for word in words]


def _narrow(documents: QuerySet[GigDocument], request: SearchRequest) -> QuerySet[GigDocument]:
    if request.category_slug:
        slug = request.category_slug
        documents = documents.filter(Q(category_slug=slug) | Q(subcategory_slug=slug))
    if request.price_min_fen is not None:
        documents = documents.filter(gig__stats__price_from_fen__gte=request.price_min_fen)
    if request.price_max_fen is not None:
        documents = documents.filter(gig__stats__price_from_fen__lte=request.price_max_fen)
    if request.max_days is not None:
        documents = documents.filter(gig__stats__delivery_days_from__lte=request.max_days)
    if request.levels:
        documents = documents.filter(gig__seller__profile__level__in=request.levels)
    if request.min_rating is not None:
        floor = F("gig__stats__rating_count") * Value(request.min_rating, output_field=FloatField())
        documents = documents.filter(gig__stats__rating_count__gt=0, gig__stats__rating_sum__gte=floor)
    for key, options in request.attributes:
        documents = documents.filter(attributes__overlap=[attribute_token(key, option) for option in options])
    return documents


def candidates_of(gig_ids: Iterable[int], *, only_listed: bool = True) -> dict[int, Candidate]:
    """These gigs as they are at this moment, by id, whichever engine found them; without those that may not be listed."""
    documents = GigDocument.objects.filter(gig_id__in=list(gig_ids))
    if only_listed:
        documents = documents.filter(listed("gig__"))
    return {row["gig_id"]: _candidate(row) for row in _columns(documents)}


_COLUMNS = (
    "gig_id", "gig__seller_id", "gig__title", "title_tokens", "tag_tokens", "body_tokens", "category_slug", "subcategory_slug",
    "gig__seller__profile__display_name", "gig__stats__price_from_fen", "gig__stats__delivery_days_from",
    "gig__seller__profile__level", "gig__stats__orders_completed", "gig__stats__rating_sum", "gig__stats__rating_count",
    "gig__created_at", "attributes",
)  # fmt: skip


def _columns(documents: QuerySet[GigDocument]) -> QuerySet:
    return documents.values(*_COLUMNS)


def _candidate(row: dict) -> Candidate:
    words = category_words()
    return Candidate(
        gig_id=row["gig_id"],
        seller_id=row["gig__seller_id"],
        title=normalise(row["gig__title"]),
        title_tokens=frozenset(row["title_tokens"]),
        tag_tokens=frozenset(row["tag_tokens"]),
        body_tokens=frozenset(row["body_tokens"]),
        category_tokens=words.get(row["category_slug"], frozenset()) | words.get(row["subcategory_slug"], frozenset()),
        seller_name=normalise(row["gig__seller__profile__display_name"]),
        category_slug=row["category_slug"],
        subcategory_slug=row["subcategory_slug"],
        price_fen=row["gig__stats__price_from_fen"],
        delivery_days=row["gig__stats__delivery_days_from"],
        level=row["gig__seller__profile__level"],
        orders_completed=row["gig__stats__orders_completed"],
        rating_sum=row["gig__stats__rating_sum"],
        rating_count=row["gig__stats__rating_count"],
        created_at=row["gig__created_at"],
        attributes=frozenset(row["attributes"]),
    )


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
    return [_candidate(row) for row in _columns(documents.filter(condition).order_by("gig_id"))]
