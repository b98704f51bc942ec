"""The portal's own processes, started as operators start them, with a Valkey of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from portal.embedded.valkey import free_port, valkey_command
from portal.env import BASE_DIR
from tests.kills.conftest import database_url
from tests.payments.conftest import alipay_keys, alipay_process, alipay_sandbox, postbox  # noqa: F401 used here too
from tests.payments.sandbox.conftest import eventually
from tests.portal.watching.receivers import Receiver, listening

START_SECONDS = 500  # on a busy machine
CELERY = ("-m", "celery", "-A", "portal")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A collector and a Sentry, in one."""
    with listening() as one:
        yield one


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[str]:
    """Its address. Jobs of other tests are not for our workers, nor ours for theirs."""
    folder, port = tmp_path / "valkey", free_port()
    folder.mkdir()
    process = subprocess.Popen(valkey_command(folder, port), stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    eventually(lambda: _answers(client), within=60)
    client.close()
    yield f"redis://127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False


class Running:
    """A process of the portal, and what it has logged."""

    def __init__(self, process: subprocess.Popen, log: Path, broker: str) -> None:
        self.process, self._log, self.broker = process, log, broker

    @property
    def log(self) -> str:
        """All that it wrote."""
        return self._log.read_text()

    def end(self) -> float:
        """Tell it to end, as an orchestrator does; how many seconds it took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(120)
        return time.monotonic() - begun


Start = Callable[..., Running]


@pytest.fixture
def start(committed_db: None, own_valkey: str, tmp_path: Path) -> Iterator[Start]:
    """Start `python ARGUMENTS` on this test's database, with these variables besides."""
    running: list[Running] = []

    def begin(*arguments: str, **variables: str) -> Running:
        log = tmp_path / f"log-{len(running)}"
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": own_valkey,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOG_FORMAT": "json",
            "PYTHONWARNINGS": "ignore",
            "no_proxy": "127.0.0.1",
        }
        command = [sys.executable, *arguments]
        with log.open("w") as file:
            process = subprocess.Popen(command, cwd=BASE_DIR, env=environment | variables, stdout=file, stderr=file)
        running.append(Running(process, log, f"{own_valkey}/2"))
        return running[-1]

    yield begin
    for one in running:
        one.end()
