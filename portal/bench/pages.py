"""`bin/bench pages`: T1 to T7 of facts/performance.md, section 6, in the layout of production (portal/bench/production.py).

`T1` `T2` `T3`   requests a second of a list of 24 (category and two prices), of a service and of home, nobody logged in and no
                 page kept, divided by those of tpl24 (portal/bench/bare.py) under the same gunicorn
`T4`             the slowest of the kept pages, divided by Django's hello with eight middlewares
`T5`             CPU of one answer, PostgreSQL's included, divided by that of hello; both under synchronous workers
`T6` `T7`        portal/bench/counting.py
`p99_over_p50`   at 32 connections, the worst page
`growth`         portal/bench/growth.py, where its result is fresh

One server is loaded at a time, all of them in each round. `logged_in` has T1 to T3 for somebody with a session.
"""

import asyncio
import statistics
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from portal.bench import counting, processes, production, site, wrk
from portal.bench.rounds import PATIENCE_SECONDS, Rounds, measure_rounds
from portal.bench.targets import HEAD, table_of
from portal.bench.websocket import connect

FRESH, KEPT = ("list", "detail", "home"), ("home", "category", "detail", "seller")
RATIOS = {"T1": "list", "T2": "detail", "T3": "home"}
CROWD = 32


@dataclass(frozen=True)
class Speed:
    """What a server did of one address: wrk's figures, and CPU for one answer in milliseconds."""

    per_second: float
    p50: float
    p99: float
    cpu_ms: float
    postgres_ms: float

    @property
    def whole_ms(self) -> float:
        """PostgreSQL's included."""
        return self.cpu_ms + self.postgres_ms


Row = Mapping[str, Speed]


@dataclass
class Result:
    """What was measured and counted. Without enough clean rounds there is nothing but what was counted."""

    rounds: Rounds[Row]
    statements: Mapping[str, counting.Counted]
    list_bytes: int
    memory_mb: Mapping[str, list[float]] = field(default_factory=dict)
    growth: float | None = None
    growth_said: str = ""
    note: str = ""

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return self.rounds.is_valid()

    def refusal(self) -> str:
        """Why there are no figures; empty where there are."""
        return self.rounds.refusal()

    def as_json(self) -> dict[str, Any]:
        """The keys of the module's head, then what they are made of."""
        found: dict[str, Any] = self._measured() if self.is_valid() else {"refused": self.refusal()}
        found["T6"] = {kind: max(counted.few, counted.many) for kind, counted in self.statements.items()}
        found["T6_growth"] = max(counted.many - counted.few for counted in self.statements.values())
        found["T6_duplicates"] = max(counted.duplicates for counted in self.statements.values())
        found["T7"] = self.list_bytes
        if self.growth is not None:
            found["growth"] = self.growth
        return found | {"worker_pss_mb": self.memory_mb} | self.rounds.machine()

    def _measured(self) -> dict[str, Any]:
        median = self.rounds.median
        found: dict[str, Any] = {
            key: round(median(lambda row, page=page: _ratio(row, f"fresh.{page}", "tpl24")), 3)
            for key, page in RATIOS.items()
        }
        kept = {page: round(median(lambda row, page=page: _ratio(row, f"kept.{page}", "hello8")), 3) for page in KEPT}
        found["T4"] = min(kept.values())
        found["T5"] = {
            page: round(median(lambda row, page=page: row[f"sync.{page}"].whole_ms / row["sync.hello"].whole_ms), 1)
            for page in FRESH
        }
        crowded = {
            name.removeprefix("crowd."): round(median(lambda row, name=name: row[name].p99 / row[name].p50), 2)
            for name in self.rounds.rows[0]
            if name.startswith("crowd.")
        }
        found["p99_over_p50"] = max(crowded.values())
        found["logged_in"] = {
            key: round(median(lambda row, page=page: _ratio(row, f"person.{page}", "tpl24")), 3)
            for key, page in RATIOS.items()
        }
        found["T4_pages"], found["p99_over_p50_pages"] = kept, crowded
        found["tpl24_vs_hello"] = round(median(lambda row: _ratio(row, "tpl24", "hello")), 3)
        found["pages"] = {
            name: {
                key: round(statistics.median(getattr(row[name], key) for row in self.rounds.rows), 3)
                for key in ("per_second", "p50", "p99", "cpu_ms", "postgres_ms")
            }
            for name in self.rounds.rows[0]
        }
        return found

    def as_table(self) -> str:
        """The same for people: targets first."""
        found = self.as_json()
        lines = [self.note] if self.note else []
        lines += [self.rounds.machine_line(), "", HEAD, *table_of("pages", found), "", self.growth_said]
        for name, values in self.memory_mb.items():
            lines.append(f"memory of {name}: {', '.join(f'{value:.0f}' for value in values)} MB a worker (PSS)")
        if self.is_valid():
            lines += ["", f"tpl24 does {found['tpl24_vs_hello']} of the requests that hello does (0.236 in the facts)"]
            lines += [f"logged in: {', '.join(f'{key} {value}' for key, value in found['logged_in'].items())}", ""]
            lines.append(f"{'':<20}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'PostgreSQL':>12}")
            for name, one in found["pages"].items():
                lines.append(
                    f"{name:<20}{one['per_second']:>10.1f}{one['p50']:>9.1f}{one['p99']:>9.1f}{one['cpu_ms']:>9.2f}"
                    f"{one['postgres_ms']:>12.2f}"
                )
        return "\n".join(lines)


def _ratio(row: Row, above: str, below: str) -> float:
    return row[above].per_second / row[below].per_second


@dataclass(frozen=True)
class Asked:
    """One measurement of a round."""

    name: str
    server: production.Server
    address: str
    cookie: str = ""
    connections: int = 8

    def speed(self, seconds: float) -> Speed:
        """Load this address for so long."""
        postgres = processes.own_postgres()
        ours, theirs = self.server.cpu_seconds(), processes.cpu_seconds_of(*postgres)
        found = wrk.load(
            self.server.port, self.address, seconds=seconds, connections=self.connections, cookie=self.cookie
        )
        ours, theirs = self.server.cpu_seconds() - ours, processes.cpu_seconds_of(*postgres) - theirs
        self.server.wait_until_idle()
        return Speed(found.per_second, found.p50, found.p99, ours / found.count * 1000, theirs / found.count * 1000)


def measure(*, rounds: int, seconds: float, foreign_limit: float, patience: float = PATIENCE_SECONDS) -> Result:
    """All figures of `bin/bench pages`; the environment is that of `site.enter_production`."""
    note = wrk.ensure_wrk()
    pages, cookie = site.public_pages(), site.cookie_for(site.BUYER)
    statements, list_bytes = counting.count_statements(), counting.compressed_bytes(pages["list"])
    made_each_time, as_in_production = {"PAGES_ARE_KEPT": "0"}, {"PAGES_ARE_KEPT": "1"}
    with ExitStack() as stack:
        enter = stack.enter_context
        bare, hello8 = (
            enter(production.gunicorn("portal.bench.bare", {})),
            enter(production.gunicorn("portal.bench.hello", {})),
        )
        bare_sync = enter(production.gunicorn("portal.bench.bare", {}, is_sync=True))
        fresh = enter(production.gunicorn("portal.wsgi", made_each_time))
        fresh_sync = enter(production.gunicorn("portal.wsgi", made_each_time, is_sync=True))
        portal, live = (
            enter(production.gunicorn("portal.wsgi", as_in_production)),
            enter(production.uvicorn(as_in_production)),
        )
        asyncio.run(open_window(live.port, cookie))
        asked = [
            Asked("hello", bare, "/"),
            Asked("tpl24", bare, "/cards/"),
            *(Asked(f"fresh.{page}", fresh, pages[page]) for page in FRESH),
            *(Asked(f"person.{page}", portal, pages[page], cookie) for page in FRESH),
            Asked("hello8", hello8, "/"),
            *(Asked(f"kept.{page}", portal, pages[page]) for page in KEPT),
            Asked("sync.hello", bare_sync, "/"),
            *(Asked(f"sync.{page}", fresh_sync, pages[page]) for page in FRESH),
            *(Asked(f"crowd.fresh.{page}", fresh, pages[page], connections=CROWD) for page in FRESH),
            *(Asked(f"crowd.person.{page}", portal, pages[page], cookie, CROWD) for page in FRESH),
            *(Asked(f"crowd.kept.{page}", portal, pages[page], connections=CROWD) for page in ("home", "detail")),
        ]
        for port, address, whose in dict.fromkeys((one.server.port, one.address, one.cookie) for one in asked):
            wrk.warm(port, address, cookie=whose)
        found = measure_rounds(
            lambda: {one.name: one.speed(seconds) for one in asked},
            rounds=rounds,
            foreign_limit=foreign_limit,
            patience=patience,
        )
        memory = {"pages": portal.worker_pss_mb(), "sockets": [processes.pss_mb(live.pid)]}
        memory |= {"bare Django": bare.worker_pss_mb()}
    return Result(found, statements, list_bytes, memory, note=note)


async def open_window(port: int, cookie: str) -> None:
    """A window of somebody logged in opens its socket: production's other process is there and answers."""
    client = await connect(port, "/ws/live/", cookie=cookie, host=production.HOST)
    client.close()
