"""One gateway as a test of the sandbox sees it: the portal's adapter on one side, the control API on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from marketplace.core.identifiers import new_reference
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import (
    BillKind,
    Notification,
    PayRequest,
    PayScene,
    RawRequest,
    RefundRequest,
    RefundSnapshot,
    TransferRequest,
    TransferSnapshot,
)

from .conftest import Sandbox, eventually, fetch

TOTAL_FEN = 128_00


@dataclass
class Side:
    """One gateway: its sandbox, our adapter to it, and where its notifications arrive."""

    code: str
    sandbox: Sandbox
    letters: Callable[[str], list[RawRequest]]
    notify_url: str
    number: str = ""

    @property
    def adapter(self) -> Any:
        return gateway(self.code)

    @property
    def path(self) -> str:
        return "trades" if self.code == "alipay" else "wechat/trades"

    def open(self) -> str:
        """A payment that waits for its buyer; returns its number."""
        self.number = new_reference("PA")
        expires = timezone.now() + timedelta(minutes=30)
        request = PayRequest(
            self.number, TOTAL_FEN, "标志设计", expires, "http://127.0.0.1:9/back", self.notify_url, PayScene.QR
        )
        intent = self.adapter.create(request)
        if self.code == "alipay":  # where the trade begins when somebody scans the code
            assert fetch(self.sandbox.url + fetch(intent.qr_text).location).status == 200
        return self.number

    def pay(self, **faults: Any) -> str:
        """A paid one, with faults set before it is paid."""
        self.open()
        self.fault(**faults)
        self.act("pay")
        return self.number

    def act(self, action: str) -> None:
        self.sandbox.control(f"{self.path}/{self.number}/{action}", {})

    def fault(self, number: str = "", **faults: Any) -> None:
        if faults:
            self.sandbox.fault(number or self.number, **faults)

    def once(self, **faults: Any) -> None:
        """A fault of the next call, whatever it is about."""
        self.sandbox.control("faults", {"out_trade_no": "*", "faults": faults, "times": 1})

    def refund(self, amount_fen: int = 28_00, reference: str = "") -> RefundSnapshot:
        return self.adapter.refund(
            RefundRequest(self.number, reference or new_reference("RF"), amount_fen, TOTAL_FEN, "退款", self.notify_url)
        )

    def transfer(self, reference: str) -> TransferSnapshot:
        destination, account = ("alipay", "lin@example.com") if self.code == "alipay" else ("wechat", "oSeller01")
        return self.adapter.transfer(TransferRequest(reference, 118_00, destination, account, "林墨", "提现"))

    def told(self, count: int = 1) -> list[RawRequest]:
        eventually(lambda: len(self.letters(self.number)) >= count)
        return self.letters(self.number)

    def read(self, raw: RawRequest) -> Notification:
        return self.adapter.parse_notification(raw)

    def bill(self, kind: BillKind = BillKind.TRADE) -> list[Any]:
        """The rows of yesterday about this payment, after a day has passed."""
        yesterday = timezone.localdate() - timedelta(days=1)
        return [row for row in self.adapter.fetch_bill(yesterday, kind).rows if row.out_trade_no == self.number]


@pytest.fixture
def alipay_side(alipay_sandbox, postbox):
    def letters(number):
        forms = [urlencode(notice).encode() for notice in postbox.notices_of(number)]
        return [RawRequest("POST", "/pay/alipay/notify/", {}, form) for form in forms]

    return Side("alipay", alipay_sandbox, letters, postbox.url)


@pytest.fixture
def wechat_side(wechat_sandbox, letterbox_server):
    def letters(_number):  # the letterbox is emptied before each test
        return [
            RawRequest("POST", "/", {name.lower(): value for name, value in letter.headers.items()}, letter.body)
            for letter in letterbox_server.letters
        ]

    return Side("wechatpay", wechat_sandbox, letters, letterbox_server.url)


@pytest.fixture(params=["alipay_side", "wechat_side"])
def side(request):
    return request.getfixturevalue(request.param)
