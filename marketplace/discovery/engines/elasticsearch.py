"""The engine for a cluster of Elasticsearch or OpenSearch, with PostgreSQL behind it.

The cluster finds, PostgreSQL says how what was found is at this moment: what was paused a second ago is not shown, and the
scorer sees the same figures as with the other engine. What the cluster cannot answer now, PostgreSQL finds too.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import uuid4

from marketplace.core.commits import after_commit
from marketplace.discovery.engines import queries
from marketplace.discovery.engines.base import (
    CANDIDATE_LIMIT,
    Candidates,
    FacetRow,
    FacetRows,
    GigWords,
    QueryPlan,
    SearchRequest,
)
from marketplace.discovery.engines.clusters import ClusterUnavailable, cluster
from marketplace.discovery.engines.mapping import index_body
from marketplace.discovery.engines.postgres import FACET_ROW_LIMIT, PostgresSearchEngine, candidates_of
from marketplace.discovery.engines.windows import refusing
from marketplace.discovery.replica import outbox, state
from marketplace.discovery.replica.indices import read_alias

Found = TypeVar("Found")


class ElasticsearchEngine:
    """SearchEngine over the cluster that the settings name."""

    def __init__(self) -> None:
        self._postgres = PostgresSearchEngine()

    @classmethod
    def apart(cls) -> "ElasticsearchEngineApart":
        """The engine with an index of its own, which `close` deletes: for evaluations and comparisons."""
        return ElasticsearchEngineApart(f"{read_alias()}-apart-{uuid4().hex[:12]}")

    def index(self, documents: Sequence[GigWords]) -> None:
        """Store these documents in PostgreSQL. The cluster is told of them after the commit."""
        self._postgres.index(documents)
        after_commit(outbox.send_changes)

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Forget these gigs."""
        self._postgres.remove(gig_ids)
        after_commit(outbox.send_changes)

    def clear(self) -> None:
        """Forget everything."""
        self._postgres.clear()
        after_commit(outbox.send_changes)

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> Candidates:
        """The best `limit` for the words alone, and the best `limit` within the filters."""
        return _or_postgres(
            lambda: _retrieve(read_alias(), plan, request, limit),
            lambda: self._postgres.retrieve(plan, request, limit=limit),
        )

    def facet_rows(self, plan: QueryPlan) -> FacetRows:
        """The filterable parts of the first 5000 that match."""
        return _or_postgres(lambda: _facet_rows(read_alias(), plan), lambda: self._postgres.facet_rows(plan))


class ElasticsearchEngineApart:
    """SearchEngine over an index that nobody else sees. It is written at once, and nobody answers in the cluster's place."""

    def __init__(self, index: str) -> None:
        self._postgres = PostgresSearchEngine()
        self._index = index
        cluster().create(index, index_body())

    def close(self) -> None:
        """Delete the index."""
        cluster().drop(self._index)

    def index(self, documents: Sequence[GigWords]) -> None:
        """Store these documents, in PostgreSQL too, whose words and figures the cluster's are made of."""
        self._postgres.index(documents)
        self._write([document.gig_id for document in documents])

    def remove(self, gig_ids: Sequence[int]) -> None:
        """Forget these gigs."""
        self._postgres.remove(gig_ids)
        self._write(gig_ids)

    def clear(self) -> None:
        """Forget everything."""
        self._postgres.clear()
        cluster().drop(self._index)
        cluster().create(self._index, index_body())

    def retrieve(self, plan: QueryPlan, request: SearchRequest, *, limit: int = CANDIDATE_LIMIT) -> Candidates:
        """The best `limit` for the words alone, and the best `limit` within the filters. Raises ClusterUnavailable."""
        return _retrieve(self._index, plan, request, limit)

    def facet_rows(self, plan: QueryPlan) -> FacetRows:
        """The filterable parts of the first 5000 that match. Raises ClusterUnavailable."""
        return _facet_rows(self._index, plan)

    def _write(self, gig_ids: Sequence[int]) -> None:
        outbox.write_gigs(gig_ids, indices=[self._index])
        cluster().refresh(self._index)


def _retrieve(index: str, plan: QueryPlan, request: SearchRequest, limit: int) -> Candidates:
    away = refusing()
    # Both in one journey, though the second is not always needed: waiting costs more than the cluster's work.
    narrowings = (False, True) if request.has_filters else (False,)
    answers = cluster().search_many(
        index,
        [
            queries.candidates_body(plan, request, refusing=away, limit=limit, is_narrowed=is_narrowed)
            for is_narrowed in narrowings
        ],
    )
    everywhere, *within = [[int(hit["_id"]) for hit in answer["hits"]["hits"]] for answer in answers]
    ids = dict.fromkeys(everywhere)
    if len(everywhere) == limit:
        ids |= dict.fromkeys(gig_id for hits in within for gig_id in hits)
    known = candidates_of(ids)
    return Candidates(known[gig_id] for gig_id in ids if gig_id in known)


def _facet_rows(index: str, plan: QueryPlan) -> FacetRows:
    body = queries.facets_body(plan, refusing=refusing(), limit=FACET_ROW_LIMIT)
    (answer,) = cluster().search_many(index, [body])
    rows = [_facet_row(int(hit["_id"]), hit["fields"]) for hit in answer["hits"]["hits"]]
    return FacetRows(rows, is_capped=len(rows) >= FACET_ROW_LIMIT)


def _or_postgres(ask: Callable[[], Found], otherwise: Callable[[], Found]) -> Found:
    if state.trouble() is not None:
        return otherwise()
    try:
        return ask()
    except ClusterUnavailable as error:
        state.mark_down(str(error))
        return otherwise()


def _facet_row(gig_id: int, fields: dict[str, list[Any]]) -> FacetRow:
    return FacetRow(
        gig_id=gig_id,
        category_slug=fields["category"][0],
        subcategory_slug=fields["subcategory"][0],
        price_fen=fields["price_fen"][0],
        delivery_days=fields["delivery_days"][0],
        level=fields["level"][0],
        rating=fields["rating"][0],
        attributes=frozenset(fields.get("attributes", ())),
        seller_id=fields["seller_id"][0],
    )
