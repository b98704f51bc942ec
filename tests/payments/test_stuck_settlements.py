"""Settlements and returns that Alipay refused: what finance can do about them, and what waits behind them."""

import logging

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied

from marketplace.ledger.models import Transaction
from marketplace.moderation.models import AdminLog
from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import custody_selectors, selectors, waiting_selectors
from marketplace.payments.errors import CustodyErrorCode
from marketplace.payments.gateways.base import SettleSnapshot, SettleState
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus, SubMerchant
from marketplace.payments.services import custody, settlement_returns, sub_merchants
from tests.factories import make_finance, make_moderator, make_user
from tests.logins import log_in
from tests.payments.held import QUERY_SPLIT, REFUND, later, movements, spoil
from tests.payments.refused import (
    FEE,
    REFUSED,
    SHARE,
    cancel,
    give_back,
    in_transit,
    left_with,
    refund_on,
    refusal,
    retry,
    settle_on,
    states,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


# Settling again


def test_what_alipay_never_took_on_goes_on_under_the_same_number(refused):
    first = Settlement.objects.get()
    assert retry() == first
    assert settle_on(9) == 1
    assert states() == {first.reference: SettlementStatus.DONE}
    assert movements(refused) == [FEE, SHARE]


def test_what_failed_for_good_goes_on_under_a_new_number(failed):
    old = Settlement.objects.get()
    new = retry()
    assert states() == {old.reference: SettlementStatus.CANCELLED, new.reference: SettlementStatus.DUE}
    assert (new.commission_fen, new.seller_fen) == (old.commission_fen, old.seller_fen)
    assert in_transit() == 900_00
    assert settle_on(9) == 1
    assert states()[new.reference] == SettlementStatus.DONE
    done = [(row["kind"], row["out_request_no"], row["status"]) for row in failed.at_alipay()["settlements"]]
    assert done[:2] == [("split", old.reference, "FAIL"), ("split", new.reference, "SUCCESS")]
    assert done[2][0] == "release"
    assert left_with(failed.order.seller) == (0, 0)


def test_what_is_half_done_goes_on_under_the_same_number_and_is_never_cancelled(half_done):
    first = Settlement.objects.get()
    assert refusal(cancel) == CustodyErrorCode.PARTLY_DONE
    assert states() == {first.reference: SettlementStatus.STUCK}
    assert retry() == first
    assert settle_on(9) == 1
    assert movements(half_done) == [FEE, SHARE]


@pytest.mark.parametrize("action", [retry, cancel])
def test_while_alipay_does_not_answer_nothing_is_decided(failed, action):
    spoil(failed, QUERY_SPLIT, drop_before_accept=True)
    assert refusal(action) == CustodyErrorCode.NO_ANSWER
    assert list(states().values()) == [SettlementStatus.STUCK]
    assert in_transit() == 900_00


@pytest.mark.parametrize("action", [retry, cancel])
def test_what_does_not_need_a_person_is_left_alone(settled, action):
    before = Transaction.objects.count()
    assert refusal(action) == CustodyErrorCode.NOT_WAITING
    assert list(states().values()) == [SettlementStatus.DONE]
    assert Transaction.objects.count() == before


@pytest.mark.parametrize("make_stranger", [make_moderator, make_user])
@pytest.mark.parametrize("action", [retry, cancel])
def test_others_than_finance_neither_retry_nor_cancel(failed, action, make_stranger):
    with pytest.raises(PermissionDenied):
        action(staff=make_stranger())
    assert list(states().values()) == [SettlementStatus.STUCK]
    assert not AdminLog.objects.filter(action__startswith="settlement", is_reading=False).exists()


# Cancelling


def test_a_cancelled_settlement_is_back_in_the_wallet_and_settled_anew_by_the_job(failed):
    old = cancel()
    assert (old.status, in_transit()) == (SettlementStatus.CANCELLED, 0)
    assert left_with(failed.order.seller) == (900_00, 0)
    assert settle_on(9) == 1
    assert sorted(states().values()) == [SettlementStatus.CANCELLED, SettlementStatus.DONE]
    assert left_with(failed.order.seller) == (0, 0)


def test_a_refund_behind_a_stuck_settlement_goes_first_once_that_is_cancelled_and_the_rest_is_settled(failed):
    refund = give_back(failed, 400_00)
    assert left_with(failed.order.seller) == (0, -360_00)
    assert refund_on(8) == 0
    refund.refresh_from_db()
    assert (refund.status, "SETTLEMENT_STUCK" in refund.problem) == (RefundStatus.STUCK, True)
    cancel()
    assert left_with(failed.order.seller) == (540_00, 0)
    assert settle_on(9) == 0  # the refund first
    assert refund_on(9) == 1
    assert failed.at_alipay()["refunded_amount"] == "400.00"
    assert settle_on(9) == 1
    rest = Settlement.objects.get(status=SettlementStatus.DONE)
    assert (rest.commission_fen, rest.seller_fen) == (60_00, 540_00)
    assert not SettlementReturn.objects.exists()
    assert left_with(failed.order.seller) == (0, 0)
    assert failed.at_alipay()["unsettled_amount"] == "0.00"


def test_of_a_whole_refund_behind_a_stuck_settlement_nothing_is_left_to_settle(refused):
    give_back(refused, 1_000_00)
    assert refund_on(8) == 0
    cancel()
    assert refund_on(9) == 1
    assert list(selectors.payments_to_settle()) == []
    assert (settle_on(9), left_with(refused.order.seller)) == (0, (0, 0))
    assert refused.at_alipay()["refunded_amount"] == "1000.00"


def test_a_new_number_is_refused_while_a_refund_waits(failed):
    give_back(failed, 400_00)
    assert refund_on(8) == 0
    before = Transaction.objects.count()
    assert refusal(retry) == CustodyErrorCode.REFUND_FIRST
    assert list(states().values()) == [SettlementStatus.STUCK]
    assert Refund.objects.get().status == RefundStatus.STUCK
    assert Transaction.objects.count() == before


def test_a_refund_behind_a_settlement_that_goes_on_follows_it_by_itself(refused):
    give_back(refused, 400_00)
    assert refund_on(8) == 0
    retry()
    assert Refund.objects.get().status == RefundStatus.DUE
    assert settle_on(9) == 1
    assert refund_on(9) == 1
    assert movements(refused) == [FEE, SHARE, ("return", "40.00")]
    assert left_with(refused.order.seller) == (0, 0)


def test_who_did_what_stands_in_the_staff_log(failed):
    staff = make_finance()
    new = retry(staff=staff)
    old = Settlement.objects.get(status=SettlementStatus.CANCELLED)
    entry = AdminLog.objects.get(action="settlement.retry")
    assert (entry.actor, entry.data["settlement"], entry.data["goes_on_as"]) == (staff, old.reference, new.reference)


# What the institution says late


def test_an_answer_that_came_late_ends_a_settlement_that_waits_for_a_person(refused):
    settlement = Settlement.objects.get()
    late = SettleSnapshot(settlement.reference, SettleState.FAILED, problem="twice")
    assert custody.apply_settle_snapshot(settlement_id=settlement.pk, snapshot=late) is False
    retry()
    assert settle_on(9) == 1
    assert custody.apply_settle_snapshot(settlement_id=settlement.pk, snapshot=late) is True
    assert list(states().values()) == [SettlementStatus.DONE]


def test_a_done_that_comes_while_a_person_is_asked_is_booked(refused):
    settlement = Settlement.objects.get()
    with later(days=9):  # it went through after all, under the same number
        custody.custody_gateway("alipay").settle(custody.request_of(settlement))
    late = SettleSnapshot(settlement.reference, SettleState.DONE)
    assert custody.apply_settle_snapshot(settlement_id=settlement.pk, snapshot=late) is True
    assert in_transit() == 0


def test_a_cancelled_settlement_never_comes_back_and_whoever_says_so_is_heard(refused, caplog):
    settlement = cancel()
    late = SettleSnapshot(settlement.reference, SettleState.DONE)
    with caplog.at_level(logging.ERROR):
        assert custody.apply_settle_snapshot(settlement_id=settlement.pk, snapshot=late) is False
    assert "was cancelled" in caplog.text
    assert list(states().values()) == [SettlementStatus.CANCELLED]
    assert left_with(refused.order.seller) == (900_00, 0)


# One at a time: the order's refund, or its settlement


def test_nothing_is_settled_while_a_refund_is_open(cleared):
    give_back(cleared, 400_00)
    assert list(selectors.payments_to_settle()) == []
    assert custody.owe_settlement(payment_id=cleared.payment.pk) is None
    assert (settle_on(8), movements(cleared)) == (0, [])
    assert not Settlement.objects.exists()


def test_nothing_is_refunded_while_the_settlement_is_under_way(cleared):
    cleared.sandbox.fault(cleared.payment.out_trade_no, split_status="PROCESSING")
    assert settle_on(8) == 0
    settlement = Settlement.objects.get()
    give_back(cleared, 400_00)
    assert refund_on(8) == 0
    assert cleared.at_alipay()["refunded_amount"] == "0.00"
    assert not SettlementReturn.objects.exists()
    cleared.sandbox.control(f"settlements/{settlement.reference}", {"status": "SUCCESS"})
    assert settle_on(9) == 1
    assert refund_on(9) == 1
    assert movements(cleared) == [FEE, SHARE, ("return", "40.00")]


# Returns


@pytest.fixture
def going_back(settled):
    """A refund of 400.00 yuan of settled money is decided."""
    give_back(settled, 400_00)
    return settled


def fail_the_return(purchase):
    purchase.sandbox.control(
        "faults", {"out_trade_no": purchase.payment.out_trade_no, "faults": {"return_result": "FAILED"}, "times": 1}
    )
    assert refund_on(8) == 0
    return SettlementReturn.objects.get()


def take_back_again(taken, staff=None):
    return settlement_returns.retry_return(return_id=taken.pk, staff=staff or make_finance())


def test_a_return_that_failed_for_good_stops_with_its_refund_and_gets_a_new_number(going_back):
    taken = fail_the_return(going_back)
    assert (taken.status, taken.problem) == (SettlementStatus.STUCK, "FAIL")
    assert Refund.objects.get().status == RefundStatus.STUCK
    assert going_back.at_alipay()["refunded_amount"] == "0.00"
    again = take_back_again(taken)
    assert again.reference != taken.reference
    assert refund_on(9) == 1
    assert SettlementReturn.objects.get().status == SettlementStatus.DONE
    assert going_back.at_alipay()["refunded_amount"] == "400.00"
    entry = AdminLog.objects.get(action="settlement_return.retry")
    assert (entry.data["return"], entry.data["goes_on_as"]) == (taken.reference, again.reference)


def test_a_return_that_was_refused_goes_on_under_its_number(going_back):
    spoil(going_back, REFUND, refuse_with="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    assert refund_on(8) == 0
    taken = SettlementReturn.objects.get()
    assert (taken.status, Refund.objects.get().status) == (SettlementStatus.STUCK, RefundStatus.STUCK)
    assert "SELLER_BALANCE_NOT_ENOUGH" in taken.problem
    assert take_back_again(taken).reference == taken.reference
    assert refund_on(9) == 1
    assert movements(going_back) == [FEE, SHARE, ("return", "40.00")]


def test_a_refund_alone_does_not_pass_a_return_that_is_stuck(going_back):
    fail_the_return(going_back)
    orders.retry_refund(refund_id=Refund.objects.get().pk, staff=make_finance())
    assert refund_on(9) == 0
    assert Refund.objects.get().status == RefundStatus.STUCK
    assert going_back.at_alipay()["refunded_amount"] == "0.00"


def test_a_return_is_asked_about_before_it_goes_on(going_back):
    taken = fail_the_return(going_back)
    spoil(going_back, "alipay.trade.fastpay.refund.query", drop_before_accept=True)
    assert refusal(take_back_again, taken) == CustodyErrorCode.NO_ANSWER
    assert SettlementReturn.objects.get().status == SettlementStatus.STUCK
    going_back.sandbox.control(f"settlements/{taken.reference}", {"status": "SUCCESS"})  # it went through after all
    assert take_back_again(taken).reference == taken.reference
    assert refund_on(9) == 1
    assert [kind for kind, _amount in movements(going_back)] == ["split", "release", "return"]


def test_others_than_finance_retry_no_return_and_one_that_is_done_is_not_retried(going_back):
    taken = fail_the_return(going_back)
    may_refund = make_user(is_staff=True)
    may_refund.user_permissions.add(Permission.objects.get(codename="change_refund"))
    for stranger in (make_moderator(), may_refund):
        with pytest.raises(PermissionDenied):
            take_back_again(taken, stranger)
    assert SettlementReturn.objects.get().status == SettlementStatus.STUCK
    take_back_again(taken)
    assert refund_on(9) == 1
    assert refusal(take_back_again, taken) == CustodyErrorCode.NOT_WAITING


# The desk


def waiting():
    return {row.number: row for row in waiting_selectors.waiting_too_long()}


def test_what_stands_still_is_listed_at_once_with_its_reason(refused):
    refund = give_back(refused, 400_00)
    assert refund_on(8) == 0
    settlement = Settlement.objects.get()
    found = waiting()
    assert found.keys() == {settlement.reference, refund.reference}
    assert REFUSED in found[settlement.reference].problem
    assert settlement.reference in found[refund.reference].problem
    assert REFUSED in found[refund.reference].problem
    cancel()
    assert waiting() == {}


def test_a_refund_behind_a_settlement_that_takes_its_time_says_so_after_a_day(cleared):
    cleared.sandbox.fault(cleared.payment.out_trade_no, split_status="PROCESSING")
    assert settle_on(8) == 0
    refund = give_back(cleared, 400_00)
    assert refund_on(8) == 0
    assert waiting() == {}
    with later(days=2):
        assert Settlement.objects.get().reference in waiting()[refund.reference].problem


def test_a_failed_return_is_listed_at_once(going_back):
    taken = fail_the_return(going_back)
    assert waiting().keys() == {taken.reference, Refund.objects.get().reference}


def test_a_payment_that_cannot_be_settled_is_listed_after_a_day(cleared):
    assert list(selectors.payments_to_settle()) == [cleared.payment]
    with later(days=8, hours=1):
        assert waiting() == {}
    with later(days=10):
        row = waiting()[cleared.payment.out_trade_no]
        assert (row.amount_fen, str(row.state)) == (1_000_00, "等同一服务商另一笔订单的退款完成")
        assert waiting_selectors.number_waiting() == 1


def test_a_number_that_nobody_looks_at_is_listed_after_a_day(cleared, client):
    sub_merchants.ask_sub_merchant(
        staff=make_finance(), user=cleared.order.seller, gateway_code="wechatpay", sub_merchant_id="1900000055"
    )
    with later(days=2):
        assert waiting()["1900000055"].amount_fen is None
        log_in(make_finance(), client=client)
        assert "1900000055" in client.get("/admin/waiting/").content.decode()
    assert SubMerchant.objects.filter(status="asked").count() == 1


def test_finance_sees_a_stuck_settlement_with_its_refund_and_lets_it_go_on(refused, client):
    refund, settlement = give_back(refused, 400_00), Settlement.objects.get()
    log_in(make_finance(), client=client)
    page = client.get("/admin/settlements/").content.decode()
    assert all(text in page for text in (settlement.reference, REFUSED, refund.reference, refused.order.number))
    assert client.post(f"/admin/settlements/{settlement.pk}/retry/").status_code == 302
    assert states() == {settlement.reference: SettlementStatus.DUE}


def test_finance_cancels_a_settlement_and_says_why(failed, client):
    settlement, staff = Settlement.objects.get(), make_finance()
    log_in(staff, client=client)
    client.post(f"/admin/settlements/{settlement.pk}/cancel/", {"reason": ""})
    assert states() == {settlement.reference: SettlementStatus.STUCK}
    client.post(f"/admin/settlements/{settlement.pk}/cancel/", {"reason": "收款账户异常"})
    assert states() == {settlement.reference: SettlementStatus.CANCELLED}
    entry = AdminLog.objects.get(action="settlement.cancel")
    assert (entry.actor, entry.data["reason"]) == (staff, "收款账户异常")


def test_finance_is_told_the_new_number(failed, client):
    log_in(make_finance(), client=client)
    old = Settlement.objects.get()
    page = client.post(f"/admin/settlements/{old.pk}/retry/", follow=True).content.decode()
    assert Settlement.objects.exclude(pk=old.pk).get().reference in page


def test_finance_lets_a_failed_return_go_on(going_back, client):
    taken = fail_the_return(going_back)
    log_in(make_finance(), client=client)
    assert taken.reference in client.get("/admin/settlements/").content.decode()
    client.post(f"/admin/settlements/returns/{taken.pk}/retry/")
    assert SettlementReturn.objects.get().status == SettlementStatus.DUE
    assert not custody_selectors.stuck_returns().exists()


def test_a_refusal_of_the_institution_is_a_message_not_a_broken_page(failed, client):
    spoil(failed, QUERY_SPLIT, drop_before_accept=True)
    log_in(make_finance(), client=client)
    url = f"/admin/settlements/{Settlement.objects.get().pk}/retry/"
    response = client.post(url, headers={"referer": "http://testserver/admin/settlements/"}, follow=True)
    assert "没有做任何更改" in response.content.decode()
    assert list(states().values()) == [SettlementStatus.STUCK]


def test_the_pages_are_finances_own(refused, client):
    settlement = Settlement.objects.get()
    log_in(make_moderator(), client=client)
    assert client.get("/admin/settlements/").status_code == 302
    for path in (f"{settlement.pk}/retry/", f"{settlement.pk}/cancel/", "returns/1/retry/"):
        assert client.post(f"/admin/settlements/{path}", {"reason": "x"}).status_code == 302
    log_in(make_finance(), client=client)
    assert client.get(f"/admin/settlements/{settlement.pk}/retry/").status_code == 405
    assert states() == {settlement.reference: SettlementStatus.STUCK}
