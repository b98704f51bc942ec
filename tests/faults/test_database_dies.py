"""F3 and F11 of facts/reliability.md: PostgreSQL is killed under load, or its log finds no room.

What was acknowledged is there, and the site comes back.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from portal.env import BASE_DIR
from tests.faults.cluster import Cluster
from tests.faults.disk import CannotMountError, SmallDisk, small_disk

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("database dies")]
# facts/reliability.md, F3.
BACK_SECONDS = 30
# Of a service that there is not: nothing keeps that, the database is asked. A search of an empty catalogue does without it.
PAGE, FOUND_OUT = "gigs/999999999/nothing/", 404
PATIENCE_SECONDS = 180  # on a busy machine, on which the portal alone takes half a minute to start


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not pytest's own folder, which nobody else may enter: PostgreSQL runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="jiangji-cluster-") as folder, ExitStack() as mounted:
        own = Cluster(Path(folder), database=connection.settings_dict["NAME"], disk=log_disk(mounted))
        own.start()
        yield own
        own.stop()


def log_disk(mounted: ExitStack) -> SmallDisk | None:
    """A disk for the log alone, that can be filled; none where nobody may mount one."""
    try:
        return mounted.enter_context(small_disk(megabytes=80))
    except CannotMountError:
        return None


@pytest.fixture
def environment(cluster: Cluster) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": cluster.url, "DATABASE_CONN_MAX_AGE": "60", "PYTHONWARNINGS": "ignore"}


@pytest.fixture
def site(environment: dict[str, str], unused_port: int) -> Iterator[str]:
    """Pages as production serves them: gunicorn with two processes, each with a connection that it keeps."""
    command = ["gunicorn", "portal.wsgi:application", "--workers", "2", "--bind", f"127.0.0.1:{unused_port}"]
    # Loaded once for both; and who is only starting, on a busy machine, does not hang.
    command += ["--preload", "--log-level", "critical", "--timeout", str(PATIENCE_SECONDS)]
    server = subprocess.Popen([sys.executable, "-m", *command], cwd=BASE_DIR, env=environment)
    try:
        address = f"http://127.0.0.1:{unused_port}"
        wait_for_page(address)
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


@pytest.fixture
def payers(environment: dict[str, str], tmp_path: Path) -> Iterator["Payers"]:
    started = Payers(environment, tmp_path)
    yield started
    started.stop()


class Payers:
    """Two processes that pay orders, and what they said."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._sign, self._files = folder / "stop", [folder / f"payer-{number}" for number in range(2)]
        self._processes = []
        for file in self._files:
            with file.open("w") as output:
                command = [sys.executable, "-m", "tests.faults.payer", str(self._sign)]
                self._processes.append(subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=output))

    def paid(self) -> set[str]:
        """Numbers of orders that were acknowledged so far."""
        return self._said("paid")

    def refused(self) -> set[str]:
        """What the database said instead."""
        return self._said("refused")

    def stop(self) -> None:
        """Let each end what it is at."""
        self._sign.touch()
        for process in self._processes:
            assert process.wait(PATIENCE_SECONDS) == 0

    def _said(self, kind: str) -> set[str]:
        # A line that is still being written is not one yet.
        lines = [line for file in self._files for line in file.read_text().splitlines(keepends=True)]
        return {line.split(maxsplit=1)[1].strip() for line in lines if line.startswith(kind) and line.endswith("\n")}


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(f"{address}/{PAGE}", timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def wait_for_page(address: str) -> float:
    """Seconds until the page came."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_SECONDS:
        try:
            if status_of(address) == FOUND_OUT:
                return time.monotonic() - begun
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.1)
    raise AssertionError("the page did not come")


def wait_for_more(payers: Payers, number: int) -> None:
    known, end = len(payers.paid()), time.monotonic() + PATIENCE_SECONDS
    while len(payers.paid()) < known + number:
        assert time.monotonic() < end, payers.refused()
        time.sleep(0.1)


def test_what_was_acknowledged_outlives_the_database(cluster, site, payers, environment):
    # F11 too: a full disk ends it. What the site needs to be back is room, and whoever starts a server that ended.
    ways = [cluster.crash, cluster.stop, *([cluster.run_full] if cluster.has_small_log else [])]
    for goes_down in ways:
        wait_for_more(payers, 5)
        goes_down()
        assert [status_of(site) for _page in range(6)] == [503] * 6  # each of the two processes had a connection
        cluster.find_room()
        cluster.start()
        assert wait_for_page(site) < BACK_SECONDS
    wait_for_more(payers, 5)
    payers.stop()
    assert payers.refused(), "the database was away while they paid"

    with psycopg.connect(cluster.url) as there:
        found = there.execute("SELECT number FROM orders_order WHERE status = 'in_progress'").fetchall()
    assert payers.paid() <= {number for (number,) in found}
    audit = subprocess.run(
        [sys.executable, "manage.py", "audit_ledger"],
        cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert audit.returncode == 0, audit.stdout + audit.stderr
