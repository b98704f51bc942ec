"""A web process is killed while Alipay tells it of a payment: Alipay tells again, and one payment is booked (F1)."""

import pytest
from django.db import connection

from marketplace.ledger.models import Transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments.models import GatewayNotification, PaymentStatus
from tests.kills.conftest import died
from tests.kills.victim import AFTER, DURING, REPLY, Point
from tests.ledger.books import execute
from tests.payments.conftest import begin
from tests.payments.sandbox.conftest import eventually

NOTIFICATIONS = "marketplace.payments.services.notifications"
# Where it dies, and what is then in the database: notifications kept, payments booked.
POINTS = {
    "before the inbox": (Point("marketplace.payments.services:receive_notification"), (0, 0)),
    "after the inbox": (Point("marketplace.payments.gateways.alipay:AlipayGateway.parse_notification"), (1, 0)),
    "verified, not applied": (Point(f"{NOTIFICATIONS}:_apply"), (1, 0)),
    "between the legs": (Point("marketplace.ledger.locks:post_under_lock", DURING), (1, 0)),
    "before the commit": (Point("marketplace.orders.services:confirm_payment", AFTER), (1, 0)),
    "after the commit, before the reply": (Point(f"{NOTIFICATIONS}:_apply", AFTER), (1, 1)),
}


@pytest.fixture
def purchase(alipay_sandbox, postbox, victims, port, settings):
    """An order whose payment Alipay will tell to `port`, where nobody listens yet."""
    settings.PAYMENT_NOTIFY_BASE_URL = f"http://127.0.0.1:{port}"
    return begin(alipay_sandbox, postbox, price_fen=12_800).open()


@pytest.fixture
def slow_legs(committed_db):
    """The database takes a second between the legs of a posting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_post'::regproc)")
        (source,) = cursor.fetchone()
    slow = source.replace("carried[i]);\n    END LOOP;", "carried[i]); PERFORM pg_sleep(1);\n    END LOOP;")
    assert slow != source
    execute(slow)
    yield
    execute(source)


@pytest.mark.parametrize("name", POINTS)
def test_a_payment_told_to_a_dying_process_is_booked_once(victims, purchase, port, name, request):
    point, left_behind = POINTS[name]
    if point.when == DURING:
        request.getfixturevalue("slow_legs")
    dying = victims.serve(port, point)
    purchase.pay()
    dying.join(60)
    assert died(dying.exitcode)
    eventually(no_transaction_is_open)
    assert (GatewayNotification.objects.count(), Transaction.objects.count()) == left_behind
    assert delivered(purchase) == []

    victims.serve(port)
    eventually(lambda: delivered(purchase), within=30)
    purchase.refresh()
    assert (purchase.payment.status, purchase.order.status) == (PaymentStatus.PAID, OrderStatus.IN_PROGRESS)
    assert Transaction.objects.count() == 1
    assert purchase.order.events.filter(type="paid").count() == 1
    assert GatewayNotification.objects.filter(verified=True).count() == 1
    assert not Refund.objects.exists()
    assert purchase.at_alipay()["total_amount"] == "128.00"


def test_a_process_that_dies_after_its_reply_leaves_the_refund_it_owes(victims, purchase, port):
    """Nobody will tell us of this money again: what is to be done about it was committed with it."""
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.buyer)
    dying = victims.serve(port, Point(REPLY))
    purchase.pay()
    dying.join(60)
    assert died(dying.exitcode)
    eventually(lambda: delivered(purchase))
    refund = Refund.objects.get()
    assert (refund.status, refund.payment_reference) == ("due", purchase.payment.out_trade_no)
    assert victims.run("marketplace.payments.tasks:pay_due_refunds") == 0
    refund.refresh_from_db()
    assert refund.status == "done"
    assert [row["refund_amount"] for row in purchase.at_alipay()["refunds"]] == ["128.00"]
    purchase.refresh()
    assert purchase.order.status == OrderStatus.CANCELLED


def test_control_a_process_that_is_not_killed_answers(victims, purchase, port):
    healthy = victims.serve(port)
    purchase.pay()
    eventually(lambda: delivered(purchase))
    assert healthy.is_alive()
    assert GatewayNotification.objects.count() == 1


def delivered(purchase):
    """Notifications that Alipay knows to have arrived."""
    return [row for row in purchase.at_alipay()["notifications"] if row["state"] == "delivered"]


def no_transaction_is_open():
    """Whether the database has noticed that somebody died."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND xact_start IS NOT NULL"
        )
        return cursor.fetchone() == (0,)
