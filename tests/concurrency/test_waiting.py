"""Who waits too long for somebody else's lock is told to come again, gateways and people alike; nothing is half done."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from marketplace.orders import locks
from marketplace.orders import services as orders
from marketplace.orders.states import OrderStatus
from marketplace.payments import services
from marketplace.payments.models import GatewayNotification
from tests.factories import make_delivered_order, make_gig, make_order
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    alipay_keys,
    forge,
    post_notice,
    silent_alipay,
)

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def impatient():
    """This thread waits a fifth of a second for a lock; in production it is three seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    connection.close()


@contextmanager
def held_by_somebody(order):
    """Somebody else has the order's lock within the block."""
    has_it, may_go = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                locks.lock_order(order.pk)
                has_it.set()
                may_go.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_it.wait(30)
    try:
        yield
    finally:
        may_go.set()
        thread.join(60)


def test_a_gateway_tells_again_what_found_the_order_locked(silent_alipay, forge, impatient):  # noqa: F811
    order = make_order(gig=make_gig(price_fen=12_800))
    payment = services.start_payment(order_id=order.pk, gateway_code="alipay")
    with held_by_somebody(order):
        response = post_notice(forge(payment))
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.content.strip() != b"success"  # a page for people says so elsewhere
    payment.refresh_from_db()
    assert (payment.status, GatewayNotification.objects.filter(applied_at=None).count()) == ("pending", 1)
    assert post_notice(forge(payment)).content == b"success"
    payment.refresh_from_db()
    assert payment.status == "paid"


def test_a_person_reads_that_somebody_is_at_it_and_nothing_has_changed(impatient):
    order = make_delivered_order()
    client = Client()
    client.force_login(order.buyer, backend="django.contrib.auth.backends.ModelBackend")
    with held_by_somebody(order):
        response = client.post(reverse("orders:action", args=[order.number, "accept"]))
    assert response.status_code == 503
    assert "请过几秒再试" in response.content.decode()
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert orders.accept_delivery(order_id=order.pk, buyer=order.buyer).status == OrderStatus.COMPLETED
