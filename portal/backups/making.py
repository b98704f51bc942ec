"""Making a backup: one snapshot of the database for the dump and for the figures, then the files."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import psycopg
from django.utils import timezone

from marketplace.operations.machine import commit_of
from portal.backups import files, sums
from portal.backups.manifest import DUMP, FILES, FORMAT, MANIFEST, Manifest, write_sums
from portal.backups.programs import call
from portal.env import BASE_DIR


class NotEmpty(RuntimeError):
    """Where something was to be put there is something already."""


def back_up(folder: Path, *, parameters: Mapping[str, object]) -> Manifest:
    """Write a backup of the database of `parameters` (as psycopg takes them) and of all files into an empty folder.

    Files come after the database: what a row of the snapshot names was there before it. Raises NotEmpty, ProgramFailed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty.")
    folder.chmod(0o700)  # it holds what people told us
    known: dict[Path, str] = {}
    with psycopg.connect(**plain(parameters)) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot, version = connection.execute(
            "SELECT pg_export_snapshot(), current_setting('server_version')"
        ).fetchone() or ("", "")
        moment = timezone.now().astimezone(UTC).isoformat(timespec="seconds")
        dump = ("--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={folder / DUMP}")
        call("pg_dump", *dump, parameters=parameters)
        tables = sums.table_sums(connection)
        schema = sums.schema_checksum(parameters)
        counted = {}
        for alias in files.KEPT:
            copies = dict(files.copy_files(alias, folder / FILES / alias))
            known |= copies
            counted[alias] = len(copies)
        manifest = Manifest(
            format=FORMAT,
            moment=moment,
            release=commit_of(BASE_DIR),
            server=version,
            migrations=sums.applied_migrations(connection),
            schema=schema,
            tables=tables,
            files=counted,
            without_file=files.without_file(connection, folder / FILES),
        )
    manifest.write(folder / MANIFEST)
    write_sums(folder, known)
    return manifest


def plain(parameters: Mapping[str, object]) -> dict[str, str]:
    """What both psycopg and libpq's programs understand of Django's parameters; no cursor factories, no adapters."""
    names = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert")
    return {name: str(parameters[name]) for name in names if parameters.get(name) is not None}
