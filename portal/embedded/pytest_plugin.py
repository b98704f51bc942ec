"""Loaded before pytest reads the settings: a database and a broker of the tests' own, which need not survive a crash."""

import faulthandler
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded.paths import state_directory

# A copy from before pytest captures what is written there.
STDERR = os.dup(2)
TEARDOWN_SECONDS = 300

os.environ.setdefault("DJANGO_ENV", "test")
os.environ.setdefault("JIANGJI_STATE", str(Path(__file__).resolve().parents[2] / ".jiangji" / "test"))
if "DATABASE_URL" not in os.environ:
    from portal.embedded.postgres import start_postgres

    os.environ["DATABASE_URL"] = start_postgres(durable=False)
if "REDIS_URL" not in os.environ:
    from portal.embedded.valkey import start_valkey

    os.environ["REDIS_URL"] = start_valkey()

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
# gw0 keeps its cache in database 4, gw1 in 5, …: emptying one does not empty another's.
os.environ["CACHE_DATABASE"] = str(4 + int(_WORKER.removeprefix("gw")))

# Files likewise: in a folder of all, another worker's file takes the name that a test just freed. What a test starts inherits
# the folders of its worker. Whoever starts first (with workers that is who starts them) throws away what the last run left.
_FILES = state_directory() / "files"
if "PYTEST_XDIST_WORKER" not in os.environ:
    shutil.rmtree(_FILES, ignore_errors=True)
os.environ["MEDIA_ROOT"] = str(_FILES / _WORKER / "media")
os.environ["PRIVATE_MEDIA_ROOT"] = str(_FILES / _WORKER / "private")


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what is there for good: the portal, its models, the tests.

    It looked through all of it every few hundred objects, for a tenth of the time of the whole suite.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """A teardown that hangs ends its worker, and says where. pytest-timeout speaks once a test, and may have spoken already."""
    faulthandler.dump_traceback_later(TEARDOWN_SECONDS, exit=True, file=STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
