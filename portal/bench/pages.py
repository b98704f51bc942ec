"""`bin/bench pages`: kept pages for strangers against Django that says hello (T4 of facts/performance.md).

Both under gunicorn with two synchronous workers, one loaded at a time, in the same rounds. The client is ours and shares the two
cores: it takes the same of each request and so flatters the slower side a little. `cpu_ratio`, of the servers' own CPU time for a
request, has no such share and moves less with what others do; Valkey's few microseconds are in neither.
"""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.bench.machine import ForeignLoad, calibrate
from portal.embedded.valkey import free_port

CLIENTS, WORKERS = 8, 2
CLEAN_ROUNDS_NEEDED = 3
START_SECONDS = 120
PAGES = ("gig", "seller")


@dataclass(frozen=True)
class Speed:
    """What a server did of one address."""

    per_second: float
    cpu_milliseconds: float  # of the server's processes, for one request


@dataclass
class Result:
    """What was measured: one row of speeds for each clean round."""

    rounds: list[dict[str, Speed]] = field(default_factory=list)
    machine: list[dict[str, float]] = field(default_factory=list)
    dropped: int = 0

    def is_valid(self) -> bool:
        """Whether enough rounds were free of other people's work."""
        return len(self.rounds) >= CLEAN_ROUNDS_NEEDED

    def ratios(self) -> dict[str, list[float]]:
        """Every published ratio, per round: requests a second, and CPU, against hello's."""
        found = {
            f"T4.{page}": [row[page].per_second / row["hello"].per_second for row in self.rounds] for page in PAGES
        }
        return found | {
            f"cpu_ratio.{page}": [row["hello"].cpu_milliseconds / row[page].cpu_milliseconds for row in self.rounds]
            for page in PAGES
        }

    def as_json(self) -> dict[str, Any]:
        """Medians of the ratios, and what they were made of."""
        if not self.rounds:
            return {"clean_rounds": 0, "dropped_rounds": self.dropped}
        names = ("hello", *PAGES)
        return {
            **{name: round(statistics.median(values), 3) for name, values in self.ratios().items()},
            "per_second": {
                name: round(statistics.median(row[name].per_second for row in self.rounds)) for name in names
            },
            "cpu_ms": {
                name: round(statistics.median(row[name].cpu_milliseconds for row in self.rounds), 3) for name in names
            },
            **{name: round(statistics.median(row[name] for row in self.machine), 2) for name in self.machine[0]},
            "clean_rounds": len(self.rounds),
            "dropped_rounds": self.dropped,
        }

    def as_table(self) -> str:
        """The same for people."""
        lines = [f"{len(self.rounds)} clean rounds, {self.dropped} dropped (others used the machine)"]
        lines += [
            f"{name:<18}{min(values):>8.3f}{statistics.median(values):>8.3f}{max(values):>8.3f}"
            for name, values in self.ratios().items()
            if values
        ]
        return "\n".join(
            [*lines, *(f"{name:<18}{value}" for name, value in self.as_json().items() if name[:2] != "T4")]
        )


def measure(*, rounds: int, seconds: float, foreign_limit: float) -> Result:
    """All figures of `bin/bench pages`. A round in which others used more than `foreign_limit` of the machine is dropped."""
    from marketplace.gigs.models import Gig
    from portal.bench.checkouts import prepare_market

    package_id = prepare_market().package_ids[0]
    gig = Gig.objects.select_related("seller__profile").get(packages=package_id)
    addresses = {"gig": gig.get_absolute_url(), "seller": gig.seller.profile.get_absolute_url()}
    result = Result()
    # A production's environment but for HTTPS, to which it would redirect; pages are kept as there.
    ours = {"DEBUG": "0", "PAGES_ARE_KEPT": "1", "DATABASE_CONN_MAX_AGE": "600", "LOG_LEVEL": "ERROR"}
    with gunicorn("portal.bench.hello", {}) as hello, gunicorn("portal.wsgi", ours) as portal:
        for address in addresses.values():
            asyncio.run(load(portal.port, address, seconds=1.0))
        for _round in range(rounds):
            row: dict[str, Speed] = {}
            with ForeignLoad() as foreign:
                row["hello"] = hello.speed_of("/", seconds)
                for page, address in addresses.items():
                    row[page] = portal.speed_of(address, seconds)
            if foreign.share > foreign_limit:
                result.dropped += 1
                continue
            result.rounds.append(row)
            result.machine.append({"foreign": foreign.share, "calibration": calibrate()})
    return result


class Refused(Exception):
    """The server answered something else than the page."""


@dataclass(frozen=True)
class Server:
    """A gunicorn of ours."""

    port: int
    pid: int

    def speed_of(self, address: str, seconds: float) -> Speed:
        """Ask for one address for so long."""
        before, begun = self._cpu_seconds(), time.perf_counter()
        count = asyncio.run(load(self.port, address, seconds=seconds))
        took = time.perf_counter() - begun
        return Speed(count / took, (self._cpu_seconds() - before) / count * 1000)

    def _cpu_seconds(self) -> float:
        ticks = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    text = (entry / "stat").read_text()
                except OSError:
                    continue  # it has ended
                values = text[text.rindex(")") + 2 :].split()
                if int(values[2]) == self.pid:  # its group
                    ticks += int(values[11]) + int(values[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def gunicorn(module: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """Two synchronous workers of a WSGI application, ended with the block."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", f"{module}:application", "-w", str(WORKERS), "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, "--log-level", "error"], env=os.environ | environment, start_new_session=True)
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("gunicorn did not start")


async def load(port: int, address: str, *, seconds: float) -> int:
    """Ask with eight clients, each again as soon as it has the whole answer; returns how many. Raises Refused."""
    asked = (
        f"GET {address} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"
        "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)\r\nConnection: close\r\n\r\n"
    ).encode()
    until = time.perf_counter() + seconds

    async def client() -> int:
        count = 0
        while time.perf_counter() < until:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked)
            answer = await reader.read(-1)
            writer.close()
            if not answer.startswith(b"HTTP/1.1 200"):
                raise Refused(answer[:200].decode(errors="replace"))
            count += 1
        return count

    return sum(await asyncio.gather(*(client() for _number in range(CLIENTS))))
