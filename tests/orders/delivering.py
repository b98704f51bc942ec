"""Delivered files and who gets them, for tests that look at deliveries."""

from django.urls import reverse

from marketplace.orders import services
from marketplace.orders.models import Delivery, DeliveryFile, Order
from tests.factories import make_gig, make_paid_order
from tests.logins import log_in
from tests.orders.changing import picture


def deliver(order: Order, *sent, **fields) -> Delivery:
    return services.deliver_order(order_id=order.pk, seller=order.seller, message="定稿", files=sent, **fields)


def original(order: Order, file: DeliveryFile, user) -> int:
    return log_in(user).get(reverse("orders:file", args=[order.number, file.pk])).status_code


def preview(order: Order, file: DeliveryFile, user, **query):
    return log_in(user).get(reverse("orders:preview", args=[order.number, file.pk]), query)


def delivered_picture(**fields) -> tuple[Order, DeliveryFile]:
    order = make_paid_order(gig=make_gig(revisions=1))
    return order, deliver(order, picture(), **fields).files.get()
