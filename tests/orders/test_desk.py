"""The staff desk: disputes decided and refused refunds tried again, by whoever may and nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.orders import services
from marketplace.orders.models import Refund, RefundStatus
from marketplace.orders.states import OrderStatus
from tests.factories import make_finance, make_moderator, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.situations import footprint, make_order_in

pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    log_in(user, client=client)
    return client


def test_a_moderator_finds_a_dispute_reads_it_and_splits_the_money():
    order = make_order_in(OrderStatus.DISPUTED)
    client = client_of(make_moderator())
    assert order.gig_title in client.get(reverse("orders_disputes")).content.decode()
    page = reverse("orders_dispute_decide", args=[order.dispute.pk])
    assert order.dispute.reason in client.get(page).content.decode()

    answer = client.post(page, {"refund": "40.50", "explanation": "做完了一半。"})
    assert answer.status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.RESOLVED
    assert Refund.objects.get().amount_fen == 4050
    assert client.get(page).status_code == 404  # decided once


@pytest.mark.parametrize("refund", ["-1", "1000000", "1.234", "", "一半"])
def test_a_sum_that_cannot_be_keeps_what_was_typed_and_moves_nothing(refund):
    order = make_order_in(OrderStatus.DISPUTED)
    before = footprint(order)
    page = reverse("orders_dispute_decide", args=[order.dispute.pk])
    answer = client_of(make_moderator()).post(page, {"refund": refund, "explanation": "做完了一半。"})
    assert answer.status_code == 200
    assert "refund" in answer.context["form"].errors
    assert "做完了一半。" in answer.content.decode()
    assert footprint(order) == before


@pytest.mark.parametrize("make_person", [make_user, make_finance])
def test_others_neither_see_nor_decide_disputes(make_person):
    order = make_order_in(OrderStatus.DISPUTED)
    before = footprint(order)
    client = client_of(make_person())
    page = reverse("orders_dispute_decide", args=[order.dispute.pk])
    for answer in (client.get(reverse("orders_disputes")), client.post(page, {"refund": "0", "explanation": "x"})):
        assert answer.status_code in (302, 403)
    assert footprint(order) == before


def test_finance_lets_a_refused_refund_be_tried_again_and_a_moderator_does_not():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    services.hand_refund_to_a_person(refund_id=refund.pk, problem="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    retry = reverse("orders_refund_retry", args=[refund.pk])

    assert client_of(make_moderator()).post(retry).status_code in (302, 403)
    refund.refresh_from_db()
    assert refund.status == RefundStatus.STUCK

    client = client_of(make_finance())
    assert "ACQ.SELLER_BALANCE_NOT_ENOUGH" in client.get(reverse("orders_refunds")).content.decode()
    assert client.post(retry).status_code == 302
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DUE
