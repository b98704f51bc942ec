"""Large tables for `bin/bench growth`: the demo's marketplace many times over, by SQL alone (`generate_series`).

Each row of the demo is copied under a number of its own; keys into copied tables point to the copy of the same turn, so that
orders belong to copied people who sell copied services. Nobody whose pages are asked for has a row more than before.
"""

import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from portal.bench import machine, site
from portal.embedded.paths import PROJECT

ORDERS_A_GIG = 10
# No other table is made longer than half of the orders: it would only take time and disk.
MOST_OTHERS = ORDERS_A_GIG / 2
DONE = "bench_growth_done"  # a table that says that nothing is missing


@dataclass(frozen=True)
class Copied:
    """A table: which texts must differ, which identifiers are drawn anew, what is left empty, and which rows are copied."""

    table: str
    texts: tuple[str, ...] = ()
    uuids: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    only: str = "true"
    part_of: str = ""  # the key of what it is a part of: only parts of what is copied are copied


# Those that others point to come first.
TABLES = (
    Copied("accounts_user", texts=("username", "email"), empty=("phone",)),
    Copied("accounts_userprofile", texts=("handle",)),
    Copied("gigs_gig", only="status = 'live'"),
    Copied("gigs_gigpackage", part_of="gig_id"),
    Copied("gigs_gigstats", part_of="gig_id"),
    Copied("gigs_gigmedia", part_of="gig_id"),
    Copied("gigs_gigtag", part_of="content_object_id"),
    Copied("discovery_gigdocument", part_of="gig_id"),
    Copied("orders_order", texts=("number",), uuids=("checkout_key",)),
    Copied("orders_orderevent"),
    Copied("payments_payment", texts=("out_trade_no", "gateway_trade_no")),
    Copied("reviews_review"),
    Copied("reviews_reputation"),
    Copied("reviews_sellerlevel"),
    Copied("messaging_conversation"),
    Copied("messaging_participant"),
    Copied("messaging_message", uuids=("client_id",)),
    Copied("notifications_notification"),
    Copied("ledger_account", texts=("code",), only="owner_id IS NOT NULL"),
    Copied("ledger_wallet"),
    Copied("ledger_transaction", texts=("idempotency_key",)),
    Copied("ledger_entry"),
    Copied("payments_payout", texts=("reference",), uuids=("request_key",)),
    # What waits stays as short as it is; what was decided grows long.
    Copied("moderation_moderationqueue", only="status = 'decided'"),
)


def prepare(small: str, *, rows: int) -> str:
    """The address of a copy of the small database with that many services and ten times the orders; made once."""
    name = f"jiangji_growth_{rows}"
    large = site.database_url(small, name)
    if machine.has_database(small, name) and not (_is_whole(small, name) and machine.migrate(large)):
        machine.drop_database(small, name)
    if not machine.has_database(small, name):
        machine.copy_database(small, site.DATABASE, name)
        with psycopg.connect(machine.connection_string(small, name), autocommit=True) as connection:
            fill(connection, rows=rows)
            _count_words(large)
            connection.execute("VACUUM ANALYZE")
            connection.execute(f"CREATE TABLE {DONE} AS SELECT now() AS at")
    return large


def _count_words(url: str) -> None:
    """What the search knows of how often each word stands in the catalogue."""
    code = "from marketplace.discovery.language.lexicon import count_words; count_words()"
    told = os.environ | {"DATABASE_URL": url, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    command = [sys.executable, "-W", "ignore", "manage.py", "shell", "--no-imports", "-c", code]
    subprocess.run(command, cwd=PROJECT, env=told, check=True, capture_output=True)


def _is_whole(url: str, name: str) -> bool:
    with psycopg.connect(machine.connection_string(url, name)) as connection:
        found = connection.execute(f"SELECT to_regclass('{DONE}')").fetchone()
        return bool(found and found[0])


def fill(connection: psycopg.Connection, *, rows: int) -> None:
    """Copy the demo until there are so many services. Needs a superuser: triggers and foreign keys are not asked."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET synchronous_commit = off")
    length = {one.table: _count(connection, one) for one in TABLES}
    turns = {one.table: _turns(one.table, length[one.table], rows, length["gigs_gig"]) for one in TABLES}
    # Every step is taken from the rows that were there before the first copy.
    steps = {one.table: _step(connection, one.table) for one in TABLES}
    copied = {one.table: one for one in TABLES}
    for one in TABLES:
        indexes = _drop_indexes(connection, one.table)
        connection.execute(copy_statement(connection, one, turns, steps, copied))
        for definition in indexes:
            connection.execute(definition)
        if "id" in _columns(connection, one.table):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{one.table}', 'id'), (SELECT max(id) FROM {one.table}))"  # noqa: S608
            )


def _turns(table: str, length: int, rows: int, gigs: int) -> int:
    """How often the rows of a table are copied: services up to `rows`, orders up to ten times that, others with the services."""
    if table == "orders_order":
        return math.ceil(rows * ORDERS_A_GIG / max(1, length))
    return max(1, min(math.ceil(rows / max(1, gigs)), math.floor(rows * MOST_OTHERS / max(1, length))))


def copy_statement(
    connection: psycopg.Connection, one: Copied, turns: dict[str, int], steps: dict[str, int], copied: dict[str, Copied]
) -> str:
    """INSERT of all copies of a table."""
    keys = _foreign_keys(connection, one.table)
    key = _primary_key(connection, one.table)
    values = []
    columns = _columns(connection, one.table)
    for column in columns:
        if column in keys and keys[column] in copied:
            values.append(_moved(column, copied[keys[column]], turns, steps))
        elif column == key:
            values.append(f"base.{column} + turn * {steps[one.table]}")
        elif column in one.empty:
            values.append("NULL")
        elif column in one.uuids:
            values.append(f"CASE WHEN base.{column} IS NOT NULL THEN gen_random_uuid() END")
        elif column in one.texts:
            values.append(_different(connection, one.table, column))
        else:
            values.append(f"base.{column}")
    names = ", ".join(f'"{column}"' for column in columns)
    only = [one.only] if one.only != "true" else []
    if one.part_of:
        only.append(f"base.{one.part_of} IN ({_there(copied[keys[one.part_of]], steps)})")
    conditions = " AND ".join([*only, f"base.{key} < {steps[one.table]}"])
    return (
        f"INSERT INTO {one.table} ({names}) SELECT {', '.join(values)} "  # noqa: S608 names of our own tables
        f"FROM generate_series(1, {turns[one.table]}) AS turn CROSS JOIN {one.table} AS base "
        f"WHERE {conditions}"
    )


def _moved(column: str, target: Copied, turns: dict[str, int], steps: dict[str, int]) -> str:
    """The key of the copy that a key points to; of what is not copied, the key itself."""
    moved = f"base.{column} + ((turn - 1) % {turns[target.table]} + 1) * {steps[target.table]}"
    if target.only == "true":
        return moved  # nothing stays nothing
    return f"CASE WHEN base.{column} IN ({_there(target, steps)}) THEN {moved} ELSE base.{column} END"


def _there(target: Copied, steps: dict[str, int]) -> str:
    """The rows of a table that are copied."""
    return f"SELECT id FROM {target.table} WHERE {target.only} AND id < {steps[target.table]}"  # noqa: S608


def _different(connection: psycopg.Connection, table: str, column: str) -> str:
    """The text with the number of its copy, no longer than the column allows."""
    most = _number(
        connection,
        "SELECT coalesce(character_maximum_length, 200) FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = %s AND column_name = %s",
        [table, column],
    )
    # An address for mail keeps what it ends with.
    if column == "email":
        return f"CASE WHEN base.{column} = '' THEN '' ELSE to_hex(turn) || '-' || base.{column} END"
    # The x is no digit: the demo itself has numbered names, and demo-buyer with a plain 100 is one of them.
    return f"left(base.{column}, {most} - 7) || '-x' || to_hex(turn)"


def _step(connection: psycopg.Connection, table: str) -> int:
    key = _primary_key(connection, table)
    return _number(connection, f"SELECT coalesce(max({key}), 0) + 1 FROM {table}")  # noqa: S608


def _count(connection: psycopg.Connection, one: Copied) -> int:
    return _number(connection, f"SELECT count(*) FROM {one.table} WHERE {one.only}")  # noqa: S608


def _number(connection: psycopg.Connection, statement: str, values: Sequence[str] = ()) -> int:
    row = connection.execute(statement, values or None).fetchone()
    return int(row[0]) if row else 0


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows]


def _primary_key(connection: psycopg.Connection, table: str) -> str:
    row = connection.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0] "
        "WHERE indisprimary AND indrelid = %s::regclass",
        [table],
    ).fetchone()
    if row is None:
        raise RuntimeError(f"{table} has no primary key.")
    return str(row[0])


def _foreign_keys(connection: psycopg.Connection, table: str) -> dict[str, str]:
    rows = connection.execute(
        "SELECT attname, confrelid::regclass::text FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid "
        "AND attnum = conkey[1] WHERE contype = 'f' AND conrelid = %s::regclass",
        [table],
    )
    return dict(rows.fetchall())


def _drop_indexes(connection: psycopg.Connection, table: str) -> list[str]:
    """Drop the indexes that no constraint stands on, which are made faster anew than kept; returns how to make them."""
    rows = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = %s::regclass "
        "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [table],
    ).fetchall()
    for name, _definition in rows:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in rows]
