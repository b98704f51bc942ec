"""A migrated database kept as a file: migrating an empty one takes minutes, reading it back takes seconds.

Django builds all models anew for each of some thousand operations, which is where the minutes go. The file is kept per clone, for
`bin/run`, its `--fresh` and the tests; it says nothing that the migrations do not say, and goes when one of them changes.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

import psycopg

from portal.embedded.paths import PROJECT
from portal.embedded.postgres import programs

KEPT = PROJECT / ".jiangji" / "migrated"


class MigrationFailed(RuntimeError):
    """Says what `migrate` said."""


def fingerprint() -> str:
    """Changes whenever a migration of ours or an installed package does."""
    digest = hashlib.sha256()
    for migration in sorted(PROJECT.glob("marketplace/*/migrations/*.py")) + sorted(
        PROJECT.glob("cms_pages/migrations/*.py")
    ):
        digest.update(str(migration.relative_to(PROJECT)).encode() + migration.read_bytes())
    for name, version in sorted({(found.name, found.version) for found in distributions()}):
        digest.update(f"{name}=={version}\n".encode())
    return digest.hexdigest()[:16]


def bring_up_to_date(url: str) -> None:
    """Migrate the database of this URL; an empty one begins with what another run has kept. Raises MigrationFailed."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone()
        is_empty, version = bool(found and found[0]), connection.info.server_version // 10_000
    if not is_empty or version != _version_of_programs():
        _migrate(url)
        return
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{fingerprint()}.dump"
    with _one_at_a_time():  # who comes second finds the file
        if kept.exists():
            _run("pg_restore", "--no-owner", "--single-transaction", "--dbname", url, str(kept))  # all of it or nothing
        else:
            _migrate(url)
            _keep(url, kept)
            return
    _migrate(url)  # nothing to do but what follows every migration, and a second look at the file


def _keep(url: str, kept: Path) -> None:
    unfinished = kept.with_suffix(".unfinished")
    _run("pg_dump", "--format=custom", "--no-owner", "--compress=1", "--file", str(unfinished), url)
    for old in KEPT.glob("*.dump"):
        old.unlink()
    unfinished.replace(kept)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (KEPT / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released with the file
        yield


def _version_of_programs() -> int:
    """The major version of the embedded server's own programs."""
    said = subprocess.run([programs() / "pg_dump", "--version"], check=True, capture_output=True, text=True).stdout
    return int(said.split()[2].split(".")[0])


def _run(program: str, *arguments: str) -> None:
    subprocess.run([programs() / program, *arguments], check=True, stdout=subprocess.DEVNULL)


def _migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MigrationFailed(f"{done.stdout}{done.stderr}")
