"""Every control that facts/payments.md, section 8.3, asks of the sandbox, and that both gateways feel it.

What the portal's adapters see is what counts: each test sets a fault by the control API and looks through the adapter.
Faults of splits are felt in test_alipay_custody.py and test_wechatpay_bills_and_custody.py, beside what they are for.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.payments.gateways.base import (
    BillKind,
    CloseOutcome,
    DecryptFailed,
    NotificationKind,
    PaymentState,
    RefundState,
    Rejected,
    ReplayWindow,
    SignatureInvalid,
    TransferRequest,
    TransferState,
    Unknown,
    WrongMerchant,
)
from marketplace.payments.sandbox.faults import ALIPAY, FAULTS, WECHAT
from marketplace.payments.sandbox.wechat_notifications import RETRY_AFTER

from .conftest import fetch
from .side import TOTAL_FEN

# The line of section 8.3, and by which faults (or paths of the control API) it is switched on.
CONTROLS = {
    "delay": {"delay_ms"},
    "drop before accept": {"drop_before_accept"},
    "drop after accept": {"drop_after_accept"},
    "HTTP 500 after accept": {"http_500_after_accept"},
    "duplicate xn": {"duplicate_notify"},
    "reorder": {"delay_notify_ms", "no_notify"},
    "corrupt signature": {"corrupt_signature", "corrupt_response_signature", "wrong_api_key", "probe_notify"},
    "wrong amount, app_id, mchid": {"wrong_amount", "wrong_app_id", "wrong_seller_id"},
    "coupon": {"coupon_fen"},
    "pay after close": {"…/pay_late"},
    "refund ABNORMAL": {"refund_status", "refund_not_moved", "refuse_with"},
    "transfer stuck": {"transfer_status"},
    "split stuck": {"split_status", "return_result"},
    "bill row add, remove, alter": {
        "bill_extra",
        "bill_drop",
        "bill_amount",
        "bill_fee",
        "bill_duplicate",
        "fee_returned",
        "/control/account",
    },
    "bill broken": {"bill_broken", "bill_empty", "bill_address_dead"},
    "clock shift": {"/control/clock", "old_notify_seconds"},
}


def test_the_table_names_every_fault_there_is_and_no_other():
    named = {name for names in CONTROLS.values() for name in names}
    assert {name for name in named if "/" not in name} == FAULTS.keys()


def test_each_fault_of_one_gateway_alone_says_so():
    assert {name for name, fault in FAULTS.items() if fault.only == WECHAT} == {
        "wrong_api_key", "old_notify_seconds", "probe_notify", "refund_status",
    }  # fmt: skip
    assert {name for name, fault in FAULTS.items() if fault.only == ALIPAY} == {"refund_not_moved"}


# Calls


@pytest.mark.parametrize(
    ("faults", "was_done"),
    [
        ({"delay_ms": 1500}, True),
        ({"drop_before_accept": True}, False),
        ({"drop_after_accept": True}, True),
        ({"http_500_after_accept": True}, True),
        ({"corrupt_response_signature": True}, True),
    ],
    ids=str,
)
def test_a_call_that_goes_wrong_is_unknown_and_a_query_says_whether_it_was_done(side, settings, faults, was_done):
    side.pay()
    settings.ALIPAY = settings.ALIPAY | {"timeout_seconds": 1}
    settings.WECHATPAY = getattr(settings, "WECHATPAY", {}) | {"timeout_seconds": 1}
    side.once(**faults)
    with pytest.raises(Unknown):
        side.refund(reference="RFlost" + side.number)
    state = side.adapter.query_refund(side.number, "RFlost" + side.number).state
    assert state == (RefundState.DONE if was_done else RefundState.NOT_FOUND)


def test_a_call_is_refused_with_the_code_that_was_set(side):
    side.pay()
    code = "ACQ.SELLER_BALANCE_NOT_ENOUGH" if side.code == "alipay" else "NOT_ENOUGH"
    side.once(refuse_with=code)
    with pytest.raises(Rejected) as refused:
        side.refund()
    assert refused.value.sub_code == code


def test_a_fault_of_one_order_leaves_the_others_alone(side):
    first = side.open()
    side.fault(first, refuse_with="SYSTEM_ERROR")
    side.open()
    assert side.adapter.query(side.number).state == PaymentState.PENDING
    with pytest.raises(Unknown):
        side.adapter.query(first)


# Notifications


def test_duplicates_are_copies_of_one_notification(side):
    side.pay(duplicate_notify=2)
    assert len({side.read(raw).dedupe_key for raw in side.told(3)}) == 1


@pytest.mark.parametrize("answer", [500, 400, 404, 302])
def test_wechat_repeats_until_the_status_is_a_success(wechat_side, letterbox_server, answer):
    letterbox_server.answers += [answer, answer]
    wechat_side.pay()
    copies = [wechat_side.read(raw) for raw in wechat_side.told(3)]
    assert len({copy.dedupe_key for copy in copies}) == 1
    sent = wechat_side.sandbox.control(f"wechat/trades/{wechat_side.number}")["notifications"][0]
    assert sent["attempts"] >= 2


def test_wechats_schedule_is_the_published_one():
    assert len(RETRY_AFTER) + 1 == 16
    assert sum(RETRY_AFTER) == 24 * 3600 + 4 * 60


@pytest.mark.parametrize("scheme", ["", "WECHATPAY2-SM2-WITH-SM3", "MD5"])
def test_a_scheme_that_the_header_claims_changes_nothing_about_how_it_is_checked(wechat_side, scheme):
    wechat_side.pay()
    genuine = wechat_side.told()[0]
    headers = dict(genuine.headers) | {"wechatpay-signature-type": scheme}
    assert wechat_side.read(replace(genuine, headers=headers)).payment.state == PaymentState.PAID
    forged = headers | {"wechatpay-signature": headers["wechatpay-signature"][::-1]}
    with pytest.raises(SignatureInvalid):
        wechat_side.read(replace(genuine, headers=forged))


def test_a_late_notification_is_overtaken_by_the_next(side):
    side.open()
    body = {"out_trade_no": side.number, "faults": {"delay_notify_ms": 700}, "times": 1}
    side.sandbox.control("faults", body)
    side.act("pay")
    side.refund()
    first, second = [side.read(raw) for raw in side.told(2)][:2]
    if side.code == "wechatpay":
        assert (first.kind, second.kind) == (NotificationKind.REFUND, NotificationKind.PAYMENT)
    else:  # Alipay tells of a refund as of the payment, by what was given back so far
        assert (first.dedupe_key.split(":")[-2], second.dedupe_key.split(":")[-2]) == ("28.00", "")


def test_a_withheld_notification_comes_when_it_is_sent_by_hand(side):
    side.pay(no_notify=True)
    assert side.letters(side.number) == []
    side.act("notify")
    assert side.read(side.told()[0]).payment.state == PaymentState.PAID


def test_a_corrupt_signature_is_not_believed(side):
    side.pay(corrupt_signature=True)
    with pytest.raises(SignatureInvalid):
        side.read(side.told()[0])


@pytest.mark.parametrize("fault", ["wrong_app_id", "wrong_seller_id"])
def test_what_is_signed_and_meant_for_another_is_not_ours(side, fault):
    side.pay(**{fault: True})
    with pytest.raises(WrongMerchant):
        side.read(side.told()[0])


def test_a_wrong_amount_is_signed_all_the_same(side):
    side.pay(wrong_amount=True)
    assert side.read(side.told()[0]).payment.amount_fen == TOTAL_FEN + 1


def test_a_wrong_amount_of_a_refund_and_of_a_transfer_too(wechat_side, letterbox_server):
    side = wechat_side
    side.pay(no_notify=True)
    side.fault(no_notify=False, wrong_amount=True)
    side.refund(28_00)
    assert side.read(side.told()[0]).refund.amount_fen == 28_01
    letterbox_server.letters.clear()
    side.number = new_reference("PO")
    side.adapter.transfer(TransferRequest(side.number, 118_00, "wechat", "oS1", "林墨", "提现", side.notify_url))
    side.fault(wrong_amount=True)
    side.sandbox.control(f"wechat/transfers/{side.number}", {"state": "SUCCESS"})
    assert side.read(side.told()[0]).transfer.amount_fen == 118_01


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        ({"wrong_api_key": True}, DecryptFailed),
        ({"old_notify_seconds": 400}, ReplayWindow),
        ({"probe_notify": True}, SignatureInvalid),
    ],
    ids=str,
)
def test_what_wechat_side_can_do_wrong(wechat_side, faults, error):
    wechat_side.pay(**faults)
    with pytest.raises(error):
        wechat_side.read(wechat_side.told()[0])


# Money


def test_a_coupon_lowers_what_the_buyer_pays_and_not_what_the_order_costs(side):
    side.pay(coupon_fen=8_00)
    assert side.read(side.told()[0]).payment.amount_fen == TOTAL_FEN
    (sent,) = side.sandbox.control(f"{side.path}/{side.number}")["notifications"]
    if side.code == "alipay":
        assert sent["fields"]["buyer_pay_amount"] == "120.00"
    else:
        assert sent["fields"]["content"]["amount"]["payer_total"] == 120_00


def test_a_payment_lands_after_the_close(side):
    side.open()
    assert side.adapter.close(side.number) == CloseOutcome.CLOSED
    assert side.adapter.query(side.number).state == PaymentState.CLOSED
    side.act("pay_late")
    assert side.adapter.query(side.number).state == PaymentState.PAID
    assert side.adapter.close(side.number) == CloseOutcome.ALREADY_PAID


def test_a_refund_that_cannot_get_through(side):
    side.pay()
    if side.code == "alipay":
        side.fault(refund_not_moved=True)
        with pytest.raises(Unknown, match="without moving money"):
            side.refund()
        return
    reference = new_reference("RF")
    side.fault(reference, refund_status="ABNORMAL")
    assert side.refund(reference=reference).state == RefundState.ABNORMAL
    side.sandbox.control(f"wechat/refunds/{reference}", {"status": "SUCCESS"})
    assert side.adapter.query_refund(side.number, reference).state == RefundState.DONE


def test_a_refund_that_failed_succeeds_under_the_same_number(wechat_side):
    side = wechat_side
    side.pay()
    reference = new_reference("RF")
    side.sandbox.control("faults", {"out_trade_no": reference, "faults": {"refund_status": "CLOSED"}, "times": 1})
    assert side.refund(reference=reference).state == RefundState.FAILED
    assert side.refund(reference=reference).state == RefundState.DONE
    assert side.sandbox.control(f"{side.path}/{side.number}")["refunded_fen"] == 28_00


def test_a_decided_refund_is_not_decided_again(wechat_side):
    wechat_side.pay()
    reference = new_reference("RF")
    wechat_side.refund(reference=reference)
    for status in ("CLOSED", "NONSENSE"):
        body = json.dumps({"status": status}).encode()
        address = f"{wechat_side.sandbox.url}/control/wechat/refunds/{reference}"
        assert fetch(address, body, Content_Type="application/json").status == 400


def test_a_transfer_hangs_until_it_is_decided(side):
    reference = new_reference("PO")
    side.fault(reference, transfer_status="DEALING" if side.code == "alipay" else "PROCESSING")
    assert side.transfer(reference).state == TransferState.PROCESSING
    path = "transfers" if side.code == "alipay" else "wechat/transfers"
    side.sandbox.control(f"{path}/{reference}", {"status" if side.code == "alipay" else "state": "SUCCESS"})
    assert side.adapter.query_transfer(reference).state == TransferState.DONE


# Bills and time


def test_rows_of_a_bill_are_altered_left_out_and_added(side):
    side.pay()
    side.sandbox.control("clock", {"seconds": 86_400})
    assert [(row.amount_fen, row.fee_fen) for row in side.bill()] == [(TOTAL_FEN, 77)]
    side.fault(bill_amount=1_00, bill_fee=5)
    assert [(row.amount_fen, row.fee_fen) for row in side.bill()] == [(1_00, 82)]
    side.fault(bill_drop=True)
    with clock.moved_to(timezone.localtime().replace(hour=11)):  # an empty bill is believed from ten o'clock on
        assert side.bill() == []
    side.sandbox.control("faults", method="DELETE")
    stranger, mine = "STRANGER" + side.number[8:], side.number
    side.fault("*", bill_extra=stranger, bill_duplicate=True)
    side.number = stranger
    assert [row.amount_fen for row in side.bill()] == [88_00]
    yesterday = timezone.localdate() - timedelta(days=1)
    rows = side.adapter.fetch_bill(yesterday, BillKind.TRADE).rows
    assert len(rows) == len(set(rows)) + 1
    assert mine in {row.out_trade_no for row in rows}


@pytest.mark.parametrize("fault", ["bill_broken", "bill_address_dead"])
def test_a_broken_bill_is_no_bill(side, fault):
    side.pay()
    side.sandbox.control("clock", {"seconds": 86_400})
    side.once(**{fault: True})
    with pytest.raises(Unknown):
        side.bill()
    assert len(side.bill()) == 1


@pytest.mark.parametrize(("hour", "is_known"), [(9, False), (11, True)])
def test_a_missing_bill_is_an_empty_day_once_bills_are_written(side, hour, is_known):
    side.pay()
    side.sandbox.control("clock", {"seconds": 86_400})
    side.once(bill_empty=True)
    with clock.moved_to(timezone.localtime().replace(hour=hour)):
        if is_known:
            assert side.bill() == []
        else:
            with pytest.raises(Unknown, match="not written yet"):
                side.bill()


def test_time_passes_for_what_waits(side):
    side.open()
    side.sandbox.control("clock", {"seconds": 32 * 60})
    reply = fetch(f"{side.sandbox.url}/control/{side.path}/{side.number}/pay", b"{}", Content_Type="application/json")
    assert reply.status == 409
    assert side.adapter.query(side.number).state != PaymentState.PAID
