"""Clients written by others in another language, against our sandbox: neither side shares our reading of the protocol.

Alipay's own SDK (`alipay-sdk`), and for WeChat Pay, which publishes none for Node, the public `wechatpay-axios-plugin`.
"""

import os
import uuid

import pytest

from tests.payments.sandbox.conftest import APP_ID, SELLER_ID


@pytest.fixture
def buy_with_alipay(run_foreign, alipay_process, postbox):
    """Run Alipay's SDK; returns what it saw."""

    def run(number, mode, notice=None):
        environment = {
            "SANDBOX_URL": alipay_process.url,
            "KEYS": str(alipay_process.data_dir),
            "APP_ID": APP_ID,
            "NUMBER": number,
            "NOTIFY_URL": postbox.url,
            "MODE": mode,
        }
        return run_foreign("alipay", "buy.mjs", environment, notice)

    return run


@pytest.mark.parametrize("mode", ["keys", "certificates"])
def test_alipays_own_sdk_pays_asks_and_refunds_at_the_sandbox(buy_with_alipay, postbox, mode):
    number = f"FOREIGN{mode.upper()}{os.getpid()}"
    seen = buy_with_alipay(number, mode)
    assert (seen["page"], seen["opened"], seen["paid"]) == (302, 200, 200)
    assert seen["subject"] == "标志 {设计} & “引号” 🍵"
    assert (seen["query"]["code"], seen["query"]["tradeStatus"], seen["query"]["totalAmount"]) == (
        "10000", "TRADE_SUCCESS", "888.00",
    )  # fmt: skip
    assert (seen["refund"]["fundChange"], seen["refund"]["refundFee"]) == ("Y", "300.00")
    assert (seen["refunded"]["refundStatus"], seen["refunded"]["refundAmount"]) == ("REFUND_SUCCESS", "300.00")
    assert seen["unknown"]["subCode"] == "ACQ.TRADE_NOT_EXIST"

    notices = postbox.wait_for(number, 2)
    assert [notice.get("refund_fee") for notice in notices] == [None, "300.00"]
    for notice in notices:
        assert notice["seller_id"] == SELLER_ID
        other = buy_with_alipay(f"{number}{notices.index(notice)}", mode, notice)
        assert (other["notice"], other["forged"]) == (True, False)


@pytest.fixture
def wechat_environment(wechat_sandbox, settings, letterbox_server):
    """What the WeChat scripts need to know."""
    return {
        "SANDBOX_URL": wechat_sandbox.url,
        "KEYS": str(wechat_sandbox.data_dir),
        "APP_ID": settings.WECHATPAY["app_id"],
        "MERCHANT_ID": settings.WECHATPAY["merchant_id"],
        "NUMBER": f"FOREIGN{uuid.uuid4().hex[:16].upper()}",
        "NOTIFY_URL": letterbox_server.url,
    }


@pytest.fixture
def paid_with_wechat(run_foreign, wechat_environment):
    """What the client saw while it paid; number and letters are in the other fixtures."""
    return run_foreign("wechatpay", "pay.mjs", wechat_environment)


def test_a_public_wechat_client_pays_asks_refunds_and_closes_at_the_sandbox(paid_with_wechat):
    seen = paid_with_wechat
    assert (seen["shown"], seen["paid"], seen["total"]) == (True, 303, 888_00)
    assert seen["states"] == ["NOTPAY", "SUCCESS", "SUCCESS", "SUCCESS", "CLOSED"]
    assert seen["refund"] == ["SUCCESS", True, 300_00]
    assert seen["closed"] == [204, True]
    assert seen["unknown"] == {"status": 404, "code": "ORDER_NOT_EXIST"}


def test_the_sandbox_believes_the_script_parameters_that_the_client_signed_and_no_others(paid_with_wechat):
    assert paid_with_wechat["bridge"] == [403, 200]
    assert paid_with_wechat["openid"] == "oForeign0001"


def test_the_client_refuses_an_answer_that_another_key_signed_and_the_sandbox_wants_the_key_named(paid_with_wechat):
    assert paid_with_wechat["forged"]["code"] == "EV3_RES_HEADER_SIGNATURE_DIGEST"
    assert paid_with_wechat["nameless"] == {"status": 400, "code": "PARAM_ERROR"}


def test_the_client_reads_the_sandboxs_bill_with_its_own_reader(paid_with_wechat):
    seen = paid_with_wechat
    assert (seen["checksum"], seen["counted"]) == (True, True)
    assert seen["bill"] == [["SUCCESS", "888.00", "0.00"], ["REFUND", "0.00", "300.00"]]


def test_the_client_verifies_and_opens_what_wechat_tells_and_nothing_forged(
    paid_with_wechat,
    wechat_environment,
    letterbox_server,
    run_foreign,
):
    letters = [vars(letter) | {"body": letter.body.decode()} for letter in letterbox_server.wait_for(3)]
    read = run_foreign("wechatpay", "read.mjs", wechat_environment, letters)
    assert {name: {each[name] for each in read} for name in ("serial", "genuine", "forged", "changed")} == {
        "serial": {True}, "genuine": {True}, "forged": {False}, "changed": {False},
    }  # fmt: skip
    assert [each["wrongKey"] for each in read] == [None] * 3
    number = wechat_environment["NUMBER"]
    told = {(each["event"], each["content"]["out_trade_no"]): each["content"] for each in read}
    assert told.keys() == {
        ("TRANSACTION.SUCCESS", number),
        ("TRANSACTION.SUCCESS", f"{number}J"),
        ("REFUND.SUCCESS", number),
    }
    assert told["TRANSACTION.SUCCESS", number]["amount"]["total"] == 888_00
    refund = told["REFUND.SUCCESS", number]
    assert (refund["refund_status"], refund["out_refund_no"], refund["amount"]["refund"]) == (
        "SUCCESS", f"{number}R", 300_00,
    )  # fmt: skip
