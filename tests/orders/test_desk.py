"""The staff desk: refused refunds tried again, by whoever may and nobody else."""

import pytest
from django.urls import reverse

from marketplace.orders import services
from marketplace.orders.models import Refund, RefundStatus
from tests.factories import make_finance, make_moderator, make_paid_order, make_user, staff_group
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


def test_an_order_is_kept_and_released_on_the_desk_by_whoever_may():
    order, address = make_paid_order(), reverse("orders_holds")
    moderator = log_in(make_moderator())
    missing = moderator.post(address, {"number": "20990101000000", "reason": "?"})
    assert missing.status_code == 422
    assert "没有这个编号的订单" in missing.content.decode()
    assert moderator.post(address, {"number": f" {order.number} ", "reason": "公安机关调取"}).status_code == 302
    page = log_in(make_finance()).get(address).content.decode()
    assert order.number in page
    assert "公安机关调取" in page
    hold = order.holds.get()
    support = make_user()
    support.groups.add(staff_group("support"))
    release = reverse("orders_hold_release", args=[hold.pk])
    assert log_in(support).post(release).status_code in (302, 403)
    hold.refresh_from_db()
    assert hold.released_at is None
    assert moderator.post(release, {"reason": " "}).status_code == 302
    hold.refresh_from_db()
    assert hold.released_at is None
    assert "请写明为什么不再需要" in moderator.get(address).content.decode()
    moderator.post(address, {"number": order.number, "reason": "税务局调取"})
    assert moderator.post(release, {"reason": "案件已结"}).status_code == 302
    assert "仍为其他单位封存" in moderator.get(address).content.decode()
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert "公安机关调取" not in moderator.get(address).content.decode()
