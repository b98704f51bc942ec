"""Whole answers of the search in catalogues of different sizes. Rules and yardsticks: facts/performance.md, sections 3 and 6.

`postgres.p95_ms.100000`       whole answers (plan, scorer, facets) with a category and prices, worst class; likewise p50
`postgres.best_p95_ms.100000`  the same of the best round: what others on the machine disturb least
`postgres.cpu_ms.100000`       median of our process's own CPU time for such an answer, worst class; PostgreSQL's is not in it
`elasticsearch.p95_ms.100000`  all of these with the other engine, for the sizes of --elasticsearch-sizes
`suggestions.p95_ms.100000`    what the search field offers while one types
`growth_100k_1m`               p95 at 1M / at 100k, worst class of head, 20 %, 3 %, pair, rare
`T14`                          its logarithm to the base of ten
`T15`                          p50 at the largest size, head and 20 %, divided by ts_rank over all matches (A)
`T16`                          our counts beside the filters for the head word, divided by exact ones (E)
`T17`                          share of the exact first 24 that is among ours
`T18`                          p95 of suggestions, divided by the median of SELECT 1
`is_clean`                     at least three rounds were free of other people's work; otherwise all rounds count

Catalogues are kept between runs: as databases of the embedded server, and as indices below its folder.
"""

import math
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from portal.bench import machine
from portal.bench.search_worker import CLASSES, serve
from portal.embedded.paths import state_directory
from portal.embedded.search_server import start_search_server

CLEAN_ROUNDS_NEEDED = 3
BASE = "jiangji_search_base"
REPEATS = 6
# Enough for the index of a hundred thousand services; whether it is for a million nobody has tried yet.
HEAP_MB = 1024


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


@dataclass
class Result:
    """One row a clean round: what each size took."""

    sizes: list[int]
    rounds: list[dict[int, dict[str, list[float]]]] = field(default_factory=list)
    disturbed: list[dict[int, dict[str, list[float]]]] = field(default_factory=list)
    foreign: list[float] = field(default_factory=list)
    loading: dict[int, dict[str, float]] = field(default_factory=dict)
    overlap: dict[int, float] = field(default_factory=dict)

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rounds) >= CLEAN_ROUNDS_NEEDED

    @property
    def _used(self) -> list[dict[int, dict[str, list[float]]]]:
        return self.rounds if self.is_valid() else [*self.rounds, *self.disturbed]

    def _all(self, size: int, name: str) -> list[float]:
        return [value for row in self._used for value in row[size].get(name, [])]

    def _ratios(self, above: Any, below: Any) -> float:
        return round(statistics.median(above(row) / below(row) for row in self._used), 4)

    def as_json(self) -> dict[str, Any]:
        """Every key of the module's head."""
        found: dict[str, Any] = {
            "is_clean": self.is_valid(),
            "clean_rounds": len(self.rounds),
            "disturbed_rounds": len(self.disturbed),
        }
        if not self._used:
            return found
        found["foreign"] = round(statistics.median(self.foreign), 3)
        for size in self.sizes:
            for engine in ("postgres", "elasticsearch"):
                if self._all(size, f"{engine}.answers:head"):
                    found |= self._of_engine(engine, size)
            suggested = self._all(size, "suggest")
            found[f"suggestions.p50_ms.{size}"] = round(statistics.median(suggested), 2)
            found[f"suggestions.p95_ms.{size}"] = round(percentile(suggested, 0.95), 2)
            found |= {f"{name}.{size}": round(value, 3) for name, value in self.loading.get(size, {}).items()}
            if size in self.overlap:
                found[f"T17.{size}"] = round(self.overlap[size], 3)
        largest = self.sizes[-1]
        if {100_000, 1_000_000} <= set(self.sizes):
            growth = {
                name: percentile(self._all(1_000_000, f"postgres.answers:{name}"), 0.95)
                / percentile(self._all(100_000, f"postgres.answers:{name}"), 0.95)
                for name in CLASSES
            }
            found["growth_100k_1m"] = round(max(growth.values()), 3)
            found["T14"] = round(math.log10(max(growth.values())), 3)
        for name in ("head", "20%"):
            found[f"T15.{name}"] = self._ratios(
                lambda row, name=name: statistics.median(row[largest][f"postgres.answers:{name}"]),
                lambda row, name=name: statistics.median(row[largest][f"A:{name}"]),
            )
            found[f"A.{name}.p50_ms.{largest}"] = round(statistics.median(self._all(largest, f"A:{name}")), 1)
        found["T15"] = max(found["T15.head"], found["T15.20%"])
        found[f"E.head.p50_ms.{largest}"] = round(statistics.median(self._all(largest, "E:head")), 1)
        found["T16"] = self._ratios(
            lambda row: statistics.median(row[largest]["postgres.facets:head"]), lambda row: row[largest]["E:head"][0]
        )
        if largest in self.overlap:
            found["T17"] = found[f"T17.{largest}"]
        found["T18"] = self._ratios(
            lambda row: percentile(row[largest]["suggest"], 0.95),
            lambda row: statistics.median(row[largest]["select1"]),
        )
        return found

    def _of_engine(self, engine: str, size: int) -> dict[str, Any]:
        found = {}
        for kind in ("answers", "plain", "facets"):
            for name in CLASSES:
                if values := self._all(size, f"{engine}.{kind}:{name}"):
                    found[f"{engine}.{kind}.{name}.p50_ms.{size}"] = round(statistics.median(values), 1)
                    found[f"{engine}.{kind}.{name}.p95_ms.{size}"] = round(percentile(values, 0.95), 1)
        for share in ("p50_ms", "p95_ms"):
            found[f"{engine}.{share}.{size}"] = max(
                found[f"{engine}.answers.{name}.{share}.{size}"] for name in CLASSES
            )
        found[f"{engine}.best_p95_ms.{size}"] = round(
            min(max(percentile(row[size][f"{engine}.answers:{name}"], 0.95) for name in CLASSES) for row in self._used),
            1,
        )
        found[f"{engine}.cpu_ms.{size}"] = round(
            max(statistics.median(self._all(size, f"{engine}.cpu:{name}")) for name in CLASSES), 1
        )
        return found

    def as_table(self) -> str:
        """The same for people."""
        return "\n".join(f"{name:<44}{value:>12}" for name, value in self.as_json().items())


def measure(
    *, sizes: list[int], rounds: int, foreign_limit: float, elasticsearch_sizes: list[int], repeats: int = REPEATS
) -> Result:
    """All figures of `bin/bench search`. Interleaved: every round asks each size once. What it starts it stops."""
    result = Result(sorted(sizes))
    context = multiprocessing.get_context("spawn")
    pipes: dict[int, Any] = {}
    workers = []
    with search_cluster(set(elasticsearch_sizes) & set(sizes)) as url:
        try:
            for size in result.sizes:
                pipes[size], theirs = context.Pipe()
                address = url if size in elasticsearch_sizes else ""
                say(f"catalogue of {size}")
                worker = context.Process(
                    target=serve, args=(prepare_catalogue(size), theirs, address, size), daemon=True
                )
                worker.start()
                theirs.close()  # so that a worker that died is noticed instead of waited for
                workers.append(worker)
                result.loading[size] = _ask(pipes[size], "size")
                say(
                    f"catalogue of {size}: index of the other engine" if address else f"catalogue of {size}: warming up"
                )
                _ask(pipes[size], "cluster")
                _ask(pipes[size], "round", 0, repeats, False)  # warm
            for number in range(1, rounds + 3):
                if len(result.rounds) == rounds:
                    break
                say(f"round {number}")
                with machine.ForeignLoad() as load:
                    row = {
                        size: _ask(pipes[size], "round", number, repeats, size == result.sizes[-1])
                        for size in result.sizes
                    }
                (result.disturbed if load.share > foreign_limit else result.rounds).append(row)
                result.foreign.append(load.share)
            for size in result.sizes:
                say(f"overlap with the exact order, {size}")
                result.overlap[size] = _ask(pipes[size], "overlap")
        finally:
            for pipe in pipes.values():
                with suppress(OSError):
                    pipe.send(("end",))
            for worker in workers:
                worker.join(10)
                if worker.is_alive():
                    worker.terminate()
    return result


def say(text: str) -> None:
    """How far it is, for whoever waits; the figures alone go to standard output."""
    print(text, file=sys.stderr, flush=True)


def _ask(pipe: Any, *work: Any) -> Any:
    pipe.send(work)
    return pipe.recv()


@contextmanager
def search_cluster(sizes: set[int]) -> Iterator[str]:
    """The address of a real Elasticsearch for catalogues of these sizes, while the block lasts; empty where none is asked for."""
    if not sizes:
        yield ""
        return
    server = start_search_server("elasticsearch", state_directory() / "bench-elasticsearch", heap_mb=HEAP_MB)
    try:
        yield server.url
    finally:
        server.stop()


def prepare_catalogue(size: int) -> str:
    """The address of the database with that many synthetic gigs, which is made once: a few minutes for a million."""
    base = machine.prepare_database(BASE)
    name = f"jiangji_search_{size}"
    own = re.sub(rf"/{BASE}(?=\?|$)", f"/{name}", base)
    if not machine.has_database(base, name):
        machine.copy_database(base, BASE, name)
    if not machine.migrate(own):
        # Kept from a branch whose migrations went another way: made anew.
        machine.drop_database(base, name)
        machine.copy_database(base, BASE, name)
    environment = os.environ | {"DATABASE_URL": own, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    manage = [sys.executable, "-W", "ignore", "manage.py"]
    if machine.count_rows(own, name, "discovery_gigdocument") < size:
        subprocess.run(
            [*manage, "load_synthetic_gigs", str(size), "--clear"], env=environment, check=True, stdout=sys.stderr
        )
    return own
