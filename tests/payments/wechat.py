"""The portal and the sandbox's WeChat side, over HTTP: fixtures and a purchase on its way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.gateways.base import PayIntent, PayScene
from marketplace.payments.models import Payment
from tests.factories import make_gig, make_order
from tests.payments.sandbox.conftest import Sandbox, eventually, fetch

NOTIFY = "/pay/wechatpay/notify/"
WECHAT_HEADERS = ("Timestamp", "Nonce", "Signature", "Serial", "Signature-Type")


@dataclass
class Letter:
    """One notification as it came."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Letterbox:
    """Takes what WeChat posts, and answers 200 unless told otherwise.

    Each test has an address of its own: what WeChat repeats of an earlier test's is thrown away.
    """

    base_url: str = ""
    tests: int = 0
    letters: list[Letter] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where this test's letters go."""
        return f"/{self.tests}"

    @property
    def url(self) -> str:
        """This test's address, without a slash at its end."""
        return self.base_url + self.path

    def empty(self) -> None:
        """Begin another test."""
        self.tests += 1
        self.letters.clear()
        self.answers.clear()

    def wait_for(self, count: int = 1) -> list[Letter]:
        """Wait until so many have come."""
        eventually(lambda: len(self.letters) >= count)
        return self.letters


@pytest.fixture(scope="session")
def letterbox_server() -> Iterator[Letterbox]:
    """The merchant's notify page of the whole session."""
    box = Letterbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = [f"Wechatpay-{name}" for name in WECHAT_HEADERS]
            answer = 200
            if self.path.startswith(box.path + "/") or self.path == box.path:
                box.letters.append(Letter({name: self.headers.get(name, "") for name in names}, body))
                answer = box.answers.pop(0) if box.answers else 200
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield box
    server.shutdown()
    server.server_close()


def use_wechat(settings: Any, keys: Path, base_url: str) -> None:
    """Configure the portal as `portal/settings/money.py` does from the sandbox's files."""
    settings.WECHATPAY = {
        "app_id": "wx2026jiangji0001",
        "app_secret": "sandbox",
        "oauth_base_url": f"{base_url}/connect/",
        "api_base_url": f"{base_url}/",
        "confirm_page": f"{base_url}/wechat/transfer/",
        "merchant_id": "1900000001",
        "base_url": base_url,
        "merchant_private_key": (keys / "wechat_merchant_private_key.pem").read_text(),
        "merchant_serial_no": (keys / "wechat_merchant_serial_no.txt").read_text(),
        "public_key_id": (keys / "wechat_public_key_id.txt").read_text(),
        "public_key": (keys / "wechat_public_key.pem").read_text(),
        "previous_public_key_id": "",
        "previous_public_key": "",
        "api_v3_key": (keys / "wechat_api_v3_key.txt").read_text(),
        "previous_api_v3_key": "",
        "timeout_seconds": 5,
    }


@pytest.fixture
def wechat_sandbox(
    settings: Any, alipay_process: Sandbox, letterbox_server: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """WeChat answers; its notifications go to the letterbox."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    use_wechat(settings, alipay_process.data_dir, alipay_process.url)
    letterbox_server.empty()
    settings.PAYMENT_NOTIFY_BASE_URL = letterbox_server.url
    yield alipay_process
    alipay_process.control("faults", method="DELETE")


@pytest.fixture
def silent_wechat(settings: Any, alipay_keys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """WeChat is configured, and nobody answers there."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    use_wechat(settings, alipay_keys, "http://127.0.0.1:9")
    return alipay_keys


@dataclass
class WechatPurchase:
    """An order on its way through WeChat."""

    order: Order
    payment: Payment
    sandbox: Sandbox
    box: Letterbox

    def open(self, scene: PayScene = PayScene.QR, **more: str) -> PayIntent:
        """Begin the payment at WeChat."""
        return services.begin_payment(payment=self.payment, scene=scene, **more)

    def pay(self) -> None:
        """The buyer scans the code and pays on the phone."""
        intent = self.open()
        prepay_id = intent.qr_text.partition("pr=")[2]
        page = f"{self.sandbox.url}/wechat/pay/{prepay_id}"
        assert self.payment.order.gig_title in fetch(page).text
        assert fetch(page, b"").status == 303

    def deliver(self, count: int = 1) -> HttpResponse:
        """Hand the newest notification to the portal, as WeChat would."""
        return hand_in(self.box.wait_for(count)[-1])

    def at_wechat(self) -> dict[str, Any]:
        """The payment as WeChat has it."""
        return self.sandbox.control(f"wechat/trades/{self.payment.out_trade_no}")

    def refresh(self) -> None:
        """Read both rows again."""
        self.order.refresh_from_db()
        self.payment.refresh_from_db()


def hand_in(letter: Letter, **changes: str) -> HttpResponse:
    """Post a notification to the portal as WeChat does."""
    return Client().post(NOTIFY, letter.body, content_type="application/json", headers={**letter.headers, **changes})


@pytest.fixture
def wechat_purchase(db: None, wechat_sandbox: Sandbox, letterbox_server: Letterbox) -> WechatPurchase:
    """A purchase of 128.00 yuan through WeChat."""
    order = make_order(gig=make_gig(price_fen=12_800))
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    return WechatPurchase(order, payment, wechat_sandbox, letterbox_server)
