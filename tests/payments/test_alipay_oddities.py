"""What Alipay tells late, twice, in pieces, or of somebody else: the books say the same in the end."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.ledger.models import Account, Transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import GatewayNotification, PaymentStatus
from marketplace.payments.services.paying import ORDER_CLOSED
from marketplace.payments.tasks import close_expired_orders, pay_due_refunds
from tests.payments.conftest import hand_over

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def paid(purchase):
    purchase.pay()
    assert purchase.deliver() == "success"
    purchase.refresh()
    return purchase


def refund_parts(purchase, *amounts_fen):
    """Give back parts, each in a run of its own."""
    for amount_fen in amounts_fen:
        orders.refund_part(
            order_id=purchase.order.pk, actor=purchase.order.seller, amount_fen=amount_fen, reason="少做一页"
        )
        assert pay_due_refunds() == 1


def test_each_refund_is_told_apart_and_nothing_is_applied_twice(paid):
    refund_parts(paid, 20_00, 20_00, 30_00)
    before = Transaction.objects.count()
    told = paid.notices(4)
    assert [notice.get("refund_fee") for notice in told] == [None, "20.00", "40.00", "70.00"]  # cumulative
    assert [hand_over(notice) for notice in [*told, *reversed(told)]] == ["success"] * 8
    assert GatewayNotification.objects.filter(verified=True).count() == 4
    assert Transaction.objects.count() == before
    paid.refresh()
    assert paid.payment.status == PaymentStatus.PAID
    assert Account.objects.get(code=f"escrow:{paid.order.number}").balance_fen == 58_00


def test_an_end_that_is_told_of_before_the_payment_still_books_the_payment_once(purchase):
    purchase.pay()
    purchase.sandbox.control(f"trades/{purchase.payment.out_trade_no}/finish", {})
    finished, paid = reversed(purchase.notices(2))
    assert [hand_over(notice) for notice in (finished, paid)] == ["success"] * 2
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID
    assert Transaction.objects.filter(kind="payment_captured").count() == 1


def test_a_late_first_notification_is_overtaken_and_harmless(purchase):
    number = purchase.payment.out_trade_no
    purchase.sandbox.control("faults", {"out_trade_no": number, "faults": {"delay_notify_ms": 600}, "times": 1})
    purchase.pay()
    purchase.sandbox.control(f"trades/{number}/finish", {})
    told = purchase.notices(2)
    assert [notice["trade_status"] for notice in told] == ["TRADE_FINISHED", "TRADE_SUCCESS"]
    assert [hand_over(notice) for notice in told] == ["success"] * 2
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID


def test_a_coupon_of_alipays_is_alipays_business(purchase):
    purchase.sandbox.fault(purchase.payment.out_trade_no, coupon_fen=8_00)
    purchase.pay()
    (notice,) = purchase.notices()
    assert (notice["buyer_pay_amount"], notice["total_amount"]) == ("120.00", "128.00")
    assert hand_over(notice) == "success"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID
    assert Account.objects.get(code=f"escrow:{purchase.order.number}").balance_fen == 128_00


def test_a_notification_for_another_account_is_refused(purchase):
    purchase.sandbox.fault(purchase.payment.out_trade_no, wrong_seller_id=True)
    purchase.pay()
    assert purchase.deliver() == "fail"
    assert GatewayNotification.objects.get().problem == "seller_id"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PENDING


def test_money_that_lands_after_the_close_goes_back_and_the_order_stays_closed(purchase):
    purchase.open()
    with clock.moved_to(purchase.order.payment_expires_at + timedelta(minutes=1)):
        assert close_expired_orders() == 1
    purchase.sandbox.control(f"trades/{purchase.payment.out_trade_no}/pay_late", {})
    assert [hand_over(notice) for notice in purchase.notices(2)] == ["success"] * 2
    purchase.refresh()
    assert purchase.order.status == OrderStatus.CANCELLED
    assert (purchase.payment.status, purchase.payment.return_reason) == (PaymentStatus.PAID, ORDER_CLOSED)
    assert pay_due_refunds() == 1
    assert purchase.at_alipay()["refunded_amount"] == "128.00"


def test_a_refund_that_was_accepted_without_moving_money_is_asked_for_again(paid):
    number = paid.payment.out_trade_no
    paid.sandbox.control("faults", {"out_trade_no": number, "faults": {"refund_not_moved": True}, "times": 1})
    orders.cancel_order(order_id=paid.order.pk, user=paid.order.seller)
    assert pay_due_refunds() == 0
    refund = Refund.objects.get()
    assert refund.status == RefundStatus.SENT
    assert paid.at_alipay()["refunded_amount"] == "0.00"
    with clock.moved_to(refund.next_attempt_at):
        assert pay_due_refunds() == 1
    assert [row["out_request_no"] for row in paid.at_alipay()["refunds"]] == [refund.reference]
