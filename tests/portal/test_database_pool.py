"""Behind PgBouncer the limits of the settings hold by the role, and nothing of the portal needs a session of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.db import connection

from portal.embedded.valkey import free_port
from tests.contracts.source import ROOT

# A role belongs to the whole server, which the workers share.
pytestmark = pytest.mark.xdist_group("pool")
ROLE, PASSWORD = "pool_test", "only-for-this-test"
LIMITS = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('synchronous_commit')"


@pytest.fixture(scope="module")
def pooled_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """An empty database of a role that is no superuser; its name."""
    name = f"{connection.settings_dict['NAME']}_pooled"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE IF EXISTS {ROLE}")
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        cursor.execute(f"CREATE DATABASE {name} OWNER {ROLE}")
        yield name
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {ROLE}")


def server_folder() -> str:
    """Where the socket of the embedded server lies."""
    return parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]


@pytest.fixture
def environment(pooled_database, tmp_path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_ENV": "production",
        "DATABASE_URL": f"postgres://{ROLE}:{PASSWORD}@/{pooled_database}?host={server_folder()}",
        "REDIS_URL": "redis://localhost:1",
        "SECRET_KEY": "kT9-vP2xW7zQ4rM1nB8cY5dF0gH3jL6sA_eU~iO.pXqZ-made-up-for-a-test",
        "FIELD_ENCRYPTION_KEYS": "bWFkZS11cC1mb3ItYS10ZXN0LTAxMjM0NTY3ODlhYmM=",
        "IDENTITY_DIGEST_KEY": "made-up-for-a-test-of-at-least-32-characters",
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "https://localhost",
        "EMAIL_URL": "smtp://localhost:1",
        "SMS_BACKEND": "tests.portal.test_production.SmsGateway",
        "INVOICES_ENABLED": "0",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PRIVATE_MEDIA_ROOT": str(tmp_path / "private"),
        "JIANGJI_STATE": str(tmp_path / "no-state"),
    }


@pytest.fixture
def pool(pooled_database) -> Iterator[str]:
    """The address of a PgBouncer with deploy/pgbouncer/pgbouncer.ini, its addresses and files replaced."""
    program = shutil.which("pgbouncer") or pytest.fail("pgbouncer is missing: install the package pgbouncer.")
    # The socket is open to the server's own user alone, and PgBouncer refuses to be root. pytest's folders are closed to others.
    port, user, folder = free_port(), Path(server_folder()).owner(), Path(tempfile.mkdtemp(prefix="pool-"))
    text = (ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini").read_text()
    for old, new in (
        (
            "jiangji = host=database port=5432 dbname=jiangji",
            f"pooled = host={server_folder()} dbname={pooled_database}",
        ),
        ("listen_addr = 0.0.0.0", "listen_addr = 127.0.0.1"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer/users.txt", str(folder / "users.txt")),
        # One for all: whatever a session left behind, the next one would find.
        ("default_pool_size = 25", "default_pool_size = 1"),
        ("reserve_pool_size = 5", "reserve_pool_size = 0"),
        ("max_prepared_statements = 200\n", ""),  # Debian's is older than 1.21
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "users.txt").write_text(f'"{ROLE}" "{PASSWORD}"\n')
    (folder / "pgbouncer.ini").write_text(text)
    as_root = ["-u", user] if os.geteuid() == 0 else []
    if as_root:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user)
    process = subprocess.Popen([program, *as_root, str(folder / "pgbouncer.ini")], stderr=subprocess.PIPE, text=True)
    url = f"postgres://{ROLE}:{PASSWORD}@127.0.0.1:{port}/pooled"
    try:
        _wait_until_it_answers(url, process)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=20)
        shutil.rmtree(folder)


def _wait_until_it_answers(url: str, process: subprocess.Popen) -> None:
    ends = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
        except psycopg.OperationalError:
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def asked(environment: dict[str, str], sql: str) -> subprocess.CompletedProcess[str]:
    """What the portal's own connection answers, as web processes have it: without manage.py, which lifts a limit."""
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings'\n"
        "import django; django.setup()\n"
        "from django.db import connection\n"
        f"cursor = connection.cursor(); cursor.execute({sql!r}); print(*cursor.fetchone())"
    )
    return run(environment, "-c", program)


def test_the_role_keeps_the_limits_that_a_pool_does_not_pass_on(environment, pool):
    behind = environment | {"DATABASE_URL": pool, "DATABASE_POOLED": "1"}
    before = run(behind, "manage.py", "check", "--database", "default")
    assert "(portal.E010) statement_timeout is 0 behind the pool" in before.stderr
    refused = run(behind, "manage.py", "set_role_limits")
    assert "This goes to the database itself" in refused.stderr

    done = run(environment, "manage.py", "set_role_limits")
    assert done.returncode == 0, done.stderr
    _begin_anew(pool)
    assert asked(behind, LIMITS).stdout == "15s 3s on\n"
    assert asked(behind, "SELECT current_setting('TimeZone')").stdout == "UTC\n"
    assert "portal.E010" not in run(behind, "manage.py", "check", "--database", "default").stderr
    # A command that goes to the database itself still takes as long as it takes.
    program = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW statement_timeout'); print(k.fetchone()[0])"
    assert run(environment, "manage.py", "shell", "-v0", "-c", program).stdout == "0\n"


def _begin_anew(pool: str) -> None:
    """End the pool's server connection: a role's settings count from the next one on."""
    with suppress(psycopg.OperationalError), psycopg.connect(pool, autocommit=True) as session:
        # Its own among them, which is the point: the answer does not come any more.
        session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user")


def test_what_the_portal_asks_for_directly_a_pool_refuses(environment, pool):
    """Why there is DATABASE_POOLED at all."""
    result = asked(environment | {"DATABASE_URL": pool}, LIMITS)
    assert result.returncode != 0
    assert "unsupported startup parameter" in result.stderr


def test_no_cursor_of_the_server_outlives_its_transaction(environment):
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings'\n"
        "from django.conf import settings as s; d = s.DATABASES['default']\n"
        "print(d['DISABLE_SERVER_SIDE_CURSORS'], d.get('OPTIONS', {}).get('options'), d.get('OPTIONS', {}).get('pool'))"
    )
    assert run(environment | {"DATABASE_POOLED": "1"}, "-c", program).stdout == "True None None\n"
