"""A release is rolled out while people read, write and talk: no request fails, every window comes back, nothing is lost.

The processes are those of deploy/compose.yaml with production settings, behind nginx with its files (tests/release/stack.py),
replaced as deploy/roll.py replaces them. RELEASE_PAIRS (8) and RELEASE_RATE (8 requests a second) make it harder.
"""

import asyncio
import http.client
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings as portal

from deploy import roll
from marketplace.messaging.models import Message
from portal.bench.chat_servers import Pair, make_pairs
from portal.embedded.valkey import free_port
from tests.contracts.source import ROOT
from tests.kills.conftest import database_url
from tests.kills.windows import TalkingWindow, windows_of
from tests.release.stack import DEPLOY, HOST, Nginx, Process, replaced, seconds_of, services, trusting

pytestmark = pytest.mark.xdist_group("release")

PAIRS = int(os.environ.get("RELEASE_PAIRS", "8"))
REQUESTS_PER_SECOND = float(os.environ.get("RELEASE_RATE", "8"))
READERS = 4
REQUEST_SECONDS = 60
COMES_BACK = 1012  # the server starts again: come back (RFC 6455's registry)
PAGES = ("/accounts/login/", "/accounts/signup/", "/healthz?for=web", "/robots.txt")
CSRF = "c" * 32


@pytest.fixture(scope="module")
def static(tmp_path_factory) -> Path:
    """Style sheets and scripts as the image has them."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def environment(committed_db, tmp_path, static) -> dict[str, str]:
    """What the containers are told; the database, the broker and the key that signs sessions are this test's."""
    folders = {"MEDIA_ROOT": tmp_path / "media", "PRIVATE_MEDIA_ROOT": tmp_path / "private", "STATIC_ROOT": static}
    told = {
        "DJANGO_ENV": "production",
        "DATABASE_URL": database_url(),
        "REDIS_URL": portal.REDIS_URL,
        "CACHE_DATABASE": os.environ["CACHE_DATABASE"],
        "SECRET_KEY": portal.SECRET_KEY,
        "FIELD_ENCRYPTION_KEYS": ",".join(portal.FIELD_ENCRYPTION_KEYS),
        "IDENTITY_DIGEST_KEY": portal.IDENTITY_DIGEST_KEY,
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "EMAIL_URL": "smtp://localhost:1",
        "SMS_BACKEND": "tests.portal.test_production.SmsGateway",
        "INVOICES_ENABLED": "0",
        "WEB_PROCESSES": "2",
        "LOG_LEVEL": "WARNING",
        "JIANGJI_STATE": str(tmp_path / "no-state"),
        **{name: str(folder) for name, folder in folders.items()},
    }
    return {"PATH": os.environ["PATH"], **told}


@pytest.fixture
def stack(environment, static, tmp_path) -> Iterator[tuple[Nginx, list[Process]]]:
    """Two web processes and two live ones behind nginx."""
    if shutil.which("nginx") is None:
        pytest.fail("nginx is missing: install the package nginx.")
    ports = {service: free_port() for service in ("web1", "web2", "live1", "live2")}
    nginx = Nginx(tmp_path, ports, static)
    # The sockets of the tests come by the way without TLS, and say so.
    environment["CSRF_TRUSTED_ORIGINS"] = f"https://{HOST},http://{HOST}:{nginx.plain_port}"
    manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
    processes = [Process(service, port, environment, tmp_path) for service, port in ports.items()]
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_until_well()
        nginx.start()
        yield nginx, processes
        nginx.stop()
    finally:
        for process in processes:
            process.kill()
        if hasattr(nginx, "process") and nginx.process.poll() is None:
            nginx.process.kill()


def manage(environment: dict[str, str], *arguments: str) -> None:
    """A command as the release runs it."""
    command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Load:
    """People who read pages, and who write by the form; each request on a connection of its own."""

    def __init__(self, nginx: Nginx, pairs: list[Pair]) -> None:
        self._port, self._tls, self._pairs = nginx.port, trusting(nginx.certificate), pairs
        self.answers: list[tuple[float, str, int | str]] = []  # when, what was asked, the status or what went wrong
        self.written = 0
        self._stop = threading.Event()

    def run(self) -> None:
        """Steady until it is told to stop."""
        with ThreadPoolExecutor(READERS) as readers:
            begun, number = time.monotonic(), 0
            while not self._stop.is_set():
                readers.submit(self._write if number % 4 == 0 else self._read, number)
                number += 1
                time.sleep(max(0.0, begun + number / REQUESTS_PER_SECOND - time.monotonic()))

    def stop(self) -> None:
        self._stop.set()

    def _read(self, number: int) -> None:
        path = PAGES[number % len(PAGES)]
        self._ask("GET", path, {})

    def _write(self, number: int) -> None:
        """A message, under no name of its own: one that was sent twice would stand there twice."""
        pair = self._pairs[number // 4 % len(self._pairs)]
        name, _is, key = pair.buyer_cookie.partition("=")
        headers = {
            "Cookie": f"__Host-{name}={key}; __Host-csrf={CSRF}",
            "X-CSRFToken": CSRF,
            "Origin": f"https://{HOST}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self.written += 1
        self._ask("POST", f"/messages/{pair.conversation_id}/", headers, urlencode({"body": f"第 {number} 次上线"}))

    def _ask(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> None:
        asked_at = time.monotonic()
        connection = http.client.HTTPSConnection(HOST, self._port, timeout=REQUEST_SECONDS, context=self._tls)
        try:
            connection.request(method, path, body, {"Host": HOST, "Connection": "close", **headers})
            answer = connection.getresponse()
            answer.read()
            self.answers.append((asked_at, f"{method} {path}", answer.status))
        except (OSError, http.client.HTTPException) as error:
            self.answers.append((asked_at, f"{method} {path}", repr(error)))
        finally:
            connection.close()


class Talk:
    """Windows that stay open and talk, in a thread of their own."""

    def __init__(self, nginx: Nginx, pairs: list[Pair]) -> None:
        self.windows = windows_of(nginx.plain_port, pairs)
        for window in self.windows:
            window.cookie = f"__Host-{window.cookie}"
        self._stop = threading.Event()
        self._quiet = threading.Event()

    def run(self) -> None:
        asyncio.run(self._run())

    def are_ready(self) -> bool:
        return all(window.is_ready for window in self.windows)

    def stop(self) -> None:
        """Say nothing more, wait for what is under way, leave."""
        self._quiet.set()
        wait_for(lambda: not any(window.unsent for window in self.windows), 60, "what was said to come back")
        time.sleep(1.5)  # the other side hears it too
        self._stop.set()

    async def _run(self) -> None:
        over = asyncio.Event()
        running = [asyncio.create_task(window.run(over)) for window in self.windows]
        number = 0
        while not self._stop.is_set():
            if not self._quiet.is_set() and self.are_ready():
                self.windows[number % len(self.windows)].write(f"第 {number} 句")
                number += 1
            await asyncio.sleep(0.15)
        over.set()
        await asyncio.gather(*running)


def wait_for(condition, seconds: float, what: str) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"waited {seconds} s for {what}"
        time.sleep(0.1)


def test_a_release_fails_no_request_and_every_window_comes_back(stack, environment):
    nginx, processes = stack
    pairs = make_pairs(PAIRS * 2)
    # Those who talk by socket, and those who write by the form: what is stored of each can then be counted.
    load, talk = Load(nginx, pairs[PAIRS:]), Talk(nginx, pairs[:PAIRS])
    threads = [threading.Thread(target=one.run) for one in (load, talk)]
    for thread in threads:
        thread.start()
    try:
        wait_for(talk.are_ready, 60, "all windows to open")
        begun, rolled = time.monotonic(), []
        for process in processes:
            rolled.append(replace(nginx, process))
            wait_for(talk.are_ready, 60, "all windows to come back")
        ended = time.monotonic()
    finally:
        load.stop()
        talk.stop()
        for thread in threads:
            thread.join(120)

    failed = [answer for answer in load.answers if answer[2] not in (200, 302)]
    assert failed == [], f"{len(failed)} of {len(load.answers)}: {failed[:5]}\n{nginx.said()[-3000:]}"
    during = [asked_at for asked_at, _what, _status in load.answers if begun < asked_at < ended]
    assert len(during) > (ended - begun) * REQUESTS_PER_SECOND / 3, "hardly anybody was there while it was rolled out"
    assert nginx.answered_by() >= {process.port for process in processes}
    stored = Message.objects.filter(conversation__in=[pair.conversation_id for pair in pairs[PAIRS:]])
    assert stored.count() == load.written, "a form was lost, or sent twice"
    heard_all(talk.windows)
    for process in processes:
        assert "Traceback" not in process.log.read_text(), process.log.read_text()[-3000:]
    print(
        f"\n{len(load.answers)} requests, {load.written} of them forms, none failed; {len(talk.windows)} windows,"
        f" {sum(window.connections for window in talk.windows)} connections;"
        f" ended in {', '.join(f'{seconds:.1f}' for seconds in rolled)} s; rolled out in {ended - begun:.0f} s"
    )


def replace(nginx: Nginx, process: Process) -> float:
    """What deploy/roll.py does with a server; returns the seconds the old process took to end."""
    nginx.set_aside(process.port, is_down=True)
    seconds = process.stop()
    process.start()
    process.wait_until_well()
    nginx.set_aside(process.port, is_down=False)
    return seconds


def heard_all(windows: list[TalkingWindow]) -> None:
    """Every window was told to come back, never cut off, did, and shows each sentence of its conversation once and in order."""
    for window in windows:
        assert set(window.closed_with) == {COMES_BACK}, window.closed_with
        assert window.connections >= 2
        assert window.unsent == {}
        assert window.refused == []
        rows = Message.objects.filter(conversation=window.conversation_id).order_by("sequence")
        stored = [(number, str(name), body) for number, name, body in rows.values_list("sequence", "client_id", "body")]
        assert [(number, *window.shown[number]) for number in sorted(window.shown)] == stored
        assert len({name for _number, name, _body in stored}) == len(stored)
    said = {name for window in windows for name in window.sent}
    conversations = {window.conversation_id for window in windows}
    kept = Message.objects.filter(conversation__in=conversations).values_list("client_id", flat=True)
    assert {str(name) for name in kept} == said


def test_nginx_keeps_sockets_for_longer_than_a_release_may_take():
    kept = re.search(r"worker_shutdown_timeout (\d+)m;", (DEPLOY / "nginx" / "nginx.conf").read_text())
    # Until a process is well its check may fail `retries` times after its time to start.
    slowest = 0.0
    for service in roll.SERVING:
        told = services()[service]
        check = told["healthcheck"]
        well = seconds_of(check["start_period"]) + check["retries"] * seconds_of(check["interval"])
        slowest += seconds_of(told["stop_grace_period"]) + well + 2 * roll.SETTLE_SECONDS
    assert int(kept[1]) * 60 > slowest


def test_files_that_have_moved_on_from_what_is_replaced_in_them_are_noticed():
    with pytest.raises(AssertionError, match="not there any more"):
        replaced("listen 80;", {"listen 8443 ssl;": "listen 1;"})
