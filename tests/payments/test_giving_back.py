"""Closing unpaid orders against the gateway, money that came too late or twice, and refunds."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.core.money import parse_yuan
from marketplace.ledger.models import Account, Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services as orders
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.states import OrderStatus
from marketplace.payments.audit import audit_money
from marketplace.payments.models import Payment, PaymentStatus
from marketplace.payments.services.paying import ORDER_ALREADY_PAID, ORDER_CLOSED, start_payment
from marketplace.payments.tasks import close_expired_orders, pay_due_refunds
from tests.factories import decide_finally, make_finance
from tests.offers.situations import make_plan
from tests.payments.conftest import Purchase, deliver_and_accept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]
REFUND = "alipay.trade.refund"


def escrow(purchase):
    return Account.objects.get(code=f"escrow:{purchase.order.number}").balance_fen


def expired(purchase):
    return clock.moved_to(purchase.order.payment_expires_at + timedelta(minutes=1))


@pytest.fixture
def paid(purchase):
    purchase.pay()
    assert purchase.deliver() == "success"
    purchase.refresh()
    return purchase


@pytest.fixture
def refund(paid):
    """The seller cancels: the buyer is owed everything."""
    orders.cancel_order(order_id=paid.order.pk, user=paid.order.seller)
    return Refund.objects.get()


def test_an_order_nobody_opened_at_the_gateway_closes(purchase):
    assert close_expired_orders() == 0
    with expired(purchase):
        assert close_expired_orders() == 1
        assert close_expired_orders() == 0
    purchase.refresh()
    assert purchase.order.status == OrderStatus.CANCELLED
    assert purchase.payment.status == PaymentStatus.CLOSED


def test_an_open_cashier_is_closed_at_the_gateway_first(purchase):
    purchase.open()
    with expired(purchase):
        assert close_expired_orders() == 1
    purchase.refresh()
    assert "TRADE_CLOSED" in purchase.at_alipay().values()
    assert (purchase.order.status, purchase.payment.status) == (OrderStatus.CANCELLED, PaymentStatus.CLOSED)


def test_a_payment_that_wins_the_race_with_the_clock_is_booked_instead(alipay_sandbox, purchase):
    alipay_sandbox.fault(purchase.payment.out_trade_no, no_notify=True)
    purchase.pay()
    with expired(purchase):
        assert close_expired_orders() == 0
    purchase.refresh()
    assert purchase.order.status == OrderStatus.IN_PROGRESS
    assert purchase.payment.status == PaymentStatus.PAID
    assert escrow(purchase) == 12_800
    assert not Refund.objects.exists()


@pytest.mark.parametrize("fault", [{"drop_after_accept": True}, {"http_500_after_accept": True}], ids=str)
def test_when_the_gateway_does_not_answer_the_order_stays_for_the_next_run(alipay_sandbox, purchase, fault):
    purchase.open()
    alipay_sandbox.fault(purchase.payment.out_trade_no, **fault)
    with expired(purchase):
        assert close_expired_orders() == 0
        purchase.refresh()
        assert purchase.order.status == OrderStatus.PENDING_PAYMENT
        alipay_sandbox.control("faults", method="DELETE")
        assert close_expired_orders() == 1
    purchase.refresh()
    assert purchase.order.status == OrderStatus.CANCELLED


def test_a_payment_for_an_order_that_was_cancelled_is_given_back(purchase):
    purchase.open()
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.buyer)
    purchase.pay()
    assert purchase.deliver() == "success"
    purchase.refresh()
    assert purchase.order.status == OrderStatus.CANCELLED  # never reopened silently
    assert (purchase.payment.status, purchase.payment.return_reason) == (PaymentStatus.PAID, ORDER_CLOSED)
    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.payment_reference) == (12_800, purchase.payment.out_trade_no)
    assert escrow(purchase) == 12_800
    assert audit_money().violations == []

    assert pay_due_refunds() == 1
    assert [row["refund_amount"] for row in purchase.at_alipay()["refunds"]] == ["128.00"]
    assert escrow(purchase) == 0


def test_a_second_payment_of_one_order_is_given_back_and_the_first_stays(paid, alipay_sandbox, postbox):
    second = Payment.objects.create(
        order=paid.order,
        gateway="alipay",
        out_trade_no=new_reference("PA"),
        amount_fen=12_800,
        expires_at=paid.order.payment_expires_at,
    )
    again = Purchase(paid.order, second, alipay_sandbox, postbox)
    again.pay()
    assert again.deliver() == "success"
    again.refresh()
    assert again.order.status == OrderStatus.IN_PROGRESS
    assert (second.status, second.return_reason) == (PaymentStatus.PAID, ORDER_ALREADY_PAID)
    assert escrow(paid) == 25_600
    assert pay_due_refunds() == 1
    assert escrow(paid) == 12_800
    assert len(again.at_alipay()["refunds"]) == 1
    assert paid.at_alipay()["refunds"] == []

    # The order goes on as if nothing had been: it can still be cancelled and is paid back once more, from the first.
    orders.cancel_order(order_id=paid.order.pk, user=paid.order.seller)
    assert pay_due_refunds() == 1
    assert [row["refund_amount"] for row in paid.at_alipay()["refunds"]] == ["128.00"]
    assert escrow(paid) == 0


def test_what_an_order_owes_is_paid_back_by_the_job(paid, refund):
    assert pay_due_refunds() == 1
    assert pay_due_refunds() == 0
    refund.refresh_from_db()
    assert (refund.status, refund.done_at is not None) == (RefundStatus.DONE, True)
    rows = paid.at_alipay()["refunds"]
    assert [(row["out_request_no"], row["refund_amount"]) for row in rows] == [(refund.reference, "128.00")]
    assert paid.order.events.filter(type="refunded").count() == 1
    assert escrow(paid) == 0


@pytest.mark.parametrize(
    "fault",
    [{"drop_after_accept": True}, {"http_500_after_accept": True}, {"corrupt_response_signature": True},
     {"refuse_with": "ACQ.SYSTEM_ERROR"}],
    ids=str,
)  # fmt: skip
def test_an_unknown_answer_is_asked_again_under_the_same_number_and_pays_once(paid, refund, alipay_sandbox, fault):
    number = paid.payment.out_trade_no
    alipay_sandbox.control("faults", {"out_trade_no": number, "faults": fault, "method": REFUND, "times": 1})
    assert pay_due_refunds() == 0
    refund.refresh_from_db()
    assert refund.status == RefundStatus.SENT
    assert escrow(paid) == 12_800
    assert audit_money().violations == []

    assert pay_due_refunds() == 0  # not at once again
    with clock.moved_to(refund.next_attempt_at):
        assert pay_due_refunds() == 1
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert [row["out_request_no"] for row in paid.at_alipay()["refunds"]] == [refund.reference]
    assert escrow(paid) == 0


def test_a_timeout_is_an_unknown_answer(settings, paid, refund, alipay_sandbox):
    settings.ALIPAY = settings.ALIPAY | {"timeout_seconds": 1}
    number = paid.payment.out_trade_no
    faults = {"out_trade_no": number, "faults": {"delay_ms": 1500}, "method": REFUND, "times": 1}
    alipay_sandbox.control("faults", faults)
    assert pay_due_refunds() == 0
    assert escrow(paid) == 12_800
    with clock.moved_to(timezone.now() + timedelta(minutes=1)):
        assert pay_due_refunds() == 1
    assert len(paid.at_alipay()["refunds"]) == 1


def test_a_refusal_leaves_the_refund_for_a_person_who_lets_it_be_tried_again(paid, refund, alipay_sandbox, caplog):
    alipay_sandbox.fault(paid.payment.out_trade_no, refuse_with="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    assert pay_due_refunds() == 0
    refund.refresh_from_db()
    assert refund.status == RefundStatus.STUCK
    assert "ACQ.SELLER_BALANCE_NOT_ENOUGH" in refund.problem
    assert paid.at_alipay()["refunds"] == []
    assert escrow(paid) == 12_800
    assert "ACQ.SELLER_BALANCE_NOT_ENOUGH" in caplog.text
    alipay_sandbox.control("faults", method="DELETE")
    with clock.moved_to(timezone.now() + timedelta(hours=2)):
        assert pay_due_refunds() == 0  # it waits for the person, however long
    orders.retry_refund(refund_id=refund.pk, staff=make_finance())
    assert pay_due_refunds() == 1
    assert escrow(paid) == 0


def test_a_crash_after_the_gateways_answer_is_made_good_by_the_next_run(paid, refund, monkeypatch):
    def crash(**_arguments):
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(orders, "mark_refund_done", crash)
        assert pay_due_refunds() == 0
    assert escrow(paid) == 12_800
    assert len(paid.at_alipay()["refunds"]) == 1
    with clock.moved_to(timezone.now() + timedelta(minutes=1)):
        assert pay_due_refunds() == 1
    assert len(paid.at_alipay()["refunds"]) == 1
    assert escrow(paid) == 0


def test_a_mediators_split_gives_back_its_part_only(paid):
    orders.open_dispute(order_id=paid.order.pk, user=paid.order.buyer, reason="说不拢")
    decide_finally(paid.order, refund_fen=4005)
    assert pay_due_refunds() == 1
    assert [row["refund_amount"] for row in paid.at_alipay()["refunds"]] == ["40.05"]
    assert escrow(paid) == 0
    assert Account.objects.get(kind="user_pending").balance_fen == 7915  # 8795 less the fee of 10 %, half up


def test_alipays_notification_of_the_refund_changes_nothing_more(paid, refund):
    assert pay_due_refunds() == 1
    events = paid.order.events.count()
    notice = paid.notices(2)[-1]
    assert notice["refund_fee"] == "128.00"
    assert paid.deliver() == "success"
    paid.refresh()
    assert paid.payment.status == PaymentStatus.PAID
    assert paid.order.events.count() == events


@pytest.mark.parametrize("share", [[1, 99, 100, 333, 746, 1], [1] * 5 + [1_275], [640, 640]], ids=str)
def test_many_partial_refunds_end_at_exactly_nothing(purchase_of_1280, share):
    """Fee and share are rounded at every step, and nothing is left over at the end, there and here."""
    order = purchase_of_1280.order
    for amount_fen in share:
        orders.refund_part(order_id=order.pk, actor=make_finance(), amount_fen=amount_fen, reason="一部分")
        assert pay_due_refunds() == 1
    with pytest.raises(OrderError) as refusal:
        orders.refund_part(order_id=order.pk, actor=make_finance(), amount_fen=1, reason="再退一分")
    assert refusal.value.code == OrderErrorCode.REFUND_TOO_LARGE
    given_back = [parse_yuan(row["refund_amount"]) for row in purchase_of_1280.at_alipay()["refunds"]]
    assert sorted(given_back) == sorted(share)
    assert purchase_of_1280.at_alipay()["refunded_amount"] == "12.80"
    wallet = wallet_of(order.seller)
    assert (escrow(purchase_of_1280), wallet.pending_fen, wallet.available_fen) == (0, 0, 0)
    for code in ("platform:commission", "clearing:alipay"):
        assert Entry.objects.filter(account__code=code).aggregate(total=Sum("amount_fen"))["total"] == 0


@pytest.fixture
def purchase_of_1280(db, new_purchase):
    """Paid 12.80 yuan, delivered, accepted."""
    bought = new_purchase(price_fen=1_280)
    bought.pay()
    assert bought.deliver() == "success"
    bought.refresh()
    deliver_and_accept(bought.order)
    return bought


def test_an_order_whose_payment_may_still_come_is_asked_for_before_it_is_placed_anew(alipay_sandbox, buyer, seller):
    plan = make_plan(buyer=buyer, seller=seller)
    first = plan.milestones.get(position=1).order
    start_payment(order_id=first.pk, gateway_code="alipay")
    with clock.moved_to(first.payment_expires_at + timedelta(minutes=1)):
        with pytest.raises(OrderError) as refusal:
            orders.fund_stage(plan_id=plan.pk, buyer=buyer)
        assert refusal.value.code == OrderErrorCode.PAYMENT_CHECKED
        first.refresh_from_db()
        assert first.status == OrderStatus.PENDING_PAYMENT
        assert close_expired_orders() == 1  # the institution was asked, and closed it on its side
        assert orders.fund_stage(plan_id=plan.pk, buyer=buyer) != first
