"""The panel at `/`: the same as the control API, by hand, for both institutions."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from marketplace.core.identifiers import new_reference
from marketplace.payments.gateways.base import BillKind, RefundState, TransferState

from .conftest import fetch


def buttons(side, number):
    """What the panel offers beside a number: kind and action."""
    text = fetch(f"{side.sandbox.url}/").text
    return set(re.findall(rf'action="(/panel/[\w-]+/{number}/\w+)"', text))


def test_the_panel_offers_what_the_control_api_can_do(side):
    side.open()
    kind = "trades" if side.code == "alipay" else "wechat-trades"
    assert buttons(side, side.number) == {f"/panel/{kind}/{side.number}/{name}" for name in ("pay", "close")}
    reply = fetch(f"{side.sandbox.url}/panel/{kind}/{side.number}/close", b"")
    assert (reply.status, reply.location) == (303, f"/#{kind}")
    assert f"/panel/{kind}/{side.number}/pay_late" in buttons(side, side.number)
    assert fetch(f"{side.sandbox.url}/panel/{kind}/{side.number}/pay_late", b"").status == 303
    side.told()
    assert f"/panel/{kind}/{side.number}/notify" in buttons(side, side.number)
    assert fetch(f"{side.sandbox.url}/panel/{kind}/{side.number}/fly", b"").status == 404
    assert fetch(f"{side.sandbox.url}/panel/{kind}/{side.number}/pay", b"", Sec_Fetch_Site="cross-site").status == 403


def test_the_panel_decides_transfers_and_refunds(side):
    reference = new_reference("PO")
    side.fault(reference, transfer_status="DEALING" if side.code == "alipay" else "PROCESSING")
    side.transfer(reference)
    kind = "transfers" if side.code == "alipay" else "wechat-transfers"
    assert f"/panel/{kind}/{reference}/FAIL" in buttons(side, reference)
    assert fetch(f"{side.sandbox.url}/panel/{kind}/{reference}/FAIL", b"").status == 303
    assert side.adapter.query_transfer(reference).state == TransferState.FAILED
    side.pay()
    refund = new_reference("RF")
    side.fault(refund, refund_status="PROCESSING")
    side.refund(reference=refund)
    assert refund in fetch(f"{side.sandbox.url}/").text
    if side.code == "wechatpay":
        assert fetch(f"{side.sandbox.url}/panel/wechat-refunds/{refund}/SUCCESS", b"").status == 303
    assert side.adapter.query_refund(side.number, refund).state == RefundState.DONE


def test_the_panel_sets_and_clears_a_fault_and_lets_time_pass(side):
    side.pay()
    form = {"out_trade_no": side.number, "fault": "coupon_fen", "value": "800", "method": "", "times": ""}
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    panel = f"{side.sandbox.url}/panel"

    def is_set():
        return any(each["out_trade_no"] == side.number for each in side.sandbox.control("faults")["faults"])

    assert fetch(f"{panel}/faults", urlencode(form).encode(), **kind).status == 303
    assert is_set()
    assert fetch(f"{panel}/faults", urlencode(form | {"clear": "1"}).encode(), **kind).status == 303
    assert not is_set()
    assert fetch(f"{panel}/clock", b"hours=24", **kind).status == 303
    assert len(side.bill()) == 1
    for hours in (b"hours=0", b"hours=9999", b"hours=soon"):
        assert fetch(f"{panel}/clock", hours, **kind).status == 400


def test_the_panel_moves_money_of_the_account_which_stands_in_its_bill(side):
    day = timezone.localdate() - timedelta(days=1)
    side.sandbox.control("clock", {"seconds": 30 * 86_400})

    def move(**form):
        return fetch(f"{side.sandbox.url}/panel/account", urlencode({"gateway": side.code} | form).encode())

    assert move(way="out", amount="12.34", number="T1").location == "/#account"
    assert move(way="in", amount="2").status == 303
    for amount in ("", "0", "-1", "1.234"):
        assert move(way="out", amount=amount).status == 400
    side.sandbox.control("clock", {"seconds": 86_400})
    rows = side.adapter.fetch_bill(day, BillKind.FUND).rows
    assert [row.moved_fen for row in rows] == [-1_234, 200]
    assert rows[0].gateway_no == "T1"
    assert rows[1].balance_fen - rows[0].balance_fen == 200


def test_the_panel_shows_a_page_of_each_list_and_finds_a_number(side):
    first = side.open()
    for _ in range(20):
        side.open()
    kind = "trades" if side.code == "alipay" else "wechat-trades"

    def shown(query=""):
        text = fetch(f"{side.sandbox.url}/{query}").text
        return text, set(re.findall(rf'action="/panel/{kind}/(\w+)/close"', text))

    text, numbers = shown()
    assert len(numbers) == 20
    assert first not in numbers
    assert f"{kind}=2#{kind}" in text
    text, older = shown(f"?{kind}=2")
    assert first in older
    assert not older & numbers
    assert shown(f"?q={first[-6:]}")[1] == {first}
    assert shown("?q=nothing-like-it")[1] == set()
    for strange in ("0", "-1", "soon", "²"):
        assert shown(f"?{urlencode({kind: strange})}")[1] == numbers
