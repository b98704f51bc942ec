"""Whole answers of the search in catalogues of different sizes. Rules and yardsticks: facts/performance.md, sections 3 and 6.

`postgres.p95_ms.100000`  whole answers (plan, scorer, facets) with a category and prices, worst class; likewise p50
`growth_100k_1m`          p95 at 1M / at 100k, worst class of head, 20 %, 3 %, pair, rare: in the same round
`T14`                     its logarithm to the base of ten
`T15`                     p50 at the largest size, head and 20 %, divided by ts_rank over all matches (A)
`T16`                     our counts beside the filters for the head word, divided by exact ones (E)
`T17`                     share of the exact first 24 that is among ours
`T18`                     p95 of suggestions, divided by the median of SELECT 1
"""

import math
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

from portal.bench import machine
from portal.bench.search_worker import CLASSES, serve

CLEAN_ROUNDS_NEEDED = 3
BASE = "jiangji_search_base"
REPEATS = 6


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


@dataclass
class Result:
    """One row a clean round: what each size took."""

    sizes: list[int]
    rounds: list[dict[int, dict[str, list[float]]]] = field(default_factory=list)
    dropped: int = 0
    foreign: list[float] = field(default_factory=list)
    loading: dict[int, dict[str, float]] = field(default_factory=dict)
    overlap: dict[int, float] = field(default_factory=dict)

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rounds) >= CLEAN_ROUNDS_NEEDED

    def _all(self, size: int, name: str) -> list[float]:
        return [value for row in self.rounds for value in row[size].get(name, [])]

    def _ratios(self, above: Any, below: Any) -> float:
        return round(statistics.median(above(row) / below(row) for row in self.rounds), 4)

    def as_json(self) -> dict[str, Any]:
        """Every key of the module's head."""
        found: dict[str, Any] = {"clean_rounds": len(self.rounds), "dropped_rounds": self.dropped}
        if not self.rounds:
            return found
        found["foreign"] = round(statistics.median(self.foreign), 3)
        for size in self.sizes:
            for kind in ("answers", "plain", "facets"):
                for name in CLASSES:
                    values = self._all(size, f"{kind}:{name}")
                    found[f"postgres.{kind}.{name}.p50_ms.{size}"] = round(statistics.median(values), 1)
                    found[f"postgres.{kind}.{name}.p95_ms.{size}"] = round(percentile(values, 0.95), 1)
            found[f"postgres.p50_ms.{size}"] = max(found[f"postgres.answers.{name}.p50_ms.{size}"] for name in CLASSES)
            found[f"postgres.p95_ms.{size}"] = max(found[f"postgres.answers.{name}.p95_ms.{size}"] for name in CLASSES)
            found[f"suggest.p95_ms.{size}"] = round(percentile(self._all(size, "suggest"), 0.95), 1)
            found |= {f"{name}.{size}": round(value, 3) for name, value in self.loading.get(size, {}).items()}
            if size in self.overlap:
                found[f"T17.{size}"] = round(self.overlap[size], 3)
        largest = self.sizes[-1]
        if {100_000, 1_000_000} <= set(self.sizes):
            growth = {
                name: percentile(self._all(1_000_000, f"answers:{name}"), 0.95)
                / percentile(self._all(100_000, f"answers:{name}"), 0.95)
                for name in CLASSES
            }
            found["growth_100k_1m"] = round(max(growth.values()), 3)
            found["T14"] = round(math.log10(max(growth.values())), 3)
        for name in ("head", "20%"):
            found[f"T15.{name}"] = self._ratios(
                lambda row, name=name: statistics.median(row[largest][f"answers:{name}"]),
                lambda row, name=name: statistics.median(row[largest][f"A:{name}"]),
            )
            found[f"A.{name}.p50_ms.{largest}"] = round(statistics.median(self._all(largest, f"A:{name}")), 1)
        found["T15"] = max(found["T15.head"], found["T15.20%"])
        found[f"E.head.p50_ms.{largest}"] = round(statistics.median(self._all(largest, "E:head")), 1)
        found["T16"] = self._ratios(
            lambda row: statistics.median(row[largest]["facets:head"]), lambda row: row[largest]["E:head"][0]
        )
        if largest in self.overlap:
            found["T17"] = found[f"T17.{largest}"]
        found["T18"] = self._ratios(
            lambda row: percentile(row[largest]["suggest"], 0.95),
            lambda row: statistics.median(row[largest]["select1"]),
        )
        return found

    def as_table(self) -> str:
        """The same for people."""
        return "\n".join(f"{name:<44}{value:>12}" for name, value in self.as_json().items())


def measure(*, sizes: list[int], rounds: int, foreign_limit: float) -> Result:
    """All figures of `bin/bench search`. Interleaved: every round asks each size once. Catalogues are kept between runs."""
    result = Result(sorted(sizes))
    context = multiprocessing.get_context("spawn")
    pipes, workers = {}, []
    try:
        for size in result.sizes:
            pipes[size], theirs = context.Pipe()
            workers.append(context.Process(target=serve, args=(prepare_catalogue(size), theirs), daemon=True))
            workers[-1].start()
            pipes[size].send(("size",))
            result.loading[size] = pipes[size].recv()
            pipes[size].send(("round", 0, REPEATS, False))  # warm
            pipes[size].recv()
        for number in range(1, rounds + 3):
            if len(result.rounds) == rounds:
                break
            row = {}
            with machine.ForeignLoad() as load:
                for size in result.sizes:
                    pipes[size].send(("round", number, REPEATS, size == result.sizes[-1]))
                    row[size] = pipes[size].recv()
            if load.share > foreign_limit:
                result.dropped += 1
            else:
                result.rounds.append(row)
                result.foreign.append(load.share)
        for size in result.sizes:
            pipes[size].send(("overlap",))
            result.overlap[size] = pipes[size].recv()
    finally:
        for pipe in pipes.values():
            pipe.send(("end",))
        for worker in workers:
            worker.join(10)
    return result


def prepare_catalogue(size: int) -> str:
    """The address of the database with that many synthetic gigs, which is made once: a few minutes for a million."""
    base = machine.prepare_database(BASE)
    name = f"jiangji_search_{size}"
    own = re.sub(rf"/{BASE}(?=\?|$)", f"/{name}", base)
    if not machine.has_database(base, name):
        machine.copy_database(base, BASE, name)
    environment = os.environ | {"DATABASE_URL": own, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    manage = [sys.executable, "-W", "ignore", "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    if machine.count_rows(own, name, "discovery_gigdocument") < size:
        subprocess.run([*manage, "load_synthetic_gigs", str(size), "--clear"], env=environment, check=True)
    return own
