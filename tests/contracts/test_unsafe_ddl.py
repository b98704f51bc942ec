"""Migrations of the coming release lock no table that the running one uses for longer than a moment, and rewrite none.

tests/contracts/test_rolling_upgrade.py asks whether the release before can still work; this asks whether it has to wait.
docs/deployment.md has the safe way for each.
"""

import re
from collections.abc import Iterator, Sequence

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AlterField,
    RenameField,
    RenameModel,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.models.functions import Now

from tests.contracts.test_rolling_upgrade import RELEASED, coming_migrations

# Looked at one by one: none holds up a table that is large where this is rolled out. Whoever makes a release empties it.
ACCEPTED: dict[str, str] = {}
_WIDER = {("varchar", "text"), ("varchar", "varchar"), ("integer", "integer"), ("smallint", "smallint")}
_BLOCKING_SQL = (
    (r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", "makes an index while writers wait"),
    (r"\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b", "rewrites a table"),
    (r"\bSET\s+NOT\s+NULL\b", "reads a whole table while everybody waits"),
    (r"\bRENAME\s+(COLUMN|TO)\b", "takes a name away from the release before"),
    (r"\b(VACUUM\s+FULL|CLUSTER|REINDEX\s+(?!.*CONCURRENTLY))\b", "rewrites a table"),
)


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def complaints(migration: Migration, released: ProjectState) -> Iterator[str]:
    """What would hold up the running release."""
    for operation in _of_the_database(migration.operations):
        if isinstance(operation, RunSQL):
            yield from _of_sql(operation)
        elif reason := _of_operation(operation, migration.app_label, released):
            yield f"{operation.describe()}: {reason}"


def _of_the_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Without what changes Django's picture alone."""
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _of_the_database(operation.database_operations)
        else:
            yield operation


def _of_sql(operation: RunSQL) -> Iterator[str]:
    statements = operation.sql if isinstance(operation.sql, (list, tuple)) else [operation.sql]
    text = "\n".join(each if isinstance(each, str) else each[0] for each in statements)
    made = set(re.findall(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?(\w+)", text, re.IGNORECASE))
    for pattern, reason in _BLOCKING_SQL:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            line = text[found.start() :].split(";")[0]
            if not any(re.search(rf"\b{table}\b", line) for table in made):
                yield f"{' '.join(line.split())[:80]}: {reason}"


def _of_operation(operation: Operation, label: str, released: ProjectState) -> str:
    """Empty when nothing is wrong, or when the table is new."""
    if isinstance(operation, (RenameModel, RenameField)):
        name = operation.old_name if isinstance(operation, RenameModel) else operation.model_name
        return "takes a name away from the release before" if (label, name.lower()) in released.models else ""
    model = released.models.get((label, getattr(operation, "model_name", "").lower()))
    if model is None:
        return ""
    if isinstance(operation, AddConstraint) and not isinstance(operation, AddConstraintNotValid):
        if isinstance(operation.constraint, models.UniqueConstraint):
            return "makes an index while writers wait: one made CONCURRENTLY first"
        return "reads a whole table while writers wait: AddConstraintNotValid, then ValidateConstraint"
    if isinstance(operation, AddField):
        return _of_new_column(operation.field)
    if isinstance(operation, AlterField) and operation.name in model.fields:
        return _of_changed_column(model.fields[operation.name], operation.field)
    return ""


def _of_new_column(field: models.Field) -> str:
    if isinstance(field, models.GeneratedField) and field.db_persist:
        return "rewrites a table to fill a generated column"
    if (
        field.has_db_default()
        and not isinstance(field.db_default, (models.Value, Now))
        and hasattr(field.db_default, "resolve_expression")
    ):
        return "may rewrite a table: a default that differs from row to row"
    if field.unique and not field.null:
        return "one value for all rows cannot be unique"
    return ""


def _of_changed_column(before: models.Field, after: models.Field) -> str:
    if before.null and not after.null:
        return "reads a whole table while everybody waits: a NOT VALID check first"
    if isinstance(after, models.ForeignKey) or isinstance(before, models.ForeignKey) or after.many_to_many:
        return ""
    old, new = (str(field.db_type(connection)) for field in (before, after))
    if old == new:
        return ""
    kinds = tuple(kind.partition("(")[0] for kind in (old, new))
    if kinds in _WIDER and _length(new) >= _length(old):
        return ""
    return f"rewrites a table: {old} becomes {new}"


def _length(kind: str) -> int:
    """Of varchar(40); what has none takes any."""
    found = re.search(r"\((\d+)", kind)
    return int(found[1]) if found else 10**9


def test_no_coming_migration_holds_up_the_release_that_runs(loader):
    released = loader.project_state(list(RELEASED.items()))
    found = {
        f"{label}.{name}: {complaint}"
        for (label, name), migration in coming_migrations(loader).items()
        for complaint in complaints(migration, released)
    }
    assert found - ACCEPTED.keys() == set()
    assert ACCEPTED.keys() - found == set(), "accepted, and not there any more"


def planted(*operations: Operation) -> list[str]:
    """What is said of a migration with these operations, of a table that the running release has."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=40, null=True)),
        ("price_fen", models.IntegerField()),
    ]
    state.add_model(ModelState("gigs", "Gig", fields))
    migration = Migration("9999_planted", "gigs")
    migration.operations = list(operations)
    return list(complaints(migration, state))


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (AlterField("gig", "title", models.CharField(max_length=40)), "a NOT VALID check first"),
        (AlterField("gig", "title", models.CharField(max_length=20, null=True)), "rewrites a table"),
        (AlterField("gig", "price_fen", models.BigIntegerField()), "integer becomes bigint"),
        (
            AddConstraint("gig", models.CheckConstraint(condition=models.Q(price_fen__gt=0), name="paid")),
            "AddConstraintNotValid",
        ),
        (RenameField("gig", "title", "name"), "takes a name away"),
        (RenameModel("Gig", "Service"), "takes a name away"),
        (AddField("gig", "key", models.UUIDField(unique=True)), "cannot be unique"),
        (
            AddField(
                "gig",
                "yuan",
                models.GeneratedField(
                    expression=models.F("price_fen") / 100, output_field=models.IntegerField(), db_persist=True
                ),
            ),
            "generated column",
        ),
        (RunSQL("CREATE INDEX gigs_title ON gigs_gig (title)"), "while writers wait"),
        (RunSQL("ALTER TABLE gigs_gig ALTER COLUMN price_fen TYPE bigint"), "rewrites a table"),
        (RunSQL(["ALTER TABLE gigs_gig ALTER COLUMN title SET NOT NULL"]), "everybody waits"),
        (RunSQL("ALTER TABLE gigs_gig RENAME COLUMN title TO name"), "takes a name away"),
    ],
)
def test_what_would_hold_it_up_is_found(operation, reason):
    assert [reason in said for said in planted(operation)] == [True]


@pytest.mark.parametrize(
    "operation",
    [
        AlterField("gig", "title", models.CharField(max_length=80, null=True)),
        AlterField("gig", "title", models.TextField(null=True)),
        AddField("gig", "subtitle", models.CharField(max_length=40, default="", db_default="")),
        AddField("gig", "key", models.UUIDField(null=True, unique=True)),
        AddConstraintNotValid("gig", models.CheckConstraint(condition=models.Q(price_fen__gt=0), name="paid")),
        RunSQL("CREATE UNIQUE INDEX CONCURRENTLY gigs_title ON gigs_gig (title)"),
        RunSQL("CREATE TABLE gigs_new (id bigint); CREATE INDEX gigs_new_id ON gigs_new (id)"),
        # A table that the running release does not have.
        AddConstraint("fresh", models.CheckConstraint(condition=models.Q(pk__gt=0), name="positive")),
    ],
)
def test_what_holds_nothing_up_is_left_alone(operation):
    assert planted(operation) == []
