"""One seller, several orders in custody: what a refund of one takes from the wallet belongs to another until it is back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Account
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import services as orders
from marketplace.payments import selectors, tasks
from marketplace.payments.models import Settlement, SettlementReturn, SettlementStatus
from marketplace.payments.services import settlement_repairs
from tests.factories import make_coupon, make_finance, make_seller, make_sub_merchant
from tests.payments.conftest import begin, deliver_and_accept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def seller(settings, alipay_sandbox):
    """Somebody with an account of their own at Alipay."""
    settings.SETTLEMENT_MODE = "custody"
    person = make_seller()
    make_sub_merchant(user=person, gateway_code="alipay", number=f"2088{person.pk:012d}")
    return person


@pytest.fixture
def sell(seller, alipay_sandbox, postbox):
    """Sell work for 1,000.00 yuan, accepted; the fee is 100.00."""

    def one(*, cleared=True, coupon_code=""):
        purchase = begin(alipay_sandbox, postbox, seller=seller, price_fen=1_000_00, coupon_code=coupon_code)
        purchase.pay()
        assert purchase.deliver() == "success"
        deliver_and_accept(purchase.order)
        if cleared:
            with later(days=8):
                assert clear_due_earnings() >= 1
        purchase.refresh()
        return purchase

    return one


def later(**time):
    return clock.moved_to(timezone.now() + timedelta(**time))


def give_back(purchase, amount_fen):
    orders.refund_part(order_id=purchase.order.pk, actor=make_finance(), amount_fen=amount_fen, reason="不能用")


def settled(purchase):
    row = Settlement.objects.filter(payment=purchase.payment, status=SettlementStatus.DONE).first()
    return row and (row.commission_fen, row.seller_fen)


def left_with(seller):
    """What is in the wallet, and what is owed: nothing, once the institution has settled everything."""
    owed = Account.objects.filter(code=f"user:{seller.pk}:debt").values_list("balance_fen", flat=True)
    return (wallet_of(seller).available_fen, sum(owed))


def test_an_order_whose_share_a_refund_took_waits_and_keeps_nobody_else_waiting(seller, sell):
    first = sell()
    with later(days=8):
        tasks.settle_cleared_payments()
    waiting, other = sell(), sell()
    give_back(first, 1_000_00)  # 900.00 of it from the wallet, which belong to one of the other orders
    with later(days=8):
        tasks.settle_cleared_payments()
        assert [settled(purchase) for purchase in (waiting, other)].count((100_00, 900_00)) == 1
        assert tasks.pay_due_refunds() == 1
        tasks.settle_cleared_payments()
    assert settled(waiting) == settled(other) == (100_00, 900_00)
    assert left_with(seller) == (0, 0)


def test_an_order_given_back_in_part_while_its_share_is_away_is_settled_with_what_is_its_own(seller, sell):
    first = sell()
    with later(days=8):
        tasks.settle_cleared_payments()
    second = sell()
    give_back(first, 1_000_00)  # takes the 900.00 of the second order
    give_back(second, 500_00)  # finds nothing in the wallet: a debt
    assert left_with(seller) == (0, -450_00)
    with later(days=8):
        assert tasks.pay_due_refunds() == 2
        tasks.settle_cleared_payments()
    assert settled(second) == (50_00, 450_00)
    assert left_with(seller) == (0, 0)


def test_a_debt_that_the_institution_takes_itself_is_not_repaid_from_income_too(seller, sell):
    first = sell()
    with later(days=8):
        tasks.settle_cleared_payments()
    give_back(first, 1_000_00)
    assert left_with(seller) == (0, -900_00)
    second = sell()
    assert left_with(seller) == (900_00, -900_00)
    with later(days=8):
        assert tasks.pay_due_refunds() == 1
        tasks.settle_cleared_payments()
    assert settled(second) == (100_00, 900_00)
    assert left_with(seller) == (0, 0)


def fail_to_settle(purchase):
    """The institution refuses the split for good, and finance cancels the settlement."""
    number = purchase.payment.out_trade_no
    purchase.sandbox.control("faults", {"out_trade_no": number, "faults": {"split_status": "FAIL"}, "times": 1})
    with later(days=8):
        tasks.settle_cleared_payments()
    assert Settlement.objects.get(payment=purchase.payment).status == SettlementStatus.STUCK


def cancel(purchase):
    settlement = Settlement.objects.get(payment=purchase.payment)
    settlement_repairs.cancel_settlement(settlement_id=settlement.pk, staff=make_finance(), reason="收款账户异常")


def test_a_cancelled_settlement_leaves_the_debt_of_another_order_to_that_orders_refund(seller, sell):
    first = sell()
    with later(days=8):
        tasks.settle_cleared_payments()
    second = sell()
    fail_to_settle(second)
    give_back(first, 1_000_00)
    cancel(second)
    assert left_with(seller) == (900_00, -900_00)
    with later(days=9):
        assert tasks.pay_due_refunds() == 1
        tasks.settle_cleared_payments()
    assert settled(second) == (100_00, 900_00)
    assert left_with(seller) == (0, 0)


def test_a_cancelled_settlement_repays_what_refunds_of_its_own_order_took_from_nobody(seller, sell):
    first = sell()
    with later(days=8):
        tasks.settle_cleared_payments()
    second = sell()
    fail_to_settle(second)
    give_back(first, 1_000_00)
    give_back(second, 400_00)
    assert left_with(seller) == (0, -1_260_00)
    cancel(second)
    assert left_with(seller) == (540_00, -900_00)
    with later(days=9):
        assert tasks.pay_due_refunds() == 2
        tasks.settle_cleared_payments()
    assert settled(second) == (60_00, 540_00)
    assert left_with(seller) == (0, 0)


def test_what_has_nothing_left_to_settle_does_not_fill_the_jobs_batch(seller, sell):
    given_back, uncleared, ready = sell(), sell(cleared=False), sell(cleared=False)
    give_back(given_back, 1_000_00)
    with later(days=8):
        assert tasks.pay_due_refunds() == 1
    assert list(selectors.payments_to_settle()) == []
    with later(days=8):
        assert clear_due_earnings() == 2
    assert list(selectors.payments_to_settle()) == [uncleared.payment, ready.payment]


def test_of_an_order_with_a_coupon_the_institution_splits_off_the_fee_less_the_coupon_and_takes_back_as_much(
    seller, sell
):
    purchase = sell(coupon_code=make_coupon(amount_fen=30_00).code)
    assert purchase.payment.amount_fen == 970_00
    with later(days=8):
        tasks.settle_cleared_payments()
    assert settled(purchase) == (70_00, 900_00)
    give_back(purchase, 97_00)
    taken = []
    with later(days=8):
        assert tasks.pay_due_refunds() == 1
        taken += SettlementReturn.objects.values_list("commission_fen", "seller_fen")
    give_back(purchase, 873_00)
    with later(days=9):
        assert tasks.pay_due_refunds() == 1
    assert taken == [(7_00, 90_00)]
    assert sorted(SettlementReturn.objects.values_list("commission_fen", "seller_fen")) == [
        (7_00, 90_00),
        (63_00, 810_00),
    ]
    assert left_with(seller) == (0, 0)
