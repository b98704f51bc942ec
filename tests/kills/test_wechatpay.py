"""The same at WeChat, whose refunds and transfers take their own ways: killed on the way, nothing is lost or doubled."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Refund
from marketplace.payments import services, tasks
from marketplace.payments.models import GatewayNotification, PayoutDestination, PayoutDestinationKind
from tests.factories import make_gig, make_order, make_verified_seller
from tests.kills.conftest import died
from tests.kills.victim import AFTER, Point
from tests.payments.conftest import earn
from tests.payments.sandbox.conftest import eventually
from tests.payments.wechat import WechatPurchase

GATEWAY = "marketplace.payments.gateways.wechatpay:WechatpayGateway"


@pytest.fixture
def purchase(victims, wechat_sandbox, letterbox_server):
    """An order that waits for its payment through WeChat."""
    payment = services.start_payment(order_id=make_order(gig=make_gig(price_fen=12_800)).pk, gateway_code="wechatpay")
    return WechatPurchase(payment.order, payment, wechat_sandbox, letterbox_server)


def later():
    return clock.moved_to(timezone.now() + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("point", "left_behind"),
    [
        pytest.param(Point(f"{GATEWAY}.parse_notification"), (1, 0), id="after the inbox"),
        pytest.param(Point("marketplace.orders.services:confirm_payment", AFTER), (1, 0), id="before the commit"),
        pytest.param(Point("marketplace.payments.services.notifications:_apply", AFTER), (1, 1), id="before the reply"),
    ],
)
def test_a_payment_told_to_a_dying_process_is_booked_once(victims, purchase, port, settings, point, left_behind):
    settings.PAYMENT_NOTIFY_BASE_URL = f"http://127.0.0.1:{port}"
    dying = victims.serve(port, point)
    purchase.pay()
    dying.join(60)
    assert died(dying.exitcode)
    assert (GatewayNotification.objects.count(), Transaction.objects.count()) == left_behind

    victims.serve(port)
    eventually(lambda: GatewayNotification.objects.filter(applied_at__isnull=False).exists(), within=30)
    purchase.refresh()
    assert (purchase.payment.status, purchase.order.status) == ("paid", "in_progress")
    assert Transaction.objects.count() == 1
    assert purchase.order.events.filter(type="paid").count() == 1


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
def test_a_refund_goes_out_once(victims, purchase, when, sent):
    purchase.pay()
    assert purchase.deliver().status_code == 200
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    assert died(victims.run("marketplace.payments.tasks:pay_due_refunds", Point(f"{GATEWAY}.refund", when)))
    assert len(purchase.at_wechat()["refunds"]) == sent
    assert Refund.objects.get().status == "sent"
    with later():
        assert tasks.pay_due_refunds() == 1
    assert [row["amount_fen"] for row in purchase.at_wechat()["refunds"]] == [12_800]
    assert Refund.objects.get().status == "done"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_withdrawal_goes_out_once(victims, wechat_sandbox, when):
    seller = make_verified_seller()
    earn(seller, amount_fen=9_000, gateway_code="wechatpay")
    services.set_destination(user=seller, kind=PayoutDestinationKind.WECHAT, account="oSandboxSeller000000000001")
    PayoutDestination.objects.update(usable_from=timezone.now())
    payout = services.request_payout(
        user=seller, destination_id=PayoutDestination.objects.get().pk, gross_fen=9_000, request_key=uuid4()
    )
    assert died(victims.run("marketplace.payments.tasks:send_due_payouts", Point(f"{GATEWAY}.transfer", when)))
    with later():
        assert tasks.send_due_payouts() == 1
    payout.refresh_from_db()
    assert payout.status == "awaiting_payee"
    wechat_sandbox.control(f"wechat/transfers/{payout.reference}", {"state": "SUCCESS"})
    with clock.moved_to(payout.next_attempt_at + timedelta(seconds=1)):
        assert tasks.send_due_payouts() == 1
    payout.refresh_from_db()
    assert payout.status == "paid"
    assert wechat_sandbox.control(f"wechat/transfers/{payout.reference}")["amount_fen"] == 9_000
