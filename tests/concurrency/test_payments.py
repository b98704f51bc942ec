from functools import partial

# ruff: noqa: F811 a fixture is an import and an argument of the same name
import pytest
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.orders import locks
from marketplace.orders import services as orders
from marketplace.orders.errors import OrderErrorCode
from marketplace.orders.models import Order, Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments import locks as payment_locks
from marketplace.payments import services
from marketplace.payments.audit import audit_money
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.models import GatewayNotification, PaymentStatus
from marketplace.payments.tasks import close_expired_orders, pay_due_refunds, poll_undecided_payments
from tests.concurrency.rig import THREADS, racing
from tests.databases import together
from tests.factories import make_gig, make_order
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    Purchase,
    alipay_keys,
    alipay_process,
    alipay_sandbox,
    begin,
    forge,
    post_notice,
    postbox,
    silent_alipay,
)
from tests.payments.sandbox.conftest import eventually

pytestmark = pytest.mark.usefixtures("committed_db")


def new_payment():
    order = make_order(gig=make_gig(price_fen=12_800))
    return services.start_payment(order_id=order.pk, gateway_code="alipay")


def post(notice):
    return post_notice(notice).content


def test_two_copies_of_a_notification_at_once_pay_once(silent_alipay, forge, meet_before):
    payment = new_payment()
    notice = forge(payment)
    meet_before(payment_locks, "lock_order_of_payment")
    assert together(partial(post, notice), partial(post, notice)) == [b"success", b"success"]
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    assert payment.order.events.filter(type="paid").count() == 1
    assert GatewayNotification.objects.count() == 1
    assert not Refund.objects.exists()
    assert audit_money().violations == []


def test_fifty_copies_of_a_notification_at_once_pay_once(silent_alipay, forge):
    payment = new_payment()
    notice = forge(payment)
    with racing() as rig:
        answers = [answer for _round in range(7) for answer in rig.release([partial(post, notice)] * THREADS)]
    assert answers == [b"success"] * 56
    assert payment.order.events.filter(type="paid").count() == 1
    assert GatewayNotification.objects.count() == 1
    assert Transaction.objects.count() == 1
    assert not Refund.objects.exists()


def test_control_without_the_lock_both_copies_pay_the_order(silent_alipay, forge, locks_off):
    payment = new_payment()
    notice = forge(payment)
    together(partial(post, notice), partial(post, notice))
    assert payment.order.events.filter(type="paid").count() == 2
    # The second line of defence held: the books know the payment by its number.
    assert Transaction.objects.count() == 1


def test_a_notification_and_a_cancellation_at_once_lose_no_money(silent_alipay, forge, meet_before):
    payment = new_payment()
    order = payment.order
    cancel = partial(orders.cancel_order, order_id=order.pk, user=order.buyer)
    meet_before(locks, "lock_order", (payment_locks, "lock_order_of_payment"))
    told, cancelled = together(partial(post, forge(payment)), cancel)
    assert told == b"success"
    # Paid work in progress is not the buyer's to cancel; what was not paid yet is.
    assert isinstance(cancelled, Order) or cancelled.code == OrderErrorCode.NOT_LATE_ENOUGH
    order.refresh_from_db()
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID
    owed = sum(Refund.objects.values_list("amount_fen", flat=True))
    assert (order.status, owed) in {(OrderStatus.IN_PROGRESS, 0), (OrderStatus.CANCELLED, 12_800)}
    assert audit_money().violations == []


def test_two_runs_of_the_refund_job_book_one_refund(alipay_sandbox, postbox):
    purchase = begin(alipay_sandbox, postbox, price_fen=12_800)
    purchase.pay()
    assert purchase.deliver() == "success"
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    together(pay_due_refunds, pay_due_refunds)
    assert Refund.objects.get().status == "done"
    assert len(purchase.at_alipay()["refunds"]) == 1
    assert purchase.order.events.filter(type="refunded").count() == 1
    assert audit_money().violations == []


def test_alipay_itself_tells_the_portal_and_no_call_is_made_inside_a_transaction(
    settings,
    monkeypatch,
    alipay_sandbox,
    postbox,
):
    """The whole way, with nothing handed over by the test: Alipay posts to a running portal."""
    inside_transaction, call = [], AlipayGateway._call

    def watched(self, *args, **kwargs):
        inside_transaction.append(connection.in_atomic_block)
        return call(self, *args, **kwargs)

    monkeypatch.setattr(AlipayGateway, "_call", watched)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    server = LiveServer("localhost")
    try:
        settings.PAYMENT_NOTIFY_BASE_URL = server.url
        purchase = begin(alipay_sandbox, postbox, price_fen=12_800)
        purchase.pay()

        def status():
            purchase.refresh()
            return purchase.payment.status == PaymentStatus.PAID

        eventually(status)
        assert purchase.order.status == OrderStatus.IN_PROGRESS
        delivered = eventually(lambda: [n for n in purchase.at_alipay()["notifications"] if n["state"] == "delivered"])
        assert delivered[0]["last_result"] == "success"

        unpaid = begin(alipay_sandbox, postbox).open()
        poll_undecided_payments()
        with clock.moved_to(unpaid.order.payment_expires_at):
            assert close_expired_orders() == 1
        orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
        assert pay_due_refunds() == 1
        eventually(lambda: all(n["state"] == "delivered" for n in purchase.at_alipay()["notifications"]))
    finally:
        server.stop()
    assert isinstance(purchase, Purchase)
    assert len(inside_transaction) >= 3
    assert not any(inside_transaction)
    assert audit_money().violations == []
