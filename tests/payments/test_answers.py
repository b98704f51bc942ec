"""Which answers of an institution are believed, and what they mean (facts/payments.md, 1.7, 2.4, 2.7, 8.1 and 8.2)."""

import json
import logging
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import services, tasks
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import (
    BillKind,
    ConfigError,
    PaymentState,
    PayRequest,
    PayScene,
    PaySnapshot,
    RateLimited,
    RawRequest,
    RefundRequest,
    Rejected,
    SignatureInvalid,
    TransferRequest,
    Unknown,
)
from marketplace.payments.sandbox import wechat_crypto
from marketplace.payments.sandbox.alipay_protocol import write_answer
from marketplace.payments.sandbox.crypto import load_private_key
from tests.factories import make_order

NUMBER = "PA" + "2" * 26


def pay_request(**changes):
    values = {
        "out_trade_no": NUMBER,
        "amount_fen": 12_800,
        "subject": "标志",
        "expires_at": timezone.now() + timedelta(minutes=30),
        "return_url": "http://127.0.0.1:9/",
        "notify_url": "http://127.0.0.1:9/",
        "scene": PayScene.QR,
    }
    return PayRequest(**values | changes)


def calls(code):
    """Every call that an adapter makes, with something to say."""
    adapter = gateway(code)
    where = ("alipay", "lin@example.com") if code == "alipay" else ("wechat", "oSeller")
    refund = RefundRequest(NUMBER, "RF1", 100, 12_800, "退款")
    return {
        "create": lambda: adapter.create(pay_request()),
        "query": lambda: adapter.query(NUMBER),
        "close": lambda: adapter.close(NUMBER),
        "refund": lambda: adapter.refund(refund),
        "query_refund": lambda: adapter.query_refund(NUMBER, "RF1"),
        "transfer": lambda: adapter.transfer(TransferRequest("PO1", 100, *where, "林墨", "提现")),
        "query_transfer": lambda: adapter.query_transfer("PO1"),
        "bill": lambda: adapter.fetch_bill(timezone.localdate() - timedelta(days=2), BillKind.TRADE),
    }


CALLS = ("create", "query", "close", "refund", "query_refund", "transfer", "query_transfer", "bill")


@pytest.fixture
def wechat(silent_wechat, settings, institution):
    """WeChat answers as the test says; `sign` answers with its real key."""
    settings.WECHATPAY = settings.WECHATPAY | {"base_url": institution.url}
    key = load_private_key(silent_wechat / "wechat_private_key.pem")

    def sign(content, status=200, serial=settings.WECHATPAY["public_key_id"]):
        body = json.dumps(content).encode() if content is not None else b""
        stamp = str(int(time.time()))
        institution.answer(
            status,
            body,
            Wechatpay_Timestamp=stamp,
            Wechatpay_Nonce="n",
            Wechatpay_Serial=serial,
            Wechatpay_Signature=wechat_crypto.sign(key, stamp, "n", body),
        )

    institution.sign = sign
    return institution


@pytest.fixture
def alipay(silent_alipay, settings, institution):
    """Alipay answers as the test says; `sign` answers one method with its real key."""
    settings.ALIPAY = settings.ALIPAY | {"gateway_url": f"{institution.url}/gateway.do"}
    key = load_private_key(silent_alipay / "alipay_private_key.pem")
    institution.sign = lambda method, content: institution.answer(200, write_answer(method, content, key).encode())
    return institution


# Silence, and noise


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("code", ["alipay", "wechatpay"])
def test_no_call_waits_longer_than_it_is_told_to(silent_alipay, silent_wechat, settings, silence, code, call):
    settings.ALIPAY = settings.ALIPAY | {"gateway_url": silence, "timeout_seconds": 0.2}
    settings.WECHATPAY = settings.WECHATPAY | {"base_url": silence, "timeout_seconds": 0.2}
    begun = time.monotonic()
    with pytest.raises(Unknown):
        calls(code)[call]()
    assert time.monotonic() - begun < 5  # a busy machine needs longer than the 0.2 s, and what is set for real is more


NOISE = {
    "a page of a proxy": (502, b"<html>Bad Gateway</html>"),
    "a page that says well": (200, b"<html>OK</html>"),
    "nothing": (200, b""),
    "a list": (200, b"[]"),
    "an object of somebody else": (200, b'{"status":"ok"}'),
    "not UTF-8": (200, b"\xff\xfe"),
    "a refusal without a code": (403, b'{"error":"forbidden"}'),
    "a page not found": (404, b"<html>404</html>"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_no_answer_of_wechats(wechat, noise, call):
    wechat.answer(*NOISE[noise])
    with pytest.raises(Unknown):
        calls("wechatpay")[call]()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_no_answer_of_alipays(alipay, noise, call):
    alipay.answer(*NOISE[noise])
    with pytest.raises(Unknown):
        calls("alipay")[call]()


# WeChat: who signed, and what


def test_an_unsigned_success_is_no_success(wechat):
    wechat.answer(200, json.dumps({"out_trade_no": NUMBER, "trade_state": "SUCCESS", "amount": {"total": 1}}).encode())
    with pytest.raises(Unknown, match="unknown key"):
        gateway("wechatpay").query(NUMBER)


def test_a_key_we_were_not_given_is_not_asked_for_anywhere(wechat):
    wechat.sign({}, serial="PUB_KEY_ID_STRANGE")
    with pytest.raises(Unknown, match="unknown key"):
        gateway("wechatpay").query(NUMBER)
    raw = RawRequest("POST", "/", {"wechatpay-serial": "PUB_KEY_ID_STRANGE", "wechatpay-signature": "AAAA"}, b"{}")
    with pytest.raises(SignatureInvalid):
        gateway("wechatpay").parse_notification(raw)
    assert wechat.asked == [f"GET /v3/pay/transactions/out-trade-no/{NUMBER}"]


def test_an_answer_from_where_wechat_sends_us_is_not_believed_either(wechat):
    wechat.answer(302, Location="/elsewhere")
    wechat.answer(200, b'{"code_url":"weixin://elsewhere"}')
    with pytest.raises(Unknown):
        gateway("wechatpay").create(pay_request())


@pytest.mark.parametrize("call", ["query", "refund", "query_refund", "transfer", "query_transfer"])
def test_a_signed_answer_about_another_number_is_none(wechat, call):
    amount = {"total": 12_800, "refund": 100, "currency": "CNY"}
    other = {"out_trade_no": "PAOTHER", "out_refund_no": "RFOTHER", "out_bill_no": "POOTHER", "amount": amount}
    wechat.sign(other | {"trade_state": "SUCCESS", "status": "SUCCESS", "state": "SUCCESS"})
    with pytest.raises(Unknown, match="asked about"):
        calls("wechatpay")[call]()


@pytest.mark.parametrize(
    "changes",
    [
        {"trade_state": "SURPRISE"},
        {"amount": "all of it"},
        {"amount": {"total": "128.00"}},
        {"amount": {"total": 12_800, "currency": "USD"}},
        {"success_time": "yesterday"},
        {"amount": None},
    ],
    ids=str,
)
def test_a_signed_answer_that_cannot_be_read_is_unknown(wechat, changes):
    paid = {"out_trade_no": NUMBER, "trade_state": "SUCCESS", "amount": {"total": 12_800, "currency": "CNY"}}
    wechat.sign(paid | changes)
    with pytest.raises(Unknown):
        gateway("wechatpay").query(NUMBER)


@pytest.mark.django_db
def test_a_refund_of_another_amount_than_was_asked_for_is_not_booked_and_is_said_aloud(wechat, caplog):
    order = make_order()
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    paid = PaySnapshot(payment.out_trade_no, PaymentState.PAID, "T1", payment.amount_fen, timezone.now())
    services.apply_snapshot(payment_id=payment.pk, snapshot=paid)
    orders.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    told = {"out_trade_no": payment.out_trade_no, "out_refund_no": refund.reference, "status": "SUCCESS"}
    wechat.sign(told | {"amount": {"refund": refund.amount_fen - 1, "total": payment.amount_fen}})
    assert tasks.pay_due_refunds() == 0
    refund.refresh_from_db()
    assert (refund.status, refund.problem) == (RefundStatus.STUCK, "amount differs")
    assert "amount differs" in caplog.text


def test_not_now_is_neither_closed_nor_paid(wechat):
    wechat.sign({"code": "USERPAYING", "message": "用户支付中"}, status=202)
    with pytest.raises(Unknown, match="USERPAYING"):
        gateway("wechatpay").close(NUMBER)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "PARAM_ERROR", Rejected),
        (403, "NOTENOUGH", Rejected),
        (401, "SIGN_ERROR", ConfigError),
        (403, "NOAUTH", ConfigError),
        (400, "MCH_NOT_EXISTS", ConfigError),
        (429, "FREQUENCY_LIMITED", RateLimited),
        (403, "RULELIMIT", RateLimited),
        (500, "SYSTEMERROR", Unknown),
        (400, "BANKERROR", Unknown),
        (503, "ANYTHING", Unknown),
    ],
)
def test_wechats_codes_are_sorted_in_every_spelling(wechat, status, code, error):
    wechat.answer(status, json.dumps({"code": code, "message": ""}).encode())
    with pytest.raises(error):
        gateway("wechatpay").refund(RefundRequest(NUMBER, "RF1", 100, 12_800, "退款"))


@pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"])
def test_a_number_wechat_does_not_know_is_a_state_and_no_error(wechat, code):
    wechat.answer(404, json.dumps({"code": code}).encode())
    seen = calls("wechatpay")
    assert {seen[name]().state.value for name in ("query", "query_refund", "query_transfer")} == {"not_found"}
    assert seen["close"]().value == "not_found"


# Alipay: who signed, and what


@pytest.mark.parametrize("sub_code", ["isv.invalid-signature", "isv.invalid-app-id", "isv.invalid-app-cert-sn"])
def test_an_alipay_that_does_not_know_us_calls_an_operator(alipay, caplog, db, sub_code):
    payment = services.start_payment(order_id=make_order().pk, gateway_code="alipay")
    answer = {"alipay_trade_query_response": {"code": "40002", "msg": "Invalid Arguments", "sub_code": sub_code}}
    alipay.answer(200, json.dumps(answer).encode())
    with pytest.raises(ConfigError, match=sub_code):
        gateway("alipay").query(NUMBER)
    services.refresh_payment(payment=payment)
    assert [record.levelno for record in caplog.records if payment.out_trade_no in record.message] == [logging.ERROR]


@pytest.mark.parametrize("sub_code", ["ACQ.TRADE_NOT_EXIST", "ACQ.SELLER_BALANCE_NOT_ENOUGH"])
def test_an_unsigned_refusal_of_alipays_concludes_nothing(alipay, sub_code):
    answer = {"code": "40004", "msg": "Business Failed", "sub_code": sub_code}
    alipay.answer(200, json.dumps({"alipay_trade_query_response": answer}).encode())
    with pytest.raises(Unknown):
        gateway("alipay").query(NUMBER)


def paid_trade(**changes):
    trade = {"code": "10000", "out_trade_no": NUMBER, "trade_status": "TRADE_SUCCESS", "total_amount": "128.00"}
    return trade | changes


def test_alipays_signed_answer_is_read(alipay):
    alipay.sign("alipay.trade.query", paid_trade())
    seen = gateway("alipay").query(NUMBER)
    assert (seen.state, seen.amount_fen) == (PaymentState.PAID, 12_800)


def test_alipays_signed_answer_about_another_number_is_none(alipay):
    alipay.sign("alipay.trade.query", paid_trade(out_trade_no="PAOTHER"))
    with pytest.raises(Unknown, match="asked about"):
        gateway("alipay").query(NUMBER)
    alipay.answers.clear()
    alipay.sign("alipay.trade.refund", {"code": "10000", "out_trade_no": "PAOTHER", "fund_change": "Y"})
    with pytest.raises(Unknown, match="asked about"):
        calls("alipay")["refund"]()


@pytest.mark.parametrize(
    "changes",
    [{"total_amount": "many"}, {"total_amount": "128.001"}, {"trade_status": "SURPRISE"}, {"send_pay_date": "today"}],
    ids=str,
)
def test_alipays_signed_answer_that_cannot_be_read_is_unknown(alipay, changes):
    alipay.sign("alipay.trade.query", paid_trade(**changes))
    with pytest.raises(Unknown):
        gateway("alipay").query(NUMBER)


def test_a_code_that_is_no_code_is_unknown(alipay):
    alipay.sign("alipay.trade.precreate", {"code": "10000"})
    with pytest.raises(Unknown):
        gateway("alipay").create(pay_request())
