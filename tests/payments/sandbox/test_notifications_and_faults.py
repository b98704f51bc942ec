"""Notifications until `success`, and everything that can be made to go wrong."""

from __future__ import annotations

import http.client
import json
import stat
import subprocess
import sys
import time
import urllib.error

import pytest

from .conftest import ROOT, eventually, fetch, make_sandbox
from .test_paying import verified


@pytest.fixture
def pay(open_trade, sandbox, number):
    """Open and pay an order, with faults set before."""

    def pay_with(**faults):
        open_trade()
        if faults:
            sandbox.fault(number, **faults)
        sandbox.pay(number)

    return pay_with


def delivery(sandbox, number):
    """Return the newest notification as the sandbox sees it."""
    return sandbox.control(f"trades/{number}")["notifications"][-1]


def test_a_notification_is_sent_again_until_the_answer_is_exactly_success(alipay, sandbox, merchant, pay, number):
    merchant.answers[number] = [(500, ""), (200, "fail"), (200, "success\n"), (302, "success"), (200, "success")]
    pay()
    notices = merchant.wait_for(number, 5)
    assert all(verified(alipay, notice) for notice in notices)
    assert len({notice["notify_id"] for notice in notices}) == 1
    eventually(lambda: delivery(sandbox, number)["state"] == "delivered")
    time.sleep(0.3)
    assert len(merchant.notices_of(number)) == 5


def test_a_sandbox_that_was_stopped_sends_what_was_left(merchant, number, tmp_path, monkeypatch, beijing_time):
    from alipay import AliPay

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    sandbox = make_sandbox(tmp_path / "data", "240")
    sandbox.start()
    try:
        client = AliPay(
            appid="2026000000000001",
            app_private_key_string=(sandbox.data_dir / "app_private_key.pem").read_text(),
            alipay_public_key_string=(sandbox.data_dir / "alipay_public_key.pem").read_text(),
        )
        client._gateway = f"{sandbox.url}/gateway.do"
        merchant.answers[number] = [(500, "")]
        client.api_alipay_trade_precreate(
            subject="海报", out_trade_no=number, total_amount="66.00", notify_url=merchant.url
        )
        sandbox.pay(number)
        eventually(lambda: delivery(sandbox, number)["attempts"] == 1)
        sandbox.stop()
        assert len(merchant.notices_of(number)) == 1
        sandbox.start()
        merchant.wait_for(number, 2)
        eventually(lambda: delivery(sandbox, number)["state"] == "delivered")
    finally:
        sandbox.stop()


def test_no_notify_withholds_the_notification_until_it_is_sent_by_hand(alipay, sandbox, merchant, pay, number):
    pay(no_notify=True)
    time.sleep(0.3)
    assert merchant.notices_of(number) == []
    assert delivery(sandbox, number)["state"] == "withheld"
    sandbox.control(f"trades/{number}/notify", {})
    assert verified(alipay, merchant.wait_for(number)[0])


def test_duplicate_notify_sends_more_copies(sandbox, merchant, pay, number):
    pay(duplicate_notify=2)
    merchant.wait_for(number, 3)
    eventually(lambda: delivery(sandbox, number)["state"] == "delivered")
    assert len(merchant.notices_of(number)) == 3


def test_corrupt_signature_spoils_the_notification_and_heals_when_cleared(alipay, sandbox, merchant, pay, number):
    merchant.answers[number] = [(200, "fail")] * 3
    pay(corrupt_signature=True)
    assert not verified(alipay, merchant.wait_for(number)[0])
    sandbox.control(f"faults?out_trade_no={number}", method="DELETE")
    eventually(lambda: delivery(sandbox, number)["state"] == "delivered")
    assert verified(alipay, merchant.notices_of(number)[-1])


def test_wrong_amount_and_wrong_app_id_are_rightly_signed_lies(alipay, sandbox, merchant, pay, number):
    pay(wrong_amount=True, wrong_app_id=True)
    notice = merchant.wait_for(number)[0]
    assert notice["total_amount"] == "888.01"
    assert notice["app_id"] != alipay.appid
    assert verified(alipay, notice)


def test_delay_makes_the_caller_give_up_although_the_refund_was_done(make_client, alipay, sandbox, pay, number):
    pay(delay_ms=1500)
    hasty = make_client(timeout=0.3)
    with pytest.raises(TimeoutError):
        hasty.api_alipay_trade_refund(refund_amount="1.00", out_trade_no=number, out_request_no="R1")
    sandbox.fault(number, delay_ms=0)
    known = alipay.api_alipay_trade_fastpay_refund_query(out_request_no="R1", out_trade_no=number)
    assert known["refund_status"] == "REFUND_SUCCESS"


@pytest.mark.parametrize(
    ("fault", "error", "refunded"),
    [
        ("drop_before_accept", (http.client.HTTPException, OSError), "0.00"),
        ("drop_after_accept", (http.client.HTTPException, OSError), "1.00"),
        ("http_500_after_accept", urllib.error.HTTPError, "1.00"),
    ],
)
def test_a_lost_answer_says_nothing_about_the_refund(alipay, sandbox, pay, number, fault, error, refunded):
    pay(**{fault: True})
    with pytest.raises(error) as caught:
        alipay.api_alipay_trade_refund(refund_amount="1.00", out_trade_no=number, out_request_no="R1")
    assert isinstance(caught.value, urllib.error.HTTPError) == (fault == "http_500_after_accept")
    assert sandbox.control(f"trades/{number}")["refunded_amount"] == refunded


def test_a_corrupt_response_signature_is_noticed_by_the_sdk(alipay, sandbox, pay, number):
    from alipay import AliPayValidationError

    pay(corrupt_response_signature=True)
    with pytest.raises(AliPayValidationError):
        alipay.api_alipay_trade_query(out_trade_no=number)


def test_a_fault_can_be_for_one_method_and_a_number_of_times(alipay, sandbox, pay, number):
    pay()
    faults = {"refuse_with": "ACQ.SYSTEM_ERROR"}
    sandbox.control("faults", {"out_trade_no": number, "faults": faults, "method": "alipay.trade.refund", "times": 2})
    assert alipay.api_alipay_trade_query(out_trade_no=number)["code"] == "10000"
    request = {"refund_amount": "1.00", "out_trade_no": number, "out_request_no": "R1"}
    codes = [alipay.api_alipay_trade_refund(**request)["code"] for _ in range(3)]
    assert codes == ["20000", "20000", "10000"]


@pytest.mark.parametrize("faults", [{"unknown": True}, {"delay_ms": "long"}, {"delay_ms": -1}, {"no_notify": "yes"}])
def test_a_fault_that_does_not_exist_is_refused(sandbox, number, faults):
    body = f'{{"out_trade_no": "{number}", "faults": {json.dumps(faults)}}}'.encode()
    reply = fetch(f"{sandbox.url}/control/faults", body, Content_Type="application/json")
    assert reply.status == 400
    assert number not in fetch(f"{sandbox.url}/control/faults").text


def test_the_panel_lists_trades_and_sets_faults(sandbox, merchant, pay, number):
    pay()
    merchant.wait_for(number)
    panel = fetch(f"{sandbox.url}/").text
    assert number in panel
    assert "¥888.00" in panel
    form = f"out_trade_no={number}&fault=duplicate_notify&value=1&method=&times=3".encode()
    kind = "application/x-www-form-urlencoded"
    assert fetch(f"{sandbox.url}/panel/faults", form, Content_Type=kind).status == 303
    assert {"out_trade_no": number, "fault": "duplicate_notify", "method": "", "value": 1, "times": 3} in (
        sandbox.control("faults")["faults"]
    )
    assert fetch(f"{sandbox.url}/panel/trades/{number}/notify", b"").status == 303
    merchant.wait_for(number, 3)
    assert fetch(f"{sandbox.url}/panel/faults", form, Sec_Fetch_Site="cross-site").status == 400


def test_the_pages_bring_no_script_and_forbid_any(sandbox):
    assert fetch(f"{sandbox.url}/static/sandbox.css").status == 200
    page = fetch(f"{sandbox.url}/").text
    for forbidden in ("<script", "<style", "style=", "onclick"):
        assert forbidden not in page


def test_making_the_keys_twice_changes_nothing(tmp_path):
    command = [sys.executable, "-m", "marketplace.payments.sandbox.keys", str(tmp_path / "keys")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    names = {
        f"{pair}_{half}_key.pem"
        for pair in ("app", "alipay", "wechat", "wechat_merchant")
        for half in ("private", "public")
    }
    names |= {"root_private_key.pem", "alipay_root_cert.pem", "app_cert.pem", "alipay_cert.pem"}
    names |= {"wechat_merchant_serial_no.txt", "wechat_public_key_id.txt", "wechat_api_v3_key.txt"}
    first = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert first.keys() == names
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == first


def test_nothing_of_django_or_of_the_portal_is_loaded(tmp_path):
    code = (
        "import sys, os; os.environ['SANDBOX_DATA_DIR'] = sys.argv[1]\n"
        "import marketplace.payments.sandbox.asgi\n"
        "mine = 'marketplace.payments.sandbox'\n"
        "alien = [n for n in sys.modules if n.split('.')[0] in ('django', 'alipay', 'portal')\n"
        "         or (n.startswith('marketplace.') and n != 'marketplace.payments' and not n.startswith(mine))]\n"
        "assert not alien, alien"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "data")], cwd=ROOT, check=True)
