"""One migrated database for all tests to be copied from: migrating takes minutes, a copy half a second."""

import re

import psycopg
from psycopg import sql

from portal.embedded.migrated import bring_up_to_date, fingerprint

PREFIX = "jiangji_test_template_"
ONE_AT_A_TIME = 20_261_126  # any number that no other advisory lock has


def template_for_tests(database_url: str) -> str:
    """The name of a migrated database on the server of `database_url`, made when its migrations changed."""
    name = PREFIX + fingerprint()
    with psycopg.connect(_url_of("postgres", database_url), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # two runs at once: released with the connection
        known = {
            row[0] for row in server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        }
        if name in known:
            return name
        for old in known:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
        unfinished = f"{PREFIX}unfinished"
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(unfinished)))
        bring_up_to_date(_url_of(unfinished, database_url))
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


def _url_of(database: str, url: str) -> str:
    """The same server, another database."""
    return re.sub(r"^(\w+://[^/]*)/[^?]*", rf"\1/{database}", url)


if __name__ == "__main__":  # bin/test, while it checks other things
    import os

    import portal.embedded.pytest_plugin  # noqa: F401 starts the tests' servers

    template_for_tests(os.environ["DATABASE_URL"])
