"""A judged set, answered by an engine with the public search function."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from typing import Any

from django.utils.module_loading import import_string

from marketplace.discovery.engines.base import SearchEngine, SearchRequest
from marketplace.discovery.evaluation.isolation import a_catalogue_apart
from marketplace.discovery.evaluation.loading import load_set
from marketplace.discovery.services import search

ENGINES = {
    "postgres": "marketplace.discovery.engines.postgres.PostgresSearchEngine",
    "elasticsearch": "marketplace.discovery.engines.elasticsearch.ElasticsearchEngine",
}
RESULTS = 24


def answer_set(judged: Mapping[str, Any], *, engine: str) -> dict[str, list[str]]:
    """The first 24 gigs of the set for each of its queries (by id) and negatives (by text), from an index apart."""
    with _engine_apart(engine) as one, a_catalogue_apart(one):
        names = load_set(judged)
        asked = {query["id"]: query["query"] for query in judged["queries"]}
        asked |= {text: text for text in judged.get("negatives", ())}
        return {key: [names[gig_id] for gig_id in _shown(text)] for key, text in asked.items()}


def _shown(text: str) -> tuple[int, ...]:
    """What the first page shows, in its order: what fits, then others of the category where few fit."""
    result = search(SearchRequest(query=text, page_size=RESULTS))
    return (*result.ids, *result.same_category)[:RESULTS]


@contextmanager
def _engine_apart(name: str) -> Iterator[SearchEngine]:
    """The engine with an index of its own: `apart()` makes one that `close()` takes away; tables apart need neither."""
    engine_class = import_string(ENGINES[name])
    apart = getattr(engine_class, "apart", None)
    engine = apart() if apart else engine_class()
    with closing(engine) if apart else nullcontext(engine):
        yield engine
