"""One migrated database for all tests to be copied from: migrating takes most of a minute, a copy half a second."""

import hashlib
import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import psycopg
from psycopg import sql

PROJECT = Path(__file__).resolve().parents[2]
PREFIX = "jiangji_test_template_"
ONE_AT_A_TIME = 20_261_126  # any number that no other advisory lock has


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
        _migrate(_url_of(unfinished, database_url))
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


def _url_of(database: str, url: str) -> str:
    """The same server, another database."""
    return re.sub(r"^(\w+://[^/]*)/[^?]*", rf"\1/{database}", url)


def _migrate(url: str) -> None:
    """Raises RuntimeError with what `migrate` said."""
    environment = os.environ | {"DATABASE_URL": url, "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0"}
    command = [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the migrations of the tests' database failed:\n{done.stdout}{done.stderr}")
