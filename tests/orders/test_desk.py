"""The staff desk: refused refunds tried again, by whoever may and nobody else."""

import pytest
from django.urls import reverse

from marketplace.orders import services
from marketplace.orders.models import Refund, RefundStatus
from tests.factories import make_finance, make_moderator, make_paid_order
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def test_finance_lets_a_refused_refund_be_tried_again_and_a_moderator_does_not():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    services.hand_refund_to_a_person(refund_id=refund.pk, problem="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    retry = reverse("orders_refund_retry", args=[refund.pk])

    assert log_in(make_moderator()).post(retry).status_code in (302, 403)
    refund.refresh_from_db()
    assert refund.status == RefundStatus.STUCK

    client = log_in(make_finance())
    assert "ACQ.SELLER_BALANCE_NOT_ENOUGH" in client.get(reverse("orders_refunds")).content.decode()
    assert client.post(retry).status_code == 302
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DUE
