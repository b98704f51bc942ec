"""直付通 end to end: the buyer's money lies frozen at Alipay, is split and released there, and finds its way back."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core.config import set_config
from marketplace.core.identifiers import new_reference
from marketplace.ledger.models import Account, AccountKind, TransactionKind
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import Leg, escrow_account, post
from marketplace.orders import channels
from marketplace.orders import services as orders
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import payout_selectors, selectors, services
from marketplace.payments.errors import PaymentError, PaymentErrorCode
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.base import (
    Capability,
    RefundRequest,
    Rejected,
    SettleRequest,
    SettleReturnRequest,
    SettleState,
    Unknown,
)
from marketplace.payments.models import AccountBalance, AuditRun, Settlement, SettlementReturn, SettlementStatus
from marketplace.payments.services import custody, settlement_returns
from marketplace.payments.tasks import pay_due_refunds, settle_cleared_payments
from tests.factories import make_finance, make_gig, make_order
from tests.logins import log_in
from tests.payments.held import CONFIRM, QUERY_SPLIT, REFUND, SPLIT, later, movements, spoil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]
LOST = [{"drop_after_accept": True}, {"http_500_after_accept": True}, {"corrupt_response_signature": True}]


def request_of(purchase, **changes):
    request = SettleRequest(
        out_trade_no=purchase.payment.out_trade_no,
        gateway_trade_no=purchase.payment.gateway_trade_no,
        reference=new_reference("SE"),
        commission_fen=100_00,
        seller_fen=900_00,
        sub_merchant_id=purchase.payment.sub_merchant_id,
        remark="服务费",
    )
    return replace(request, **changes)


def return_of(purchase, split, **changes):
    request = SettleReturnRequest(
        out_trade_no=purchase.payment.out_trade_no,
        gateway_trade_no=purchase.payment.gateway_trade_no,
        reference=new_reference("SR"),
        split_reference=split.reference,
        amount_fen=100_00,
        sub_merchant_id=purchase.payment.sub_merchant_id,
        remark="退服务费",
    )
    return replace(request, **changes)


def test_a_payment_lands_frozen_in_the_sellers_account(held):
    assert Capability.CUSTODY in AlipayGateway().capabilities
    trade = held.at_alipay()
    assert (trade["sub_merchant_id"], trade["unsettled_amount"]) == (held.payment.sub_merchant_id, "1000.00")
    assert trade["settle_days"] == AlipayGateway.freeze_limit_days


def test_what_has_cleared_is_split_and_released_once(cleared):
    with later(days=8):
        assert settle_cleared_payments() == 1
        assert settle_cleared_payments() == 0
    settlement = Settlement.objects.get()
    assert settlement.status == SettlementStatus.DONE
    fee, rest = settlement.commission_fen, settlement.seller_fen
    assert fee + rest == 1_000_00
    assert movements(cleared) == [("split", f"{fee / 100:.2f}"), ("release", f"{rest / 100:.2f}")]
    assert cleared.at_alipay()["unsettled_amount"] == "0.00"
    assert cleared.at_alipay()["settlements"][0]["receiver"] == "2088000000000001"


@pytest.mark.parametrize("method", [SPLIT, QUERY_SPLIT, CONFIRM])
@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_lost_answer_at_any_step_is_asked_about_and_nothing_happens_twice(cleared, method, fault):
    spoil(cleared, method, **fault)
    with later(days=8):
        assert settle_cleared_payments() == 0
    assert Settlement.objects.get().status == SettlementStatus.SENT
    with later(days=9):
        assert settle_cleared_payments() == 1
    assert [kind for kind, _amount in movements(cleared)] == ["split", "release"]


def test_a_crash_between_split_and_release_is_finished_by_the_next_run(cleared):
    spoil(cleared, CONFIRM, drop_before_accept=True)
    with later(days=8):
        assert settle_cleared_payments() == 0
    assert [kind for kind, _amount in movements(cleared)] == ["split"]
    with later(days=9):
        assert settle_cleared_payments() == 1
    assert [kind for kind, _amount in movements(cleared)] == ["split", "release"]


def test_a_split_under_way_is_waited_for(cleared):
    cleared.sandbox.fault(cleared.payment.out_trade_no, split_status="PROCESSING")
    with later(days=8):
        assert settle_cleared_payments() == 0
    with later(days=9):
        assert settle_cleared_payments() == 0
    settlement = Settlement.objects.get()
    assert settlement.status == SettlementStatus.SENT
    cleared.sandbox.control(f"settlements/{settlement.reference}", {"status": "SUCCESS"})
    with later(days=10):
        assert settle_cleared_payments() == 1
    assert [kind for kind, _amount in movements(cleared)] == ["split", "release"]


def test_a_split_that_fails_waits_for_a_person_with_alipays_reason(cleared):
    cleared.sandbox.fault(cleared.payment.out_trade_no, split_status="FAIL")
    with later(days=8):
        assert settle_cleared_payments() == 0
    settlement = Settlement.objects.get()
    assert (settlement.status, settlement.problem) == (SettlementStatus.STUCK, "RECEIVER_STATUS_ABNORMAL")
    assert cleared.at_alipay()["unsettled_amount"] == "1000.00"


def alarm():
    """The audit finds something: payouts are halted until a later one is clean."""
    return AuditRun.objects.create(at=timezone.now(), transactions=1, entries=2, accounts=2, violations=["x"])


def test_while_payouts_are_halted_no_settlement_begins(cleared):
    broken = alarm()
    with later(days=8):
        assert settle_cleared_payments() == 0
    settlement = Settlement.objects.get()
    assert (settlement.status, settlement.attempts) == (SettlementStatus.DUE, 0)
    with later(days=8):  # a job that had it in hand before the alarm
        assert not selectors.due_settlements().exists()
        assert not custody.send_settlement(settlement=settlement)
    settlement.refresh_from_db()
    assert (settlement.status, settlement.attempts, movements(cleared)) == (SettlementStatus.DUE, 0, [])
    broken.delete()
    with later(days=8):
        assert settle_cleared_payments() == 1


def test_the_books_are_audited_before_a_settlement_begins(cleared):
    wrong = Account.objects.create(code="user:0:available", kind=AccountKind.USER_AVAILABLE, balance_fen=1)
    with later(days=8):
        assert settle_cleared_payments() == 0
    assert Settlement.objects.get().status == SettlementStatus.DUE
    assert movements(cleared) == []
    wrong.delete()
    services.run_audit()
    with later(days=8):
        assert settle_cleared_payments() == 1


def test_while_an_institutions_balance_is_off_no_settlement_begins_either(cleared):
    AccountBalance.objects.create(
        gateway="alipay", day=timezone.localdate(), there_fen=1, here_fen=2, unexplained_fen=-1
    )
    with later(days=8):
        assert settle_cleared_payments() == 0
    assert movements(cleared) == []


def test_a_settlement_that_was_sent_before_the_halt_is_still_asked_about(cleared):
    spoil(cleared, SPLIT, drop_after_accept=True)
    with later(days=8):
        assert settle_cleared_payments() == 0
    assert Settlement.objects.get().status == SettlementStatus.SENT
    alarm()
    with later(days=9):
        assert settle_cleared_payments() == 1
    assert movements(cleared) == [("split", "100.00"), ("release", "900.00")]


@pytest.mark.parametrize(
    ("mode", "stands_still", "goes_on"), [("custody", "结算", "提现"), ("transfer", "提现", "结算")]
)
def test_the_alarm_names_what_stands_still(client, settings, silent_alipay, mode, stands_still, goes_on):
    settings.SETTLEMENT_MODE = mode
    alarm()
    AccountBalance.objects.create(
        gateway="alipay", day=timezone.localdate(), there_fen=1, here_fen=2, unexplained_fen=-1
    )
    log_in(make_finance(), client=client)
    page = client.get("/admin/").content.decode()
    for panel in ("audit-panel", "balances-panel"):
        alarms = page.partition(f'aria-labelledby="{panel}"')[2].partition("</section>")[0]
        assert f"暂停一切{stands_still}" in alarms
        assert f"暂停一切{goes_on}" not in alarms
    for desk in ("payments_settlements", "payments_payouts"):
        assert client.get(reverse(desk)).content.decode().count(f"暂停一切{stands_still}") == 2


def test_frozen_money_goes_straight_back_to_the_buyer(held):
    orders.cancel_order(order_id=held.order.pk, user=held.order.seller)
    assert pay_due_refunds() == 1
    trade = held.at_alipay()
    assert (trade["refunded_amount"], trade["unsettled_amount"], movements(held)) == ("1000.00", "0.00", [])


def test_a_refund_of_settled_money_takes_the_fee_back_first(settled):
    orders.refund_part(order_id=settled.order.pk, actor=make_finance(), amount_fen=400_00, reason="一半不能用")
    with later(days=8):
        assert pay_due_refunds() == 1
    taken = SettlementReturn.objects.get()
    assert taken.status == SettlementStatus.DONE
    assert movements(settled)[2:] == [("return", f"{taken.commission_fen / 100:.2f}")]
    assert settled.at_alipay()["refunded_amount"] == "400.00"
    assert Account.objects.get(code=f"escrow:{settled.order.number}").balance_fen == 0


@pytest.mark.parametrize("fault", [*LOST, {"drop_before_accept": True}, {"refuse_with": "SYSTEM_ERROR"}], ids=str)
@pytest.mark.parametrize("step", [1, 2])
def test_a_refund_of_settled_money_resumes_wherever_it_broke_off(settled, fault, step):
    orders.refund_part(order_id=settled.order.pk, actor=make_finance(), amount_fen=400_00, reason="一半不能用")
    if step == 2:  # the return works, the refund itself does not: both are the same method at Alipay
        refund = Refund.objects.get()
        with later(days=8):
            assert settlement_returns.take_back_settlement(refund=refund, payment=settled.payment)
    spoil(settled, REFUND, **fault)
    with later(days=8):
        assert pay_due_refunds() == 0
    assert Refund.objects.get().status == RefundStatus.SENT
    with later(days=9):
        assert pay_due_refunds() == 1
    assert [kind for kind, _amount in movements(settled)] == ["split", "release", "return"]
    assert [row["refund_amount"] for row in settled.at_alipay()["refunds"]] == ["400.00"]


def test_the_same_number_is_the_same_split_and_another_amount_is_never_called_refused(held):
    adapter, request = AlipayGateway(), request_of(held)
    assert adapter.query_settle(request).state == SettleState.NOT_FOUND
    assert adapter.settle(request).state == SettleState.DONE
    assert adapter.settle(request).state == SettleState.DONE
    assert adapter.query_settle(request).state == SettleState.DONE
    assert movements(held) == [("split", "100.00"), ("release", "900.00")]
    with pytest.raises(Unknown, match="another amount"):
        adapter.settle(replace(request, commission_fen=101_00))


def test_a_settlement_half_done_is_not_done(held):
    adapter, request = AlipayGateway(), request_of(held)
    spoil(held, CONFIRM, drop_before_accept=True)
    with pytest.raises(Unknown):
        adapter.settle(request)
    assert adapter.query_settle(request).state == SettleState.PROCESSING


def test_alipay_splits_and_releases_no_more_than_it_holds(held):
    adapter = AlipayGateway()
    with pytest.raises(Rejected, match="ALLOC_AMOUNT"):
        adapter.settle(request_of(held, commission_fen=1_000_01))
    with pytest.raises(Rejected, match="ALLOC_AMOUNT"):
        adapter.settle(request_of(held, seller_fen=900_01))
    assert movements(held) == [("split", "100.00")]


def test_without_a_fee_everything_is_released(held):
    adapter, request = AlipayGateway(), request_of(held, commission_fen=0, seller_fen=1_000_00)
    assert adapter.settle(request).state == SettleState.DONE
    assert adapter.query_settle(request).state == SettleState.DONE
    assert movements(held) == [("release", "1000.00")]


def test_no_more_is_taken_back_than_was_split_and_a_number_takes_back_once(held):
    adapter, split = AlipayGateway(), request_of(held)
    adapter.settle(split)
    back = return_of(held, split, amount_fen=60_00)
    assert adapter.query_return(back).state == SettleState.NOT_FOUND
    assert adapter.return_settle(back).state == SettleState.DONE
    assert adapter.return_settle(back).state == SettleState.DONE
    assert adapter.query_return(back).state == SettleState.DONE
    with pytest.raises(Unknown, match="another amount"):
        adapter.return_settle(replace(back, amount_fen=50_00))
    with pytest.raises(Rejected, match="ALLOC_AMOUNT"):
        adapter.return_settle(return_of(held, split, amount_fen=40_01))
    assert [row for row in movements(held) if row[0] == "return"] == [("return", "60.00")]


def test_a_refund_before_the_split_is_back_finds_the_account_short(held):
    adapter = AlipayGateway()
    adapter.settle(request_of(held))
    whole = RefundRequest(held.payment.out_trade_no, new_reference("RF"), 1_000_00, 1_000_00, "全退")
    with pytest.raises(Rejected, match="SELLER_BALANCE_NOT_ENOUGH"):
        adapter.refund(whole)


def test_a_payment_outside_custody_cannot_be_settled(purchase):
    purchase.pay()
    purchase.deliver()
    purchase.refresh()
    with pytest.raises(Rejected, match="TRADE_SETTLE_ERROR"):
        AlipayGateway().settle(request_of(purchase, commission_fen=1_00, seller_fen=127_00))


def test_after_the_agreed_period_alipay_releases_by_itself(held):
    held.sandbox.control("clock", {"seconds": AlipayGateway.freeze_limit_days * 86_400 + 60})
    with pytest.raises(Rejected, match="ALLOC_AMOUNT"):
        AlipayGateway().settle(request_of(held))
    assert movements(held) == [("release", "1000.00")]


def test_the_freeze_ends_are_known_a_month_ahead(held):
    with later(days=149):
        assert custody.warn_of_freeze_ends() == 0
    with later(days=151):
        assert custody.warn_of_freeze_ends() == 1


def test_a_seller_without_an_account_at_alipay_cannot_be_paid_there(alipay_sandbox, settings):
    settings.SETTLEMENT_MODE = "custody"
    with pytest.raises(PaymentError) as refusal:
        services.start_payment(order_id=make_order().pk, gateway_code="alipay")
    assert refusal.value.code == PaymentErrorCode.SELLER_NOT_AT_GATEWAY


def test_work_that_may_outlast_the_freeze_is_refused(held):
    longest = custody.longest_delivery_days("alipay")
    order = make_order(gig=make_gig(seller=held.order.seller))
    type(order).objects.filter(pk=order.pk).update(delivery_days=longest + 1)
    with pytest.raises(PaymentError) as refusal:
        services.start_payment(order_id=order.pk, gateway_code="alipay")
    assert refusal.value.code == PaymentErrorCode.TOO_LONG_FOR_GATEWAY
    type(order).objects.filter(pk=order.pk).update(delivery_days=longest)
    assert services.start_payment(order_id=order.pk, gateway_code="alipay").sub_merchant_id


def test_the_work_of_an_order_is_never_put_off_beyond_what_its_channel_holds(held):
    longest = timedelta(days=custody.longest_delivery_days("alipay"))
    limit = channels.held_work(held.order)
    assert (limit.channel, limit.deliver_by) == ("支付宝", held.payment.paid_at + longest)
    longer = partial(orders.propose, order_id=held.order.pk, user=held.order.seller, kind="extend", message="打样晚了")
    while (left := (limit.deliver_by - held.order.due_at).days) >= 30:
        orders.accept_proposal(proposal_id=longer(days=30).pk, user=held.order.buyer)
        held.refresh()
    with pytest.raises(OrderError) as refusal:
        longer(days=left + 1)
    assert refusal.value.code == OrderErrorCode.HELD_TOO_SHORT
    assert longer(days=left).days == left


def test_what_a_channel_holds_is_reckoned_by_the_rules_of_the_order(held):
    limit = channels.held_work(held.order)
    set_config(key="orders.auto_accept_days", value=30, reason="test")
    assert channels.held_work(held.order) == limit
    assert channels.shortest_channel().days < custody.longest_delivery_days("alipay", order=held.order)


def test_the_money_that_our_own_account_holds_sets_no_limit(new_purchase):
    purchase = new_purchase()
    purchase.pay()
    assert purchase.deliver() == "success"
    assert channels.held_work(purchase.order) is None


def test_money_that_went_back_to_the_buyer_sounds_no_alarm(held):
    orders.cancel_order(order_id=held.order.pk, user=held.order.seller)
    assert pay_due_refunds() == 1
    with later(days=4_000):
        assert custody.warn_of_freeze_ends() == 0


def test_what_an_institution_released_stands_in_the_tax_report(settled):
    today = timezone.localdate()
    (income,) = payout_selectors.income_of_quarter(today.year, (today.month + 2) // 3)
    assert (income.seller, income.gross_fen, income.tax_fen) == (settled.order.seller, 90_000, 0)


def test_what_waits_for_another_orders_refund_lets_the_others_go_first(cleared):
    seller = cleared.order.seller
    wallet = wallet_of(seller)
    wallet.available_account.refresh_from_db()
    post(
        kind=TransactionKind.ADJUSTMENT,
        key="test:another-refund",
        legs=[Leg(wallet.available_account, -90_000), Leg(escrow_account("ELSEWHERE"), 90_000)],
    )
    assert custody.owe_settlement(payment_id=cleared.payment.pk) is None
    cleared.refresh()
    assert cleared.payment.asked_at is not None
    post(
        kind=TransactionKind.ADJUSTMENT,
        key="test:back",
        legs=[Leg(wallet.available_account, 90_000), Leg(escrow_account("ELSEWHERE"), -90_000)],
    )
    assert custody.owe_settlement(payment_id=cleared.payment.pk) is not None
