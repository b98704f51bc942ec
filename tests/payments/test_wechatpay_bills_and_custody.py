"""WeChat's bills in their real format, and 平台收付通: frozen, split, released, taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Clearing, Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import clear_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.payments import services, tasks
from marketplace.payments.errors import CustodyError, CustodyErrorCode
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import BillKind, BillRowKind, SettleState, Unknown
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus
from marketplace.payments.services import custody, settlement_repairs, settlement_returns
from tests.factories import make_finance, make_gig, make_order, make_sub_merchant
from tests.payments.conftest import deliver_and_accept
from tests.payments.wechat import WechatPurchase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]

DAY = 86_400


@pytest.fixture
def yesterday(wechat_sandbox):
    """Lets a day pass at WeChat, and says which day that was."""

    def pass_a_day():
        wechat_sandbox.control("clock", {"seconds": DAY})
        return timezone.localdate() - timedelta(days=1)

    return pass_a_day


def test_a_days_bill_has_its_payments_and_refunds(wechat_purchase, yesterday):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    orders.cancel_order(order_id=wechat_purchase.order.pk, user=wechat_purchase.order.seller)
    tasks.pay_due_refunds()
    bill = gateway("wechatpay").fetch_bill(yesterday(), BillKind.TRADE)
    mine = [row for row in bill.rows if row.out_trade_no == wechat_purchase.payment.out_trade_no]
    assert [(row.kind, row.amount_fen, row.fee_fen, row.reference) for row in mine] == [
        (BillRowKind.PAYMENT, 12_800, 77, ""),
        (BillRowKind.REFUND, 12_800, 0, Refund.objects.get().reference),
    ]
    assert len(bill.sha256) == 64


def test_a_title_with_commas_and_backticks_does_not_shift_the_columns(wechat_sandbox, letterbox_server, yesterday):
    order = make_order(gig=make_gig(title="海报,`A4,两版`"))
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    purchase = WechatPurchase(order, payment, wechat_sandbox, letterbox_server)
    purchase.open()
    wechat_sandbox.control(f"wechat/trades/{payment.out_trade_no}/pay", {})
    purchase.deliver()
    rows = gateway("wechatpay").fetch_bill(yesterday(), BillKind.TRADE).rows
    assert [row.amount_fen for row in rows if row.out_trade_no == payment.out_trade_no] == [10_000]


def test_the_fund_bill_shows_fees(wechat_purchase, yesterday):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    rows = gateway("wechatpay").fetch_bill(yesterday(), BillKind.FUND).rows
    mine = {row.kind: row.amount_fen for row in rows if row.out_trade_no == wechat_purchase.payment.out_trade_no}
    assert mine == {BillRowKind.PAYMENT: 12_800, BillRowKind.FEE: 77}


def test_a_day_without_trade_is_an_empty_bill(wechat_sandbox):
    bill = gateway("wechatpay").fetch_bill(timezone.localdate() - timedelta(days=2_000), BillKind.TRADE)
    assert bill.rows == ()


@pytest.mark.parametrize("fault", ["bill_broken", "bill_address_dead"])
def test_a_broken_file_is_fetched_again_and_concludes_nothing(wechat_purchase, yesterday, fault):
    wechat_purchase.pay()
    wechat_purchase.deliver()
    day = yesterday()
    wechat_purchase.sandbox.control("faults", {"out_trade_no": "*", "faults": {fault: True}, "times": 1})
    with pytest.raises(Unknown):
        gateway("wechatpay").fetch_bill(day, BillKind.TRADE)
    assert gateway("wechatpay").fetch_bill(day, BillKind.TRADE).rows


@pytest.fixture
def held(wechat_sandbox, letterbox_server, settings):
    """A paid order whose money WeChat holds, frozen in the seller's account; thirty seconds ago."""
    settings.SETTLEMENT_MODE = "custody"
    order = make_order(gig=make_gig(price_fen=10_000))
    make_sub_merchant(user=order.seller, gateway_code="wechatpay", number="1900000777")
    payment = services.start_payment(order_id=order.pk, gateway_code="wechatpay")
    purchase = WechatPurchase(order, payment, wechat_sandbox, letterbox_server)
    purchase.pay()
    assert purchase.deliver().status_code == 200
    purchase.refresh()
    wechat_sandbox.control("clock", {"seconds": 60})
    return purchase


def settle(purchase):
    """Accept the work, let the earnings clear, and let the jobs run."""
    deliver_and_accept(purchase.order)
    clear_earnings(clearing_id=Clearing.objects.get().pk)
    tasks.settle_cleared_payments()
    return Settlement.objects.get()


def test_custody_money_lies_frozen_and_is_split_and_released_once(held):
    assert held.at_wechat()["frozen_fen"] == 10_000
    settlement = settle(held)
    assert settlement.status == SettlementStatus.DONE
    assert held.at_wechat()["frozen_fen"] == 0
    assert (settlement.commission_fen, settlement.seller_fen) == (1_000, 9_000)
    assert wallet_of(held.order.seller).available_fen == 0
    tasks.settle_cleared_payments()
    assert Settlement.objects.count() == 1


@pytest.mark.parametrize("fault", ["drop_before_accept", "drop_after_accept", "corrupt_response_signature"])
def test_a_settlement_whose_answer_is_lost_is_asked_about(held, fault):
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {fault: True}, "times": 1})
    assert settle(held).status == SettlementStatus.SENT
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        tasks.settle_cleared_payments()
    assert Settlement.objects.get().status == SettlementStatus.DONE


def test_a_split_under_way_is_waited_for(held):
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"split_status": "PROCESSING"}, "times": 1})
    settlement = settle(held)
    assert settlement.status == SettlementStatus.SENT
    held.sandbox.control(f"wechat/splits/{settlement.reference}/finish", {})
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        tasks.settle_cleared_payments()
    assert Settlement.objects.get().status == SettlementStatus.DONE


def test_a_split_that_failed_for_good_is_settled_under_a_new_number_when_finance_says_so(held):
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"split_status": "FAIL"}, "times": 1})
    failed = settle(held)
    assert (failed.status, failed.problem) == (SettlementStatus.STUCK, "ACCOUNT_ABNORMAL")
    assert held.at_wechat()["frozen_fen"] == 10_000
    request = custody.request_of(failed)
    assert gateway("wechatpay").settle(request).state == SettleState.FAILED  # the same number, whatever one does
    new = settlement_repairs.retry_settlement(settlement_id=failed.pk, staff=make_finance())
    tasks.settle_cleared_payments()
    states = dict(Settlement.objects.values_list("reference", "status"))
    assert states == {failed.reference: SettlementStatus.CANCELLED, new.reference: SettlementStatus.DONE}
    assert held.at_wechat()["frozen_fen"] == 0
    assert wallet_of(held.order.seller).available_fen == 0


@pytest.fixture
def partly_done(held):
    """WeChat released what the seller gets, and did not split our fee off."""
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"split_status": "PARTLY"}, "times": 1})
    stuck = settle(held)
    assert (stuck.status, "ACCOUNT_ABNORMAL" in stuck.problem) == (SettlementStatus.STUCK, True)
    return stuck


def test_a_split_that_failed_after_the_rest_was_released_is_never_taken_off(held, partly_done):
    assert held.at_wechat()["frozen_fen"] == 1_000
    assert gateway("wechatpay").query_settle(custody.request_of(partly_done)).state == SettleState.PARTLY_DONE
    with pytest.raises(CustodyError) as caught:
        settlement_repairs.cancel_settlement(settlement_id=partly_done.pk, staff=make_finance(), reason="佣金未分出")
    assert caught.value.code == CustodyErrorCode.PARTLY_DONE
    assert wallet_of(held.order.seller).available_fen == 0  # what is gone is not in the wallet
    # Asked again it has no new number, and waits for a person again.
    assert settlement_repairs.retry_settlement(settlement_id=partly_done.pk, staff=make_finance()) == partly_done
    tasks.settle_cleared_payments()
    partly_done.refresh_from_db()
    assert partly_done.status == SettlementStatus.STUCK
    assert Settlement.objects.count() == 1


@pytest.mark.parametrize("released", [None, 1, 9_000])
def test_only_an_answer_that_says_that_nothing_was_released_is_a_failure(wechat_sandbox, released):
    answer = {"status": "FINISHED", "receivers": [{"result": "CLOSED", "fail_reason": "NO_AUTH"}]}
    read = gateway("wechatpay")._settled
    assert read(answer | {"finish_amount": 0}, "SE1").state == SettleState.FAILED
    told = answer if released is None else answer | {"finish_amount": released}
    assert read(told, "SE1").state == SettleState.PARTLY_DONE


def test_a_release_without_a_fee_is_done_when_a_query_says_so(held):
    Order.objects.filter(pk=held.order.pk).update(commission_basis_points=0)
    settlement = settle(held)
    assert (settlement.commission_fen, settlement.status) == (0, SettlementStatus.SENT)
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert tasks.settle_cleared_payments() == 1
    assert Settlement.objects.get().status == SettlementStatus.DONE
    assert held.at_wechat()["frozen_fen"] == 0


def test_a_split_that_was_refused_goes_on_under_its_number(held):
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"refuse_with": "NOT_ENOUGH"}, "times": 1})
    stuck = settle(held)
    assert stuck.status == SettlementStatus.STUCK
    assert settlement_repairs.retry_settlement(settlement_id=stuck.pk, staff=make_finance()) == stuck
    tasks.settle_cleared_payments()
    assert Settlement.objects.get().status == SettlementStatus.DONE


def test_a_return_that_failed_for_good_gets_a_new_number_and_the_refund_follows(held):
    settle(held)
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"return_result": "FAILED"}, "times": 1})
    orders.refund_part(order_id=held.order.pk, actor=held.order.seller, amount_fen=5_000, reason="少做一版")
    assert tasks.pay_due_refunds() == 0
    failed = SettlementReturn.objects.get()
    assert (failed.status, Refund.objects.get().status) == (SettlementStatus.STUCK, RefundStatus.STUCK)
    again = settlement_returns.retry_return(return_id=failed.pk, staff=make_finance())
    assert (again.pk, again.reference != failed.reference) == (failed.pk, True)
    assert tasks.pay_due_refunds() == 1
    assert SettlementReturn.objects.get().status == SettlementStatus.DONE
    assert Refund.objects.get().status == RefundStatus.DONE
    assert held.at_wechat()["refunded_fen"] == 5_000


def test_frozen_money_goes_straight_back_to_the_buyer(held):
    orders.cancel_order(order_id=held.order.pk, user=held.order.seller)
    assert tasks.pay_due_refunds() == 1
    assert held.at_wechat()["refunded_fen"] == 10_000


def test_a_refund_of_settled_money_takes_our_fee_back_first(held):
    settle(held)
    held.sandbox.control("faults", {"out_trade_no": "*", "faults": {"return_result": "PROCESSING"}, "times": 1})
    orders.refund_part(order_id=held.order.pk, actor=held.order.seller, amount_fen=5_000, reason="少做一版")
    assert tasks.pay_due_refunds() == 0  # the return is under way
    refund = Refund.objects.get()
    assert refund.status != RefundStatus.DONE
    held.sandbox.control("wechat/returns/finish", {})
    for hours in (1, 2, 3):
        with clock.moved_to(timezone.now() + timedelta(hours=hours)):
            tasks.pay_due_refunds()
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert held.at_wechat()["refunded_fen"] == 5_000
    books = Entry.objects.count()
    assert [held.deliver(2).status_code for _copy in range(2)] == [200, 200]  # told again, when it is long booked
    assert Entry.objects.count() == books


def test_the_freeze_limits_how_long_work_may_take(held):
    assert custody.longest_delivery_days("wechatpay") == 180 - 3 - 7 - custody.FREEZE_RESERVE_DAYS
