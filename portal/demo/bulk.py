"""Writing many rows at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection, models

BATCH = 1000


def insert(rows: Iterable[models.Model]) -> None:
    """Insert rows of one model in their order; their keys are filled in."""
    rows = list(rows)
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def backdate(model: type[models.Model], moments: Mapping[int, datetime]) -> None:
    """Set `created_at` (and `updated_at`, where there is one) of rows by key: Django always writes today there."""
    if not moments:
        return
    table, key = model._meta.db_table, model._meta.pk.column
    columns = [name for name in ("created_at", "updated_at") if name in {field.name for field in model._meta.fields}]
    assignments = ", ".join(f"{name} = moment.at" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET {assignments} FROM unnest(%s::bigint[], %s::timestamptz[]) AS moment(id, at) '  # noqa: S608
            f'WHERE "{table}"."{key}" = moment.id',
            [list(moments), list(moments.values())],
        )


def analyse(*grown: type[models.Model]) -> None:
    """Tell the planner how large these tables have become: it still believes in the empty ones of a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in grown))
