"""A kept migrated database: what begins with it is what the migrations make, and only an empty one begins with it."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from portal.bench import machine
from portal.embedded import migrated
from portal.embedded.template import template_for_tests

NAME = f"jiangji_kept_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
EVERYTHING = """
    SELECT 'column', table_name || '.' || column_name || ' ' || data_type || coalesce(column_default, '')
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT 'function', proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE nspname = 'public'
    UNION SELECT 'migration', app || '.' || name FROM django_migrations
    UNION SELECT 'permission', codename FROM auth_permission
    UNION SELECT 'category', slug FROM gigs_gigcategory
    ORDER BY 1, 2
"""


def at(name: str) -> str:
    return machine.connection_string(os.environ["DATABASE_URL"], name)


@pytest.fixture
def empty() -> Iterator[str]:
    """The URL of a database in which nothing is."""
    database = sql.Identifier(NAME)
    with psycopg.connect(at("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {}").format(database))
        yield at(NAME)
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))


def contents(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as connection:
        return connection.execute(EVERYTHING).fetchall()


def test_a_database_from_the_file_is_what_the_migrations_made(empty, monkeypatch, tmp_path):
    template = at(template_for_tests(os.environ["DATABASE_URL"]))
    monkeypatch.setattr(migrated, "KEPT", tmp_path)
    migrated._keep(template, tmp_path / f"{migrated.fingerprint()}.dump")
    migrated.bring_up_to_date(empty)
    assert contents(empty) == contents(template)


def test_a_file_of_other_migrations_goes_when_a_new_one_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(migrated, "KEPT", tmp_path)
    (tmp_path / "old.dump").write_text("")
    migrated._keep(at(template_for_tests(os.environ["DATABASE_URL"])), tmp_path / "new.dump")
    assert [file.name for file in tmp_path.iterdir()] == ["new.dump"]


def test_where_something_is_already_the_file_is_left_alone(empty, monkeypatch, tmp_path):
    monkeypatch.setattr(migrated, "KEPT", tmp_path)
    done = []
    monkeypatch.setattr(migrated, "_migrate", done.append)
    (tmp_path / f"{migrated.fingerprint()}.dump").write_text("nothing that could be restored")
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE django_migrations (id int)")
    migrated.bring_up_to_date(empty)
    assert done == [empty]


def test_what_migrate_says_is_said(empty):
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE TABLE django_migrations (id int)")
    with pytest.raises(migrated.MigrationFailed, match="django_migrations"):
        migrated.bring_up_to_date(empty)
