"""The portal against the real sandbox process, over HTTP, with the real SDK and real keys.

Fixtures of the portal's own tests; those of the sandbox's tests are in sandbox/conftest.py, whose tools are used here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.ledger.models import Clearing
from marketplace.ledger.services import clear_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.audit import audit_money
from marketplace.payments.gateways.base import PaymentState, PayScene, PaySnapshot
from marketplace.payments.models import Payment
from marketplace.payments.sandbox.crypto import load_private_key, notification_text, sign
from marketplace.payments.sandbox.keys import ensure_keys
from tests.factories import make_gig, make_order
from tests.payments.foreign import run_foreign  # noqa: F401 clients that others wrote
from tests.payments.held import cleared, held, settled  # noqa: F401 money in custody
from tests.payments.institution import institution, silence  # noqa: F401 one that answers as a test likes
from tests.payments.invoice_office import Books, Office
from tests.payments.refused import failed, half_done, refused  # noqa: F401 settlements that need a person
from tests.payments.sandbox.conftest import APP_ID, SELLER_ID, Merchant, Sandbox, fetch, make_merchant, make_sandbox
from tests.payments.sandbox.side import alipay_side, side, wechat_side  # noqa: F401 one gateway, or both in turn
from tests.payments.wechat import (  # noqa: F401 fixtures of the WeChat side
    letterbox_server,
    silent_wechat,
    wechat_purchase,
    wechat_sandbox,
)
from tests.payments.yesterday import yesterday  # noqa: F401 a day that is over, at either gateway

NOTIFY = "/pay/alipay/notify/"


@pytest.fixture(scope="session")
def alipay_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox process for the portal's tests."""
    running = make_sandbox(tmp_path_factory.mktemp("alipay"), "4800")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def alipay_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of an Alipay that does not run."""
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder)
    return folder


@pytest.fixture(scope="session")
def postbox() -> Iterator[Merchant]:
    """Takes the notifications meant for the portal, so that a test can hand them over when it likes."""
    site, server = make_merchant()
    yield site
    server.shutdown()
    server.server_close()


def _use(settings: Any, keys: Path, gateway_url: str) -> None:
    """Certificate mode, as in production; test_alipay_certificates.py tries bare keys too."""
    settings.ALIPAY = {
        "app_id": APP_ID,
        "seller_id": SELLER_ID,
        "gateway_url": gateway_url,
        "app_private_key": (keys / "app_private_key.pem").read_text(),
        "alipay_public_key": (keys / "alipay_public_key.pem").read_text(),
        "app_cert": (keys / "app_cert.pem").read_text(),
        "alipay_cert": (keys / "alipay_cert.pem").read_text(),
        "alipay_root_cert": (keys / "alipay_root_cert.pem").read_text(),
        "timeout_seconds": 5,
    }


@pytest.fixture
def silent_alipay(settings: Any, alipay_keys: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Alipay is configured, and nobody answers there."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    _use(settings, alipay_keys, "http://127.0.0.1:9/gateway.do")
    return alipay_keys


@pytest.fixture
def alipay_sandbox(
    settings: Any, alipay_process: Sandbox, postbox: Merchant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """Alipay answers; its notifications go to the postbox."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    _use(settings, alipay_process.data_dir, f"{alipay_process.url}/gateway.do")
    settings.PAYMENT_NOTIFY_BASE_URL = postbox.url.removesuffix("/notify")
    yield alipay_process
    alipay_process.control("faults", method="DELETE")


@pytest.fixture
def forge(silent_alipay: Path) -> Callable[..., dict[str, str]]:
    """Write a notification, signed with Alipay's key unless another folder of keys is given."""

    def write(payment: Payment, *, keys: Path = silent_alipay, **changes: str) -> dict[str, str]:
        fields = {
            "notify_type": "trade_status_sync",
            "notify_id": "2026112200222143056000001",
            "notify_time": "2026-11-22 14:31:00",
            "app_id": APP_ID,
            "seller_id": SELLER_ID,
            "charset": "utf-8",
            "version": "1.0",
            "sign_type": "RSA2",
            "trade_no": f"20261122{payment.pk:020d}",
            "out_trade_no": payment.out_trade_no,
            "trade_status": "TRADE_SUCCESS",
            "total_amount": f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}",
            "gmt_payment": "2026-11-22 14:30:59",
            "subject": payment.order.gig_title,
        } | changes
        key = load_private_key(keys / "alipay_private_key.pem")
        return fields | {"sign": sign(key, notification_text(fields))}

    return write


@dataclass
class Purchase:
    """An order on its way through the cashier."""

    order: Order
    payment: Payment
    sandbox: Sandbox
    postbox: Merchant
    cashier: str = ""

    def open(self) -> "Purchase":
        """Send the buyer's browser to Alipay and open its cashier."""
        reply = fetch(services.begin_payment(payment=self.payment, scene=PayScene.PAGE).url)
        assert reply.status == 302, reply.text
        self.cashier = self.sandbox.url + reply.location
        assert fetch(self.cashier).status == 200
        return self

    def pay(self) -> str:
        """Press the button; returns where Alipay sends the browser then."""
        if not self.cashier:
            self.open()
        reply = fetch(self.cashier, b"")
        assert reply.status == 303, reply.text
        return reply.location

    def notices(self, count: int = 1) -> list[dict[str, str]]:
        """What Alipay posted so far, at least `count`."""
        return self.postbox.wait_for(self.payment.out_trade_no, count)

    def deliver(self) -> str:
        """Hand the newest notification to the portal, as Alipay would; returns the portal's answer."""
        return hand_over(self.notices()[-1])

    def at_alipay(self) -> dict[str, Any]:
        """The trade as Alipay has it."""
        return self.sandbox.control(f"trades/{self.payment.out_trade_no}")

    def refresh(self) -> None:
        """Read both rows again. The payment first: they change together, so an order read later is never the older one."""
        self.payment.refresh_from_db()
        self.order.refresh_from_db()


def post_notice(notice: dict[str, str], client: Client | None = None) -> HttpResponse:
    """Post a notification to the portal as Alipay does: a form, URL-encoded."""
    form = urlencode(notice)
    return (client or Client()).post(NOTIFY, form, content_type="application/x-www-form-urlencoded; charset=utf-8")


def hand_over(notice: dict[str, str]) -> str:
    """Post a notification to the portal and return its answer."""
    return post_notice(notice).content.decode()


def begin(sandbox: Sandbox, postbox: Merchant, *, coupon_code: str = "", **gig: Any) -> Purchase:
    """A new order with a payment attempt."""
    order = make_order(gig=make_gig(**gig), coupon_code=coupon_code)
    return Purchase(order, services.start_payment(order_id=order.pk, gateway_code="alipay"), sandbox, postbox)


@pytest.fixture
def new_purchase(alipay_sandbox: Sandbox, postbox: Merchant) -> Callable[..., Purchase]:
    """Begin a purchase; keywords go to the gig."""
    return lambda **gig: begin(alipay_sandbox, postbox, **gig)


@pytest.fixture
def purchase(db: None, new_purchase: Callable[..., Purchase]) -> Purchase:
    """A purchase of 128.00 yuan; at the end of the test all money must be accounted for."""
    return new_purchase(price_fen=12_800)


@pytest.fixture
def money_adds_up(db: None) -> Iterator[None]:
    """Books, orders and payments tell the same story at the end of the test."""
    yield
    assert audit_money().violations == []


def deliver_and_accept(order: Order) -> None:
    """The work is handed over and accepted."""
    file = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。", files=[file])  # type: ignore[list-item]
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)


def pay_at(gateway_code: str, order: Order) -> None:
    """The buyer pays an order at this (configured) gateway."""
    payment = services.start_payment(order_id=order.pk, gateway_code=gateway_code)
    paid = PaySnapshot(
        payment.out_trade_no, PaymentState.PAID, f"T{payment.pk:020d}", payment.amount_fen, timezone.now()
    )
    services.apply_snapshot(payment_id=payment.pk, snapshot=paid)


def earn(seller: User, *, amount_fen: int, gateway_code: str = "alipay") -> None:
    """Let a seller earn this much, cleared: an order at a price whose nine tenths it is, paid, delivered, accepted.

    Needs a configured gateway (`silent_alipay` or `alipay_sandbox`).
    """
    order = make_order(gig=make_gig(seller=seller, price_fen=amount_fen * 10 // 9))
    pay_at(gateway_code, order)
    deliver_and_accept(order)
    clear_earnings(clearing_id=Clearing.objects.get(reference=f"order:{order.number}:release").pk)


@pytest.fixture
def office(settings: Any) -> Iterator[Books]:
    """Invoices are issued by an office that runs in the test; what it is asked and what it does stand in its books."""
    settings.INVOICE_PROVIDER = "tests.payments.invoice_office.Office"
    Office.books = Books()
    yield Office.books
    Office.books = Books()
