"""A real sandbox process, the real Alipay SDK pointed at it, and a small merchant site that takes notifications."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

ROOT = Path(__file__).resolve().parents[3]
APP_ID = "2026000000000001"
SELLER_ID = "2088000000000001"
WAIT = 30.0  # seconds; a busy machine may take a while over what is done at once


def eventually(condition: Callable[[], Any], *, within: float = WAIT) -> Any:
    """Ask again until the answer is true, and return it."""
    deadline = time.monotonic() + within
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return answer


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


_BROWSER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, whatever its status; redirects are not followed."""

    status: int
    text: str
    location: str


def fetch(url: str, data: bytes | None = None, *, method: str | None = None, **headers: str) -> Reply:
    """Ask like a browser without JavaScript."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, method=method, headers=named)
    try:
        response = _BROWSER.open(request, timeout=WAIT)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return Reply(response.status, response.read().decode(), response.headers.get("Location", ""))


@dataclass
class Sandbox:
    """A running sandbox process."""

    data_dir: Path
    url: str
    port: int
    speed: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        environment = os.environ | {
            "SANDBOX_DATA_DIR": str(self.data_dir),
            "SANDBOX_BASE_URL": self.url,
            "SANDBOX_NOTIFY_SPEED": self.speed,
        }
        command = [sys.executable, "-m", "uvicorn", "marketplace.payments.sandbox.asgi:application"]
        command += ["--port", str(self.port), "--log-level", "warning"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        eventually(self._answers, within=30)

    def stop(self) -> None:
        """Stop it; what it stored stays."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(WAIT)
            self.process = None

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the sandbox ended at once"
        try:
            return fetch(f"{self.url}/healthz").status == 200
        except OSError:
            return False

    def control(self, path: str, body: dict[str, Any] | None = None, *, method: str | None = None) -> dict[str, Any]:
        """Call the control API and expect 200."""
        data = None if body is None else json.dumps(body).encode()
        reply = fetch(f"{self.url}/control/{path}", data, method=method, Content_Type="application/json")
        assert reply.status == 200, reply.text
        return json.loads(reply.text)

    def fault(self, out_trade_no: str, **faults: Any) -> None:
        """Set faults for one order."""
        self.control("faults", {"out_trade_no": out_trade_no, "faults": faults})

    def pay(self, out_trade_no: str) -> None:
        """Pay without a browser."""
        self.control(f"trades/{out_trade_no}/pay", {})


@dataclass
class Merchant:
    """The merchant's notify page: remembers what came, and answers `success` unless told otherwise."""

    url: str
    notices: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def notices_of(self, out_trade_no: str) -> list[dict[str, str]]:
        """Return what came for one order."""
        return [notice for notice in self.notices if notice["out_trade_no"] == out_trade_no]

    def wait_for(self, out_trade_no: str, count: int = 1) -> list[dict[str, str]]:
        """Wait until so many notifications of one order have come."""
        eventually(lambda: len(self.notices_of(out_trade_no)) >= count)
        return self.notices_of(out_trade_no)


def make_merchant() -> tuple[Merchant, ThreadingHTTPServer]:
    """Start a merchant site on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            notice = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
            planned = merchant.answers.get(notice["out_trade_no"])
            status, text = planned.pop(0) if planned else (200, "success")
            merchant.notices.append(notice)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", merchant.url)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *arguments: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    merchant = Merchant(f"http://127.0.0.1:{server.server_address[1]}/notify")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return merchant, server


def make_sandbox(data_dir: Path, speed: str) -> Sandbox:
    """Prepare a sandbox on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Sandbox(data_dir, f"http://127.0.0.1:{port}", port, speed)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests; its retry clock runs 4800 times faster, so that 4 minutes are 50 milliseconds."""
    running = make_sandbox(tmp_path_factory.mktemp("sandbox"), "4800")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def merchant() -> Iterator[Merchant]:
    """One merchant site for all tests; each test uses its own order number."""
    site, server = make_merchant()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def beijing_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the process on Beijing time, which the SDK writes into its requests."""
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def make_client(sandbox: Sandbox, beijing_time: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Make a real SDK client for the sandbox, with other keys or another application when asked."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def make(*, app_id: str = APP_ID, private_key: str | None = None, timeout: float = WAIT) -> Any:
        from alipay import AliPay, AliPayConfig  # late: importing it reconfigures logging

        client = AliPay(
            appid=app_id,
            app_private_key_string=private_key or (sandbox.data_dir / "app_private_key.pem").read_text(),
            alipay_public_key_string=(sandbox.data_dir / "alipay_public_key.pem").read_text(),
            config=AliPayConfig(timeout=timeout),
        )
        client._gateway = f"{sandbox.url}/gateway.do"
        return client

    return make


@pytest.fixture
def alipay(make_client: Callable[..., Any]) -> Any:
    """The merchant's SDK client."""
    return make_client()


@pytest.fixture
def number() -> str:
    """An order number that no other test uses."""
    return f"JJ{uuid.uuid4().hex[:26].upper()}"


@pytest.fixture
def open_trade(alipay: Any, sandbox: Sandbox, merchant: Merchant, number: str) -> Callable[..., str]:
    """Send a buyer to the cashier with an order of 888.00 yuan and return the address of the cashier page."""

    def open_cashier(amount: str = "888.00", **details: Any) -> str:
        query = alipay.api_alipay_trade_page_pay(
            subject="品牌标志设计", out_trade_no=number, total_amount=amount,
            **{"notify_url": merchant.url, "return_url": "http://127.0.0.1:9/orders/7?from=pay"} | details,
        )  # fmt: skip
        reply = fetch(f"{sandbox.url}/gateway.do?{query}")
        assert reply.status == 302, reply.text
        cashier = sandbox.url + reply.location
        assert fetch(cashier).status == 200
        return cashier

    return open_cashier
