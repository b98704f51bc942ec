"""Money back, and money out."""

from __future__ import annotations

import pytest

from .test_paying import verified


@pytest.fixture
def paid(open_trade, sandbox, merchant, number):
    """A paid order of 888.00 yuan whose payment notification has come."""
    open_trade()
    sandbox.pay(number)
    merchant.wait_for(number)
    return number


def test_a_full_refund_closes_the_trade(alipay, merchant, paid):
    answer = alipay.api_alipay_trade_refund(refund_amount="888.00", out_trade_no=paid, out_request_no="R1")
    assert (answer["code"], answer["fund_change"], answer["refund_fee"]) == ("10000", "Y", "888.00")
    state = alipay.api_alipay_trade_query(out_trade_no=paid)
    assert state["trade_status"] == "TRADE_CLOSED"
    assert state["send_pay_date"]
    notice = merchant.wait_for(paid, 2)[1]
    assert (notice["trade_status"], notice["refund_fee"], notice["out_biz_no"]) == ("TRADE_CLOSED", "888.00", "R1")
    assert {"gmt_refund", "gmt_payment", "gmt_close"} <= notice.keys()
    assert verified(alipay, notice)


def test_partial_refunds_add_up_and_stop_at_the_amount_paid(alipay, merchant, paid):
    first = alipay.api_alipay_trade_refund(refund_amount="300.00", out_trade_no=paid, out_request_no="R1")
    assert first["refund_fee"] == "300.00"
    assert alipay.api_alipay_trade_query(out_trade_no=paid)["trade_status"] == "TRADE_SUCCESS"
    notice = merchant.wait_for(paid, 2)[1]
    assert (notice["trade_status"], notice["refund_fee"], notice["out_biz_no"]) == ("TRADE_SUCCESS", "300.00", "R1")

    too_much = alipay.api_alipay_trade_refund(refund_amount="588.01", out_trade_no=paid, out_request_no="R2")
    assert (too_much["code"], too_much["sub_code"]) == ("40004", "ACQ.REASON_TRADE_REFUND_FEE_ERR")
    rest = alipay.api_alipay_trade_refund(refund_amount="588.00", out_trade_no=paid, out_request_no="R2")
    assert rest["refund_fee"] == "888.00"
    more = alipay.api_alipay_trade_refund(refund_amount="0.01", out_trade_no=paid, out_request_no="R3")
    assert more["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def test_asking_for_the_same_refund_again_moves_no_money(alipay, sandbox, paid):
    request = {"refund_amount": "300.00", "out_trade_no": paid, "out_request_no": "R1"}
    assert alipay.api_alipay_trade_refund(**request)["fund_change"] == "Y"
    again = alipay.api_alipay_trade_refund(**request)
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "300.00")
    other = alipay.api_alipay_trade_refund(**request | {"refund_amount": "301.00"})
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    state = sandbox.control(f"trades/{paid}")
    assert (state["refunded_amount"], len(state["refunds"]), len(state["notifications"])) == ("300.00", 1, 2)


def test_a_partial_refund_needs_its_own_number(alipay, paid):
    answer = alipay.api_alipay_trade_refund(refund_amount="1.00", out_trade_no=paid)
    assert answer["sub_code"] == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"


def test_a_refund_can_be_asked_after(alipay, paid):
    alipay.api_alipay_trade_refund(refund_amount="300.00", out_trade_no=paid, out_request_no="R1")
    known = alipay.api_alipay_trade_fastpay_refund_query(out_request_no="R1", out_trade_no=paid)
    assert (known["refund_status"], known["refund_amount"], known["total_amount"]) == (
        "REFUND_SUCCESS", "300.00", "888.00",
    )  # fmt: skip
    unknown = alipay.api_alipay_trade_fastpay_refund_query(out_request_no="R9", out_trade_no=paid)
    assert unknown == {"code": "10000", "msg": "Success"}


def test_an_unpaid_and_a_finished_trade_give_nothing_back(alipay, sandbox, open_trade, number):
    open_trade()
    request = {"refund_amount": "888.00", "out_trade_no": number, "out_request_no": "R1"}
    assert alipay.api_alipay_trade_refund(**request)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    sandbox.pay(number)
    sandbox.control(f"trades/{number}/finish", {})
    assert alipay.api_alipay_trade_refund(**request)["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    unknown = alipay.api_alipay_trade_refund(**request | {"out_trade_no": "JJUNKNOWN"})
    assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_cancelling_a_paid_trade_gives_everything_back(alipay, paid):
    assert alipay.api_alipay_trade_cancel(out_trade_no=paid)["action"] == "refund"
    assert alipay.api_alipay_trade_query(out_trade_no=paid)["trade_status"] == "TRADE_CLOSED"


def transfer(alipay, out_biz_no, amount="100.00", **changes):
    """Pay a freelancer; the wrapped call of the SDK exists in certificate mode only."""
    return alipay.server_api(
        "alipay.fund.trans.uni.transfer",
        {
            "out_biz_no": out_biz_no, "trans_amount": amount, "product_code": "TRANS_ACCOUNT_NO_PWD",
            "biz_scene": "DIRECT_TRANSFER", "order_title": "服务报酬",
            "payee_info": {"identity": "2088102169481075", "identity_type": "ALIPAY_USER_ID", "name": None},
        }
        | changes,
    )  # fmt: skip


def query_transfer(alipay, out_biz_no):
    """Ask after a transfer by the merchant's number."""
    return alipay.server_api(
        "alipay.fund.trans.common.query",
        {"out_biz_no": out_biz_no, "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"},
    )


def test_a_transfer_with_the_same_number_pays_once(alipay, sandbox, number):
    first = transfer(alipay, number)
    assert (first["code"], first["status"]) == ("10000", "SUCCESS")
    assert transfer(alipay, number) == first
    assert transfer(alipay, number, "101.00")["sub_code"] == "PAYMENT_INFO_INCONSISTENCY"
    assert transfer(alipay, f"{number}X", "0.09")["sub_code"] == "EXCEED_LIMIT_SM_MIN_AMOUNT"
    asked = query_transfer(alipay, number)
    assert (asked["status"], asked["trans_amount"], asked["order_id"]) == ("SUCCESS", "100.00", first["order_id"])
    assert query_transfer(alipay, f"{number}X")["sub_code"] == "ORDER_NOT_EXIST"


def test_a_transfer_can_hang_and_then_come_back(alipay, sandbox, number):
    sandbox.fault(number, transfer_status="DEALING")
    assert transfer(alipay, number)["status"] == "DEALING"
    for status in ("SUCCESS", "REFUND"):
        sandbox.control(f"transfers/{number}", {"status": status})
        assert query_transfer(alipay, number)["status"] == status
