"""From the payment request to the money: cashier, return, query, close, expiry."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from .conftest import SELLER_ID, eventually, fetch


def verified(alipay, fields):
    """Check a notification or a return with the SDK, as the portal would; it takes some of the fields away."""
    copy = dict(fields)
    return alipay.verify(copy, copy.pop("sign"))


def test_a_buyer_pays_on_the_cashier_and_the_merchant_is_told(alipay, sandbox, merchant, open_trade, number):
    cashier = open_trade("1280.00")
    shown = fetch(cashier).text
    for words in (
        "沙箱收银台 · 不会产生真实扣款", "确认付款 ¥1,280.00", "放弃付款，返回商家", "品牌标志设计", number, "匠集",
    ):  # fmt: skip
        assert words in shown

    back = fetch(cashier, b"")
    assert back.status == 303
    returned = dict(parse_qsl(urlsplit(back.location).query))
    assert returned.pop("from") == "pay"
    assert back.location.startswith("http://127.0.0.1:9/orders/7?from=pay&")
    assert returned["out_trade_no"] == number
    assert returned["total_amount"] == "1280.00"
    assert returned["method"] == "alipay.trade.page.pay.return"
    assert verified(alipay, returned)

    notice = merchant.wait_for(number)[0]
    assert verified(alipay, notice)
    assert not verified(alipay, notice | {"total_amount": "0.01"})
    expected = {
        "notify_type": "trade_status_sync", "trade_status": "TRADE_SUCCESS", "out_trade_no": number,
        "trade_no": returned["trade_no"], "total_amount": "1280.00", "receipt_amount": "1280.00",
        "buyer_pay_amount": "1280.00", "app_id": alipay.appid, "seller_id": SELLER_ID, "charset": "utf-8",
        "version": "1.0", "sign_type": "RSA2", "subject": "品牌标志设计",
        "fund_bill_list": '[{"amount":"1280.00","fundChannel":"ALIPAYACCOUNT"}]',
    }  # fmt: skip
    assert {name: notice.get(name) for name in expected} == expected
    assert {"gmt_create", "gmt_payment", "notify_id", "notify_time", "buyer_id", "buyer_open_id"} <= notice.keys()

    answer = alipay.api_alipay_trade_query(out_trade_no=number)
    assert (answer["code"], answer["trade_status"]) == ("10000", "TRADE_SUCCESS")
    assert answer["trade_no"] == returned["trade_no"]
    assert "付款成功" in fetch(cashier).text


def test_paying_twice_pays_once(sandbox, merchant, open_trade, number):
    cashier = open_trade()
    assert fetch(cashier, b"").status == 303
    assert fetch(cashier, b"").status == 303
    merchant.wait_for(number)
    assert len(sandbox.control(f"trades/{number}")["notifications"]) == 1


def test_without_a_return_address_the_buyer_stays_on_a_page_of_success(open_trade):
    cashier = open_trade(return_url=None)
    assert "放弃付款，返回商家" not in fetch(cashier).text
    done = fetch(cashier, b"")
    assert cashier.endswith(done.location)
    assert "付款成功" in fetch(cashier).text


def test_a_form_of_another_site_cannot_pay(alipay, open_trade, number):
    cashier = open_trade()
    assert fetch(cashier, b"", Sec_Fetch_Site="cross-site").status == 403
    assert alipay.api_alipay_trade_query(out_trade_no=number)["trade_status"] == "WAIT_BUYER_PAY"


def test_a_phone_page_works_like_the_desktop_page(alipay, sandbox, merchant, number):
    query = alipay.api_alipay_trade_wap_pay(
        subject="海报", out_trade_no=number, total_amount="66.00", notify_url=merchant.url,
        return_url="http://127.0.0.1:9/done", quit_url="http://127.0.0.1:9/quit",
    )  # fmt: skip
    cashier = sandbox.url + fetch(f"{sandbox.url}/gateway.do", query.encode()).location  # by POST
    assert "http://127.0.0.1:9/quit" in fetch(cashier).text
    returned = dict(parse_qsl(urlsplit(fetch(cashier, b"").location).query))
    assert returned["method"] == "alipay.trade.wap.pay.return"
    assert verified(alipay, returned)


def test_a_qr_code_leads_to_the_same_cashier_and_stays_good_when_made_again(alipay, sandbox, merchant, number):
    order = {"subject": "海报", "out_trade_no": number, "total_amount": "66.00", "notify_url": merchant.url}
    answer = alipay.api_alipay_trade_precreate(**order)
    assert answer["code"] == "10000"
    assert answer["qr_code"].startswith(f"{sandbox.url}/qr/")
    assert alipay.api_alipay_trade_precreate(**order)["qr_code"] == answer["qr_code"]

    missing = alipay.api_alipay_trade_query(out_trade_no=number)
    assert (missing["code"], missing["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    cashier = sandbox.url + fetch(answer["qr_code"]).location
    assert "确认付款 ¥66.00" in fetch(cashier).text
    assert alipay.api_alipay_trade_query(out_trade_no=number)["trade_status"] == "WAIT_BUYER_PAY"
    fetch(cashier, b"")
    assert merchant.wait_for(number)[0]["trade_status"] == "TRADE_SUCCESS"


def test_the_trade_is_unknown_until_the_buyer_opens_the_cashier(alipay, sandbox, number):
    query = alipay.api_alipay_trade_page_pay(subject="海报", out_trade_no=number, total_amount="66.00")
    assert fetch(f"{sandbox.url}/gateway.do?{query}").status == 302
    for call in (alipay.api_alipay_trade_query, alipay.api_alipay_trade_close):
        assert call(out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert alipay.api_alipay_trade_cancel(out_trade_no=number)["action"] == "close"
    assert fetch(f"{sandbox.url}/gateway.do?{query}").text.count("ACQ.TRADE_HAS_CLOSE") == 1


def test_an_unpaid_trade_can_be_closed_and_then_not_be_paid(alipay, merchant, open_trade, number):
    cashier = open_trade()
    assert alipay.api_alipay_trade_close(out_trade_no=number)["code"] == "10000"
    fetch(cashier, b"")
    assert "交易已关闭" in fetch(cashier).text
    answer = alipay.api_alipay_trade_query(out_trade_no=number)
    assert answer["trade_status"] == "TRADE_CLOSED"
    assert "send_pay_date" not in answer
    notice = merchant.wait_for(number)[0]
    assert notice["trade_status"] == "TRADE_CLOSED"
    assert "gmt_payment" not in notice
    assert verified(alipay, notice)
    assert alipay.api_alipay_trade_close(out_trade_no=number)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_a_paid_trade_cannot_be_closed(alipay, sandbox, open_trade, number):
    open_trade()
    sandbox.pay(number)
    answer = alipay.api_alipay_trade_close(out_trade_no=number)
    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.TRADE_STATUS_ERROR")
    assert alipay.api_alipay_trade_query(out_trade_no=number)["trade_status"] == "TRADE_SUCCESS"


def test_a_paid_number_cannot_be_paid_again_nor_an_open_one_change_its_amount(alipay, sandbox, open_trade, number):
    open_trade()
    again = {"subject": "品牌标志设计", "out_trade_no": number}
    assert alipay.api_alipay_trade_precreate(**again, total_amount="888.00")["code"] == "10000"
    changed = alipay.api_alipay_trade_precreate(**again, total_amount="1.00")
    assert changed["sub_code"] == "ACQ.CONTEXT_INCONSISTENT"
    sandbox.pay(number)
    paid = alipay.api_alipay_trade_precreate(**again, total_amount="888.00")
    assert paid["sub_code"] == "ACQ.TRADE_HAS_SUCCESS"


def test_the_payment_window_closes_the_trade(alipay, merchant, open_trade, number):
    # Open long enough for a busy machine to look at it.
    soon = datetime.now() + timedelta(seconds=6)  # noqa: DTZ005 - the fixture put this process on Beijing time
    cashier = open_trade(time_expire=soon.strftime("%Y-%m-%d %H:%M:%S"))
    assert "还剩不到1分钟" in fetch(cashier).text
    eventually(lambda: merchant.notices_of(number))
    assert merchant.notices_of(number)[0]["trade_status"] == "TRADE_CLOSED"
    fetch(cashier, b"")
    assert alipay.api_alipay_trade_query(out_trade_no=number)["trade_status"] == "TRADE_CLOSED"


@pytest.mark.parametrize(
    ("window", "shown"), [("30m", ("30分钟", "29分钟")), ("2h", ("2小时", "1小时59分钟")), ("3d", ("3天", "2天23小时"))]
)
def test_a_relative_window_is_shown_as_what_remains(open_trade, window, shown):
    page = fetch(open_trade(timeout_express=window)).text
    assert any(f"还剩{text}" in page for text in shown)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout_express": "0m"}, {"timeout_express": "16d"}, {"time_expire": "2020-01-01 00:00:00"},
        {"time_expire": "tomorrow"}, {"total_amount": "0"}, {"total_amount": "1.005"}, {"total_amount": "-1"},
        {"out_trade_no": "with-hyphen"}, {"subject": ""}, {"notify_url": "file:///etc/passwd"},
    ],
)  # fmt: skip
def test_a_senseless_order_is_refused(alipay, number, wrong):
    order = {"subject": "海报", "out_trade_no": number, "total_amount": "66.00"} | wrong
    assert alipay.api_alipay_trade_precreate(**order)["sub_code"] == "ACQ.INVALID_PARAMETER"
    assert alipay.api_alipay_trade_query(out_trade_no=number)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("subject", ["A & B = 100%", '他说"好"/不好', "<b>标志</b>", "颜文字 😀 + 空格", "反斜杠 \\ '"])
def test_a_subject_with_unusual_characters_survives_the_round_trip(alipay, sandbox, merchant, number, subject):
    created = alipay.api_alipay_trade_precreate(
        subject=subject, out_trade_no=number, total_amount="1.00", notify_url=merchant.url
    )
    page = fetch(sandbox.url + fetch(created["qr_code"]).location).text
    assert "<b>标志" not in page
    assert alipay.api_alipay_trade_query(out_trade_no=number)["subject"] == subject
    sandbox.pay(number)
    notice = merchant.wait_for(number)[0]
    assert notice["subject"] == subject
    assert verified(alipay, notice)


def test_the_sdk_on_utc_is_refused_as_out_of_time(make_client, monkeypatch, number):
    client = make_client()
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert client.api_alipay_trade_query(out_trade_no=number)["sub_code"] == "isv.invalid-timestamp"
