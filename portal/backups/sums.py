"""What stands in a database, in figures that two databases can be compared by, and what stands in files."""

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from portal.backups.programs import ProgramFailed, environment_for, program

CHUNK_BYTES = 1024 * 1024
# A row is compared by its text, which these settings have a say in.
_SAME_TEXT = (
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET statement_timeout = 0; SET lock_timeout = 0"
)
_TABLES = """
SELECT space.nspname, class.relname
  FROM pg_class class JOIN pg_namespace space ON space.oid = class.relnamespace
 WHERE class.relkind = 'r' AND space.nspname NOT IN ('pg_catalog', 'information_schema')
   AND space.nspname NOT LIKE 'pg\\_%'
   AND NOT EXISTS (SELECT FROM pg_depend own WHERE own.objid = class.oid AND own.deptype = 'e')
 ORDER BY 1, 2
"""
# Each number that a column takes from a sequence: the sequence must not give one out that is taken.
_SEQUENCES = """
SELECT space.nspname, class.relname, field.attname, owned.nspname, sequence.relname
  FROM pg_depend own
  JOIN pg_class sequence ON sequence.oid = own.objid AND sequence.relkind = 'S'
  JOIN pg_namespace owned ON owned.oid = sequence.relnamespace
  JOIN pg_class class ON class.oid = own.refobjid
  JOIN pg_namespace space ON space.oid = class.relnamespace
  JOIN pg_attribute field ON field.attrelid = class.oid AND field.attnum = own.refobjsubid
 WHERE own.classid = 'pg_class'::regclass AND own.deptype IN ('a', 'i')
"""
_WRITTEN_IN_TWO_WAYS = re.compile(r"= ANY|<> ALL|CREATE TRIGGER")
_CASTS = re.compile(r"::character varying(\[\])?|::text(\[\])?|[()]")


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has and what they add up to; the order of rows has no say in it."""

    rows: int
    checksum: str


def table_names(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Schema and name of every table that somebody made; none in an empty database."""
    return [(schema, name) for schema, name in connection.execute(_TABLES)]


def table_sums(connection: psycopg.Connection) -> dict[str, TableSum]:
    """Each table by its name. The server adds the digests up, so that no row comes here."""
    connection.execute(_SAME_TEXT)
    found = {}
    for schema, name in table_names(connection):
        query = sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(digest, 16))::bit(64)::bigint::numeric), 0),"
            " coalesce(sum(('x' || right(digest, 16))::bit(64)::bigint::numeric), 0)"
            " FROM (SELECT md5(line::text) AS digest FROM ONLY {} AS line) AS lines"
        ).format(sql.Identifier(schema, name))
        row = connection.execute(query).fetchone()
        if row is None:
            raise RuntimeError(f"{name} could not be counted")
        found[name if schema == "public" else f"{schema}.{name}"] = TableSum(row[0], f"{row[1]}:{row[2]}")
    return found


def sequences_behind(connection: psycopg.Connection) -> list[str]:
    """Columns whose sequence would give out a number that is taken already, in words."""
    behind = []
    for schema, table, column, owned, sequence in connection.execute(_SEQUENCES).fetchall():
        query = sql.SQL(
            "SELECT (SELECT max({}) FROM {}), (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {})"
        ).format(sql.Identifier(column), sql.Identifier(schema, table), sql.Identifier(owned, sequence))
        largest, given = connection.execute(query).fetchone() or (None, None)
        if largest is not None and given is not None and largest > given:
            behind.append(f"{table}.{column}: {largest} is taken, the sequence stands at {given}")
    return behind


def applied_migrations(connection: psycopg.Connection) -> list[str]:
    """The migrations that the database says it has, as `app.name`."""
    return [
        f"{app}.{name}" for app, name in connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
    ]


def schema_checksum(parameters: Mapping[str, object]) -> str:
    """A digest of every definition: columns, constraints, triggers, indexes, functions. Raises ProgramFailed."""
    command = [program("pg_dump"), "--schema-only", "--no-owner", "--no-privileges"]
    digest = hashlib.sha256()
    with subprocess.Popen(  # noqa: S603 names and options are ours
        command, env=environment_for(parameters), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        if running.stdout is None or running.stderr is None:
            raise ProgramFailed("pg_dump has no output")
        for line in running.stdout:
            # Comments name the versions of server and program; \restrict carries a number that is new each time.
            if not line.startswith((b"--", b"\\restrict", b"\\unrestrict")) and line.strip():
                digest.update(without_casts(line.decode()).encode())
        said = running.stderr.read()
    if running.returncode:
        raise ProgramFailed(f"pg_dump ended with {running.returncode}: {said.decode(errors='replace').strip()[-600:]}")
    return digest.hexdigest()


def without_casts(definition: str) -> str:
    """A definition as it reads before and after a dump: without casts of varying text and without brackets.

    PostgreSQL writes `status IN (…)` and chains of OR of a database that was migrated in another way than those of one that
    was restored, though both mean the same. (pg_dump's output is no fixed point; that of a restored one is.) Lines without
    either stay as they are, with their brackets.
    """
    return _CASTS.sub("", definition) if _WRITTEN_IN_TWO_WAYS.search(definition) else definition


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file, a megabyte at a time."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def file_checksum(path: Path) -> str:
    """SHA-256 of a file, read a megabyte at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in chunks_of(file):
            digest.update(chunk)
    return digest.hexdigest()


def files_below(folder: Path) -> Iterable[Path]:
    """Every file in a folder and its folders, by name."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
