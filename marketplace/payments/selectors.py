"""Reads of payments."""

from django.db.models import F, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.models import Order
from marketplace.orders.selectors import expired_unpaid_ids
from marketplace.payments.models import Payment, PaymentStatus


def order_to_pay(user: User, number: str) -> Order:
    """An order of this buyer, whatever its state. Raises Http404 for anybody else."""
    order = (
        Order.objects.filter(buyer=user, number=number)
        .select_related("seller__profile")
        .prefetch_related("items")
        .first()
    )
    if order is None:
        raise Http404
    return order


def pending_payment(order: Order) -> Payment | None:
    """The newest attempt that is not decided yet."""
    return order.payments.filter(status=PaymentStatus.PENDING).first()


def expired_unpaid_orders() -> QuerySet[Order]:
    """Orders whose payment clock ran out."""
    return Order.objects.filter(pk__in=expired_unpaid_ids()).prefetch_related("payments")


def undecided_payments() -> QuerySet[Payment]:
    """Attempts whose outcome we do not know yet; notifications are best effort, so they are asked for."""
    undecided = Payment.objects.filter(status=PaymentStatus.PENDING).select_related("order")
    return undecided.order_by(F("asked_at").asc(nulls_first=True), "pk")
