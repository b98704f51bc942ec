"""A ring of twelve is planted into the demo year: it is found, as one case, and nobody else is in any."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from marketplace.accounts.models import NewDevice
from marketplace.accounts.services import note_browser_use
from marketplace.core import clock
from marketplace.orders.models import Order
from marketplace.payments.marks import payer_mark
from marketplace.payments.models import Payment
from marketplace.reviews.integrity import signals
from marketplace.reviews.integrity.services import find_cases
from marketplace.reviews.models import IntegrityCase, IntegritySignal, SignalKind
from tests.reviews.ring import make_ring

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo"), pytest.mark.usefixtures("demo")]


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), override_settings(PAYMENT_SANDBOX_URL=""), transaction.atomic():
        call_command("load_demo", "--quiet")
        _let_honest_people_come_near()
        yield
        transaction.set_rollback(True)


def _let_honest_people_come_near() -> None:
    """What the demo's history does not say: who paid, and from where. Each from an account of their own; but some couples
    share a browser and an address and have dealt with each other, and some flatmates pay the same seller from one account."""
    payments = Payment.objects.filter(status="paid").select_related("order")
    for payment in payments:
        payment.payer_mark = payer_mark(gateway=payment.gateway, payer=f"buyer-{payment.order.buyer_id}")
    Payment.objects.bulk_update(payments, ["payer_mark"], batch_size=500)
    recent = Order.objects.filter(paid_at__gte=signals.window_start()).order_by("pk")
    couples = list(recent.values_list("buyer", "seller").distinct()[:10])
    for number, people in enumerate(couples):
        for person in Order._meta.get_field("buyer").related_model.objects.filter(pk__in=people):
            note_browser_use(user=person, browser=f"kitchen-{number}")
            NewDevice.objects.create(user=person, at=clock.now(), ip=f"10.1.{number}.1", told_at=clock.now())
    by_seller: dict[int, list[int]] = defaultdict(list)
    for buyer, seller in recent.values_list("buyer", "seller").distinct():
        by_seller[seller].append(buyer)
    for seller, buyers in list(by_seller.items())[:10]:
        Payment.objects.filter(order__buyer__in=buyers[:2], order__seller=seller).update(
            payer_mark=payer_mark(gateway="alipay", payer=f"flat-{seller}")
        )


def test_in_the_honest_year_there_are_signals_and_no_case():
    assert find_cases() == []
    kinds = set(IntegritySignal.objects.values_list("kind", flat=True))
    # The honest do come near, or this test would show nothing.
    assert kinds >= {SignalKind.SHARED_BROWSER, SignalKind.SHARED_ADDRESS, SignalKind.SHARED_PAYER}
    assert not IntegrityCase.objects.exists()


def test_the_ring_is_one_case_of_exactly_its_twelve():
    ring = make_ring()
    assert len(ring.ids) == 12
    (case_id,) = find_cases()
    case = IntegrityCase.objects.get()
    assert case.pk == case_id
    assert set(case.members.values_list("user", flat=True)) == ring.ids
    assert case.score > 500
    kinds = set(case.integrity_signals.values_list("kind", flat=True))
    assert kinds >= {
        SignalKind.SHARED_BROWSER,
        SignalKind.SHARED_PAYER,
        SignalKind.SHARED_PAYOUT,
        SignalKind.LOOP,
        SignalKind.INSTANT_PRAISE,
    }
    assert find_cases() == []  # a second look says nothing new
