"""Postings and checkouts against pgbench. Rules: facts/performance.md, section 6.

`postings_vs_pgbench`  postings a second of eight processes, divided by `pgbench -N -c8`
`growth_ratio`         time of a posting with 5 million entries in the books, divided by the time with 10 thousand
`T8`                   complete checkouts a second of four processes (order placed, payment begun, money captured in the
                       ledger, both sides told), divided by `pgbench -N -c8`
`T9`                   the same checkout over HTTP (session, CSRF, checkout key, then Alipay's signed notification) on two
                       WSGI workers, divided by the checkouts of T8
`T10`                  checkouts that all go to one seller, divided by checkouts spread over sellers
"""

import faulthandler
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from portal.bench import machine
from portal.bench.checkouts import CheckoutServer, check_out_for, prepare_market
from portal.bench.postings import fill_books, post_for, time_of_postings

FOREIGN_LIMIT = 0.15
CLEAN_ROUNDS_NEEDED = 3
SMALL_BOOKS = 10_000
PATIENCE_SECONDS = 60  # processes wait so long for the slowest of them to begin


@dataclass
class Result:
    """What was measured: one list of figures for each name, over the clean rounds."""

    rounds: list[dict[str, float]] = field(default_factory=list)
    dropped: int = 0
    growth: list[float] = field(default_factory=list)

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rounds) >= CLEAN_ROUNDS_NEEDED

    def _ratio(self, above: str, below: str) -> list[float]:
        return [row[above] / row[below] for row in self.rounds]

    def ratios(self) -> dict[str, list[float]]:
        """Every published ratio, per round."""
        return {
            "postings_vs_pgbench": self._ratio("postings", "pgbench"),
            "growth_ratio": self.growth,
            "T8": self._ratio("checkouts", "pgbench"),
            "T9": self._ratio("http_checkouts", "checkouts"),
            "T10": self._ratio("one_seller", "checkouts"),
        }

    def as_json(self) -> dict[str, Any]:
        """Medians of the ratios, and what they were made of."""
        found = {name: round(statistics.median(values), 3) for name, values in self.ratios().items() if values}
        absolute = {
            name: round(statistics.median(row[name] for row in self.rounds), 1)
            for name in ("pgbench", "postings", "checkouts", "one_seller", "http_checkouts", "calibration", "foreign")
            if self.rounds
        }
        return found | {"clean_rounds": len(self.rounds), "dropped_rounds": self.dropped, "per_second": absolute}

    def as_table(self) -> str:
        """The same for people: least, median, most."""
        lines = [f"{len(self.rounds)} clean rounds, {self.dropped} dropped (others used the machine)"]
        for name, values in self.ratios().items():
            if values:
                lines.append(f"{name:<22}{min(values):>8.3f}{statistics.median(values):>8.3f}{max(values):>8.3f}")
        for name, value in self.as_json()["per_second"].items():
            lines.append(f"{name:<22}{value:>16.2f}")
        return "\n".join(lines)


def measure(*, rounds: int, seconds: float, entries: int, foreign_limit: float = FOREIGN_LIMIT) -> Result:
    """All figures of `bin/bench money`. Interleaved: every round measures everything once.

    A round in which others kept more than `foreign_limit` of the machine busy is dropped.
    """
    address = os.environ["DATABASE_URL"]  # as libpq reads it; Django keeps it in parts
    machine.prepare_pgbench(address)
    market = prepare_market()
    result = Result()
    fill_books(SMALL_BOOKS)
    small = [time_of_postings() for _ in range(rounds)]
    with CheckoutServer(market) as server:
        for _ in range(rounds + 2):
            if len(result.rounds) == rounds:
                break
            row = {"calibration": machine.calibrate()}
            with machine.ForeignLoad() as load:
                row["pgbench"] = machine.pgbench(address, seconds)
                row["postings"] = _together(8, post_for, seconds)
                row["checkouts"] = _together(4, check_out_for, seconds, market.package_ids)
                row["one_seller"] = _together(4, check_out_for, seconds, market.package_ids[:1])
                row["http_checkouts"] = server.measure(seconds)
            row["foreign"] = load.share
            if load.share > foreign_limit:
                result.dropped += 1
            else:
                result.rounds.append(row)
    fill_books(entries)
    large = [time_of_postings() for _ in range(rounds)]
    result.growth = [after / before for before, after in zip(sorted(small), sorted(large), strict=True)]
    return result


def _together(processes: int, work: Callable[..., int], seconds: float, *arguments: Any) -> float:
    """Run `work(seconds, number, *arguments)` in processes that begin together; what they did per second, in all.

    They are forked from a process of their own: whoever measures may have threads (a test run has), and a fork copies
    locks that nobody will ever release.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["portal.bench.ready"])
    barrier, counts = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(target=_work, args=(barrier, counts, work, seconds, number, *arguments))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    total = sum(counts.get(timeout=seconds * 10 + 2 * PATIENCE_SECONDS) for _ in workers)
    for worker in workers:
        worker.join()
    return total


def _work(barrier: Any, counts: Any, work: Callable[..., int], seconds: float, number: int, *arguments: Any) -> None:
    faulthandler.dump_traceback_later(PATIENCE_SECONDS + seconds * 10)  # who hangs says where
    connection.ensure_connection()
    work(0.2, number, *arguments)  # warm
    barrier.wait(PATIENCE_SECONDS)
    started = time.perf_counter()
    done = work(seconds, number, *arguments)
    counts.put(done / (time.perf_counter() - started))
    faulthandler.cancel_dump_traceback_later()
