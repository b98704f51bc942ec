"""What a task did: the tables it wrote to, and what stands in them, but for when and how often something ran."""

import json
from collections.abc import Iterable

from django.core import mail
from django.db import connection

# Of each run a row, however much there was to do: it is the log of the runs, and nobody acts on how many there are.
LOGS_OF_RUNS = {
    "discovery_dictionaryversion",
    "discovery_recommendationrun",
    "operations_operationevent",
    "payments_auditrun",
}
# When something was looked at, and the number of a row that was made anew, say nothing about what is so.
WHEN_IT_RAN = (
    "computed_at", "counted_at", "ended_at", "found_at", "id", "indexed_at", "looked_at", "looked_until",
    "seen_at", "trial", "updated_at",
)  # fmt: skip


def touched() -> dict[str, int]:
    """How many rows of each table this transaction has written so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
        )
        return dict(cursor.fetchall())


def written_since(before: dict[str, int]) -> set[str]:
    """The tables that were written to."""
    return {table for table, rows in touched().items() if rows > before.get(table, 0)}


def differences(once: dict[str, list[str]], twice: dict[str, list[str]]) -> dict[str, list[str]]:
    """Of each table that is not the same, how many rows more there are and which columns are others."""
    found = {}
    for table in sorted(once):
        lost = [row for row in once[table] if row not in set(twice[table])]
        new = [row for row in twice[table] if row not in set(once[table])]
        if once[table] != twice[table]:
            pairs = zip(map(json.loads, lost), map(json.loads, new), strict=False) if table != "mails" else ()
            columns = {name for old, now in pairs for name in old if old[name] != now[name]}
            found[table] = [f"{len(twice[table]) - len(once[table]):+d} rows", *sorted(columns)]
    return found


def contents(tables: Iterable[str]) -> dict[str, list[str]]:
    """The rows of these tables, in no order of theirs; of the rest of the world the mails that left."""
    found = {"mails": [str(message.message()["Subject"]) for message in getattr(mail, "outbox", [])]}
    with connection.cursor() as cursor:
        for table in sorted(set(tables) - LOGS_OF_RUNS):
            cursor.execute(f"SELECT (to_jsonb(x) - %s::text[])::text FROM {table} x ORDER BY 1", [list(WHEN_IT_RAN)])
            found[table] = [row for (row,) in cursor.fetchall()]
    return found
