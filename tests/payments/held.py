"""A payment of 1,000.00 yuan in custody at Alipay: frozen, cleared, settled; and how its calls go wrong there."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import services as orders
from marketplace.payments.tasks import settle_cleared_payments
from tests.factories import make_gig, make_sub_merchant

SPLIT, QUERY_SPLIT = "alipay.trade.order.settle", "alipay.trade.order.settle.query"
CONFIRM, REFUND = "alipay.trade.settle.confirm", "alipay.trade.refund"


def spoil(purchase, method, times=1, **faults):
    """Make one call about this payment go wrong."""
    number = purchase.payment.out_trade_no
    purchase.sandbox.control("faults", {"out_trade_no": number, "faults": faults, "method": method, "times": times})


def movements(purchase):
    """What Alipay did with the held money: kind and yuan."""
    return [(row["kind"], row["amount"]) for row in purchase.at_alipay()["settlements"]]


def later(**time):
    return clock.moved_to(timezone.now() + timedelta(**time))


@pytest.fixture
def held(new_purchase, settings):
    """A payment of 1,000.00 yuan that lies frozen in the seller's account at Alipay."""
    settings.SETTLEMENT_MODE = "custody"
    gig = make_gig(price_fen=1_000_00)
    make_sub_merchant(user=gig.seller, gateway_code="alipay", number=f"2088{gig.pk:012d}")
    purchase = new_purchase(seller=gig.seller, price_fen=1_000_00)
    purchase.pay()
    assert purchase.deliver() == "success"
    purchase.refresh()
    return purchase


@pytest.fixture
def cleared(held):
    """The buyer has accepted, and the seller's earnings have cleared."""
    file = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=held.order.pk, seller=held.order.seller, message="完成了。", files=[file])
    orders.accept_delivery(order_id=held.order.pk, buyer=held.order.buyer)
    with later(days=8):
        assert clear_due_earnings() == 1
    held.refresh()
    return held


@pytest.fixture
def settled(cleared):
    """Alipay has split our fee off and released the rest."""
    with later(days=8):
        assert settle_cleared_payments() == 1
    return cleared
