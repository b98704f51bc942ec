"""What one process measures on one catalogue: whole answers of the search, and what it is compared with in the same round."""

import random
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

# What is asked: a word in 75 % of the titles, in 18, in 3, two words together, and one in a ten-thousandth.
CLASSES = {"head": "设计", "20%": "翻译", "3%": "单片机", "pair": "翻译 海报", "rare": "白矮星"}
TYPED = ("设", "设计", "fan", "海报", "danpianji", "小程", "ppt", "白矮", "视频剪", "yinyue")
OVERLAP_QUERIES = 20


def serve(url: str, pipe: Connection, cluster_url: str, catalogue: int) -> None:
    """Answer `round`, `size`, `cluster`, `overlap` until `end`: a process of its own, since settings belong to one database."""
    import os

    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    os.environ["DATABASE_STATEMENT_TIMEOUT_SECONDS"] = "0"
    os.environ["SEARCH_ENGINE"] = "marketplace.discovery.engines.postgres.PostgresSearchEngine"
    os.environ["ELASTICSEARCH_URL"] = cluster_url
    os.environ["ELASTICSEARCH_INDEX_PREFIX"] = f"bench-{catalogue}-"
    import django

    django.setup()
    from django.core.cache import caches

    from marketplace.core.cache import CacheApart

    # The versions that processes tell one another are of one catalogue.
    for alias in caches:  # all ways to it: in Valkey the catalogues of other processes would be mixed with this one
        caches[alias] = CacheApart("bench", {"TIMEOUT": None})
    work: dict[str, Callable[..., Any]] = {"size": _size, "cluster": _cluster, "round": _round, "overlap": _overlap}
    while (asked := pipe.recv())[0] != "end":
        pipe.send(work[asked[0]](*asked[1:]))


def resident_mb() -> float:
    """The memory of this process."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def _size() -> dict[str, float]:
    """How long the lexicon takes to load, and what it weighs."""
    from marketplace.discovery.language.dictionary import dictionary_in_force
    from marketplace.discovery.language.lexicon import current_lexicon
    from marketplace.discovery.language.snapshot import newest

    dictionary_in_force()  # the language's own dictionary, which every process has
    before, started = resident_mb(), time.perf_counter()
    lexicon = current_lexicon()
    found = {
        "lexicon_seconds": time.perf_counter() - started,
        "lexicon_mb": resident_mb() - before,
        "words": len(lexicon.frequency),
    }
    started = time.perf_counter()
    newest()
    return found | {"snapshot_seconds": time.perf_counter() - started}


def _cluster() -> int:
    """Fill the index of the other engine where it holds less than PostgreSQL; returns how many services it holds."""
    from marketplace.discovery.engines.clusters import cluster
    from marketplace.discovery.models import GigDocument, SearchReplica
    from marketplace.discovery.replica import indices, rebuild, state

    if not state.is_configured():
        return 0
    count = GigDocument.objects.count()
    index = indices.current_index()
    # An index may be older than a database that was made anew, which notes what changes only since it filled an index.
    if index is None or not SearchReplica.objects.exists() or cluster().count(index) != count:
        rebuild.build_index()
    return count


def _requests(seed: int, number: int) -> dict[str, list[Any]]:
    """For each class, requests with a category and a range of prices, the same for the same seed."""
    from marketplace.discovery.engines.base import SearchRequest
    from marketplace.gigs.models import GigCategory

    rng = random.Random(seed)  # noqa: S311
    slugs = sorted(GigCategory.objects.filter(parent__isnull=False).values_list("slug", flat=True))
    found = {}
    for name, query in CLASSES.items():
        found[name] = [
            SearchRequest(
                query=query, category_slug=rng.choice(slugs), price_min_fen=low * 100, price_max_fen=low * 800
            )
            for low in (rng.choice((20, 50, 100, 200, 300)) for _ in range(number))
        ]
    return found


def _timed(work: Callable[[], Any], cpu: list[float] | None = None) -> float:
    started, used = time.perf_counter(), time.process_time()
    work()
    if cpu is not None:
        cpu.append((time.process_time() - used) * 1000)
    return (time.perf_counter() - started) * 1000


def _engines() -> dict[str, Any]:
    from marketplace.discovery.engines.elasticsearch import ElasticsearchEngine
    from marketplace.discovery.engines.postgres import PostgresSearchEngine
    from marketplace.discovery.replica import state

    return {"postgres": PostgresSearchEngine()} | (
        {"elasticsearch": ElasticsearchEngine()} if state.is_configured() else {}
    )


def _must_have_answered() -> None:
    """Raises where PostgreSQL answered in the cluster's place: those figures would not be the cluster's."""
    from marketplace.discovery.replica import state

    if state.is_configured() and (trouble := state.trouble()) is not None:
        raise RuntimeError(f"Elasticsearch did not answer: {trouble.reason}")


def _round(seed: int, number: int, with_yardsticks: bool) -> dict[str, list[float]]:
    """Milliseconds of everything, `number` times each. `answers:` are whole answers, plan, scorer and facets included."""
    from django.db import connection

    from marketplace.discovery import services
    from marketplace.discovery.engines.base import SearchRequest
    from marketplace.discovery.suggestions import suggest

    found: dict[str, list[float]] = {}
    asked = _requests(seed, number)
    for engine_name, engine in _engines().items():
        with services.use_engine(engine):
            for name, requests in asked.items():
                plain = SearchRequest(query=CLASSES[name])
                cpu: list[float] = []
                found[f"{engine_name}.answers:{name}"] = [
                    _timed(lambda one=one: services.search(one), cpu) for one in requests
                ]
                found[f"{engine_name}.cpu:{name}"] = cpu
                few = range(max(2, number // 3))
                found[f"{engine_name}.plain:{name}"] = [_timed(lambda one=plain: services.search(one)) for _ in few]
                found[f"{engine_name}.facets:{name}"] = [_timed(lambda one=plain: _our_facets(one)) for _ in few]
    _must_have_answered()
    for name in ("head", "20%") if with_yardsticks else ():
        found[f"A:{name}"] = [_timed(lambda one=one: _plain_rank(one)) for one in asked[name][:2]]
    if with_yardsticks:
        found["E:head"] = [_timed(lambda: _exact_facets(CLASSES["head"]))]
    found["suggest"] = [_timed(lambda text=text: suggest(text)) for text in TYPED]
    with connection.cursor() as cursor:
        found["select1"] = [_timed(lambda: cursor.execute("SELECT 1")) for _ in range(50)]
    return found


def _our_facets(request: Any) -> None:
    from marketplace.discovery import facets, services
    from marketplace.discovery.language.lexicon import current_lexicon
    from marketplace.discovery.language.plan import understand

    rows = services.search_engine().facet_rows(understand(request.query, current_lexicon()))
    facets.facet_counts(facets.Sieve(rows, request), request)


_JOINED = (
    "FROM discovery_gigdocument document JOIN gigs_gigstats figures USING (gig_id) WHERE document.is_listed "
    "AND document.words @@ %s::tsquery"
)
_WORTH = "ts_rank(document.words, %s::tsquery) * document.popularity"


def _plain_rank(request: Any) -> None:
    """Yardstick A: every match is ranked, within category and prices."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT document.gig_id {_JOINED} AND document.subcategory_slug = %s AND figures.price_from_fen BETWEEN %s AND %s "
            f"ORDER BY {_WORTH} DESC LIMIT 24",
            [
                f"'{request.query}'",
                request.category_slug,
                request.price_min_fen,
                request.price_max_fen,
                f"'{request.query}'",
            ],
        )
        cursor.fetchall()


def _exact_facets(word: str) -> None:
    """Yardstick E: categories, price bands and ratings counted over every match."""
    from django.db import connection

    from marketplace.core.ratings import rating_tenths_sql

    tenths = rating_tenths_sql("figures.rating_sum", "figures.rating_count")
    with connection.cursor() as cursor:
        for value in (
            "document.subcategory_slug",
            "width_bucket(figures.price_from_fen, ARRAY[10000, 30000, 50000, 100000, 200000, 500000, 1000000]::bigint[])",
            f"CASE WHEN figures.rating_count > 0 THEN {tenths} END",
        ):
            cursor.execute(f"SELECT {value}, count(*) {_JOINED} GROUP BY 1", [f"'{word}'"])
            cursor.fetchall()


def _overlap() -> float:
    """T17: share of the first 24 by words and popularity over all matches that our window brings among its first 24."""
    from django.db import connection

    from marketplace.discovery.engines.base import SearchRequest
    from marketplace.discovery.engines.windows import query_literal, window_of
    from marketplace.discovery.language.lexicon import current_lexicon
    from marketplace.discovery.language.plan import understand

    lexicon = current_lexicon()
    words = [word for word, count in sorted(lexicon.core.items(), key=lambda item: (-item[1], item[0])) if count]
    rng = random.Random(17)  # noqa: S311
    mixed = [
        *CLASSES.values(),
        *words[:5],
        *(words[int(rng.paretovariate(0.5)) % len(words)] for _ in range(OVERLAP_QUERIES - 10)),
    ]
    shares = []
    for query in mixed:
        plan = understand(query, lexicon)
        if not plan.terms:
            continue
        ours = [row.gig_id for row in window_of(plan, SearchRequest(query=query), is_narrowed=False).rows[:24]]
        concepts = [one for one in plan.concepts if one.alternatives and not one.is_generic] or [
            one for one in plan.concepts if one.alternatives
        ]
        covered = " + ".join("%s * (words @@ %s::tsquery)::int" for _one in concepts)
        values: list[Any] = []
        for one in concepts:
            values += [one.idf, query_literal(other.term for other in one.alternatives)]
        terms = query_literal(plan.terms)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT gig_id FROM discovery_gigdocument WHERE is_listed AND words @@ %s::tsquery "  # noqa: S608
                f"ORDER BY {covered} DESC, ts_rank(words, %s::tsquery) * popularity DESC, orders DESC, gig_id DESC LIMIT 24",
                [terms, *values, terms],
            )
            exact = [gig_id for (gig_id,) in cursor.fetchall()]
        if exact:
            shares.append(len(set(ours) & set(exact)) / len(exact))
    return sum(shares) / len(shares) if shares else 1.0
