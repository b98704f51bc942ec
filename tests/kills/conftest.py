"""Processes that die, and what they leave behind: a committed database and the sandbox's own record."""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from marketplace.payments.audit import audit_money
from tests.kills import victim
from tests.kills.victim import Point
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    alipay_keys,
    alipay_process,
    alipay_sandbox,
    postbox,
)
from tests.payments.sandbox.conftest import eventually
from tests.payments.wechat import letterbox_server, wechat_sandbox  # noqa: F401 fixtures too

CONFIGURED = ("ALIPAY", "WECHATPAY", "PAYMENT_NOTIFY_BASE_URL", "SETTLEMENT_MODE", "ALLOWED_HOSTS")
PATIENCE_SECONDS = 60


def database_url() -> str:
    """The address of the database that this test is connected to."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


class Victims:
    """Starts processes of the portal that live as long as they are told to.

    They are forked from a process that has the portal loaded and no connection open, so each costs milliseconds and not
    the seconds that Django needs to start.
    """

    def __init__(self, settings: Any) -> None:
        self._settings = settings
        self._context = multiprocessing.get_context("forkserver")
        self._running: list[BaseProcess] = []

    def run(self, function: str, point: Point | None = None) -> int:
        """Run a function to its end or to this process's; returns 0, or the negative signal it died of."""
        process = self._start(victim.run, function, point)
        process.join(PATIENCE_SECONDS)
        return process.exitcode

    def serve(self, port: int, point: Point | None = None) -> BaseProcess:
        """Serve the portal on a port."""
        process = self._start(victim.serve, port, point)
        eventually(lambda: not process.is_alive() or _answers(port), within=PATIENCE_SECONDS)
        return process

    def stop(self) -> None:
        """End whatever still runs."""
        for process in self._running:
            process.kill()
            process.join(PATIENCE_SECONDS)

    def _start(self, target: Callable[..., None], what: Any, point: Point | None) -> BaseProcess:
        configured = {name: getattr(self._settings, name) for name in CONFIGURED}
        process = self._context.Process(target=target, args=(what, point, configured), daemon=True)
        process.start()
        self._running.append(process)
        return process


@pytest.fixture
def victims(settings: Any, committed_db: None) -> Iterator[Victims]:
    """Processes on this test's database."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
    environment = pytest.MonkeyPatch()
    environment.setenv("DATABASE_URL", database_url())
    multiprocessing.set_forkserver_preload(["tests.kills.victim"])
    forkserver.ensure_running()
    environment.undo()
    started = Victims(settings)
    yield started
    started.stop()


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def _money_adds_up_after_all(committed_db: None) -> Iterator[None]:
    yield
    assert audit_money().violations == []


def died(exit_code: int | None) -> bool:
    """Whether it was killed, and did not just fail."""
    return exit_code == -signal.SIGKILL


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
