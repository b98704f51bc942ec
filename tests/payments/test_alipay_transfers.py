"""Transfers at Alipay, against the sandbox over HTTP: which answers are definite, and that a number pays once."""

import pytest

from marketplace.core.identifiers import new_reference
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import (
    Capability,
    ConfigError,
    RateLimited,
    Rejected,
    TransferRequest,
    TransferState,
    Unknown,
)

TRANSFER, QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"


def request_for(reference="", **changes):
    values = {
        "reference": reference or new_reference("PO"),
        "amount_fen": 118_00,
        "destination": "alipay",
        "account": "lin@example.com",
        "real_name": "林墨",
        "remark": "匠集提现 {#1} & “报酬” 😀",
    }
    return TransferRequest(**values | changes)


@pytest.fixture
def adapter(alipay_sandbox):
    return AlipayGateway()


@pytest.fixture
def sent_rows(alipay_sandbox):
    """What Alipay has under a number."""

    def rows(reference):
        return [row for row in alipay_sandbox.control("transfers")["transfers"] if row["out_biz_no"] == reference]

    return rows


def spoil(sandbox, reference, method=TRANSFER, times=1, **faults):
    sandbox.control("faults", {"out_trade_no": reference, "faults": faults, "method": method, "times": times})


@pytest.mark.parametrize(
    ("destination", "account", "identity_type", "product"),
    [
        ("alipay", "lin@example.com", "ALIPAY_LOGON_ID", "TRANS_ACCOUNT_NO_PWD"),
        ("alipay", "13800000001", "ALIPAY_LOGON_ID", "TRANS_ACCOUNT_NO_PWD"),
        ("alipay", "2088102169481075", "ALIPAY_USER_ID", "TRANS_ACCOUNT_NO_PWD"),
        ("bank_card", "6222020200112233445", "BANKCARD_ACCOUNT", "TRANS_BANKCARD_NO_PWD"),
    ],
)
def test_money_arrives_where_it_was_sent(adapter, sent_rows, destination, account, identity_type, product):
    request = request_for(destination=destination, account=account)
    done = adapter.transfer(request)
    assert (done.state, done.amount_fen, done.reference) == (TransferState.DONE, 118_00, request.reference)
    assert done.gateway_transfer_no
    assert done.done_at is not None
    asked = adapter.query_transfer(request.reference)
    assert asked == done
    (row,) = sent_rows(request.reference)
    assert (row["identity"], row["identity_type"], row["product_code"]) == (account, identity_type, product)
    assert (row["payee_name"], row["amount_fen"], row["title"]) == ("林墨", 118_00, request.remark)


def test_alipay_says_that_it_can_transfer_and_a_stranger_to_it_is_refused_without_a_call(adapter, sent_rows):
    assert Capability.TRANSFER in adapter.capabilities
    request = request_for(destination="wechat")
    with pytest.raises(Rejected, match="UNSUPPORTED_DESTINATION"):
        adapter.transfer(request)
    assert sent_rows(request.reference) == []


def test_the_same_number_pays_once(adapter, sent_rows):
    request = request_for()
    assert adapter.transfer(request) == adapter.transfer(request)
    assert len(sent_rows(request.reference)) == 1


def test_the_same_number_with_another_amount_is_never_called_refused(adapter, sent_rows):
    request = request_for()
    adapter.transfer(request)
    with pytest.raises(Unknown, match="PAYMENT_INFO_INCONSISTENCY"):
        adapter.transfer(request_for(request.reference, amount_fen=119_00))
    assert [row["amount_fen"] for row in sent_rows(request.reference)] == [118_00]
    assert adapter.query_transfer(request.reference).amount_fen == 118_00


@pytest.mark.parametrize(
    "fault",
    [{"drop_after_accept": True}, {"http_500_after_accept": True}, {"corrupt_response_signature": True}],
    ids=str,
)
def test_a_lost_answer_is_unknown_and_the_query_finds_the_money_gone(adapter, alipay_sandbox, sent_rows, fault):
    request = request_for()
    spoil(alipay_sandbox, request.reference, **fault)
    with pytest.raises(Unknown):
        adapter.transfer(request)
    assert adapter.query_transfer(request.reference).state == TransferState.DONE
    assert adapter.transfer(request).state == TransferState.DONE
    assert len(sent_rows(request.reference)) == 1


@pytest.mark.parametrize("fault", [{"drop_before_accept": True}, {"refuse_with": "SYSTEM_ERROR"}], ids=str)
def test_an_unknown_answer_of_something_that_did_not_happen_is_sent_again(adapter, alipay_sandbox, sent_rows, fault):
    request = request_for()
    spoil(alipay_sandbox, request.reference, **fault)
    with pytest.raises(Unknown):
        adapter.transfer(request)
    assert adapter.query_transfer(request.reference).state == TransferState.NOT_FOUND
    assert adapter.transfer(request).state == TransferState.DONE
    assert len(sent_rows(request.reference)) == 1


@pytest.mark.parametrize(
    "sub_code", ["PAYEE_NOT_EXIST", "PAYER_BALANCE_NOT_ENOUGH", "EXCEED_LIMIT_DM_AMOUNT", "PAYEE_USER_INFO_ERROR"]
)
def test_a_refusal_is_definite_and_keeps_alipays_code(adapter, alipay_sandbox, sent_rows, sub_code):
    request = request_for()
    spoil(alipay_sandbox, request.reference, refuse_with=sub_code)
    with pytest.raises(Rejected) as refused:
        adapter.transfer(request)
    assert refused.value.sub_code == sub_code
    assert sent_rows(request.reference) == []


def test_less_than_ten_fen_is_refused_by_alipay(adapter):
    with pytest.raises(Rejected, match="EXCEED_LIMIT_SM_MIN_AMOUNT"):
        adapter.transfer(request_for(amount_fen=9))


def test_a_transfer_that_fails_is_refused_at_once_and_failed_when_asked_for(adapter, alipay_sandbox):
    request = request_for()
    spoil(alipay_sandbox, request.reference, transfer_status="FAIL")
    with pytest.raises(Rejected, match="PAYEE_ACC_OCUPIED"):
        adapter.transfer(request)
    failed = adapter.query_transfer(request.reference)
    assert (failed.state, failed.done_at) == (TransferState.FAILED, None)
    assert failed.fail_reason.startswith("PAYEE_ACC_OCUPIED")


@pytest.mark.parametrize(
    ("stuck", "later", "state"),
    [
        ("DEALING", "SUCCESS", TransferState.DONE),
        ("DEALING", "FAIL", TransferState.FAILED),
        ("WAIT_PAY", "CLOSED", TransferState.FAILED),
    ],
)
def test_a_transfer_that_hangs_is_processing_until_it_is_decided(adapter, alipay_sandbox, stuck, later, state):
    request = request_for()
    spoil(alipay_sandbox, request.reference, transfer_status=stuck)
    assert adapter.transfer(request).state == TransferState.PROCESSING
    assert adapter.query_transfer(request.reference).state == TransferState.PROCESSING
    alipay_sandbox.control(f"transfers/{request.reference}", {"status": later})
    assert adapter.query_transfer(request.reference).state == state


def test_a_bank_that_sends_the_money_back_after_success_makes_it_failed(adapter, alipay_sandbox):
    request = request_for(destination="bank_card", account="6222020200112233445")
    assert adapter.transfer(request).state == TransferState.DONE
    alipay_sandbox.control(f"transfers/{request.reference}", {"status": "REFUND"})
    assert adapter.transfer(request).state == TransferState.DONE  # the old answer, repeated: only a query tells
    assert adapter.query_transfer(request.reference).state == TransferState.FAILED


def test_a_number_nobody_sent_is_not_found(adapter):
    assert adapter.query_transfer(new_reference("PO")).state == TransferState.NOT_FOUND


def test_a_refused_question_says_nothing_about_the_transfer(adapter, alipay_sandbox):
    request = request_for()
    adapter.transfer(request)
    spoil(alipay_sandbox, request.reference, method=QUERY, refuse_with="PARAM_ILLEGAL")
    with pytest.raises(Unknown):
        adapter.query_transfer(request.reference)


@pytest.mark.parametrize(
    ("sub_code", "error"),
    [("isv.app-call-limited", RateLimited), ("isv.insufficient-isv-permissions", ConfigError)],
)
def test_limits_and_missing_permissions_are_told_apart_from_refusals(adapter, alipay_sandbox, sub_code, error):
    request = request_for()
    spoil(alipay_sandbox, request.reference, refuse_with=sub_code)
    with pytest.raises(error):
        adapter.transfer(request)
    assert adapter.transfer(request).state == TransferState.DONE


def test_a_transfer_at_alipay_cannot_be_taken_back(adapter):
    request = request_for()
    adapter.transfer(request)
    with pytest.raises(Rejected, match="UNSUPPORTED"):
        adapter.cancel_transfer(request.reference)
    assert adapter.query_transfer(request.reference).state == TransferState.DONE
