"""An order whose words and files are gone has its payment, its documents and its books as before."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from marketplace.core import clock
from marketplace.ledger.models import Entry
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.tasks import empty_old_orders
from marketplace.payments import services
from marketplace.payments.audit import audit_money
from marketplace.payments.models import Payment, PaymentStatus
from tests.factories import make_gig, make_order
from tests.payments.conftest import hand_over

pytestmark = pytest.mark.django_db


def test_the_audit_of_the_books_is_clean_before_and_after_an_order_is_emptied(silent_alipay, forge):
    order = make_order(gig=make_gig(price_fen=12_800))
    payment = services.start_payment(order_id=order.pk, gateway_code="alipay")
    with clock.moved_to(clock.now() + timedelta(days=1100)):
        assert empty_old_orders() == 0  # it waits for its payment
    assert hand_over(forge(payment)) == "success"
    work = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。", files=[work])
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert audit_money().violations == []
    entries, documents = list(Entry.objects.order_by("pk").values()), list(Payment.objects.values())
    with clock.moved_to(clock.now() + timedelta(days=1096, hours=1)):
        assert empty_old_orders() == 1
    assert Order.objects.get(pk=order.pk).emptied_at is not None
    assert list(Entry.objects.order_by("pk").values()) == entries
    assert list(Payment.objects.values()) == documents
    assert documents[0]["status"] == PaymentStatus.PAID
    assert audit_money().violations == []
    call_command("audit_ledger", stdout=StringIO())  # raises where anything is wrong
