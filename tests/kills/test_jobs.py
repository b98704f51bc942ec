"""A job is killed around its call to the gateway: the next run ends it, and no money moves twice (F2)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db.models import Sum
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.models import Account, Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import DeadlineKind, OrderDeadline, Refund
from marketplace.orders.states import OrderStatus
from marketplace.payments import services, tasks
from marketplace.payments.models import (
    PayoutDestination,
    PayoutDestinationKind,
    Settlement,
    SettlementReturn,
)
from tests.factories import make_sub_merchant, make_verified_seller
from tests.kills.conftest import died
from tests.kills.victim import AFTER, BEFORE, Point
from tests.payments.conftest import begin, deliver_and_accept

GATEWAY = "marketplace.payments.gateways.alipay:AlipayGateway"
TASKS = "marketplace.payments.tasks"
SENT, RECORDED = "at the gateway", "here"


def points(call, record):
    """Before the call, between the call and our record of it, after the record; and what is then so."""
    return [
        pytest.param(Point(f"{GATEWAY}.{call}"), set(), id="before it is sent"),
        pytest.param(Point(f"{GATEWAY}.{call}", AFTER), {SENT}, id="sent, not recorded"),
        pytest.param(Point(record, AFTER), {SENT, RECORDED}, id="recorded"),
    ]


def later(minutes=5):
    """When the next attempt is due."""
    return clock.moved_to(timezone.now() + timedelta(minutes=minutes))


def holds():
    """What our books say that Alipay holds for us, in fen."""
    total = Entry.objects.filter(account__code="clearing:alipay").aggregate(total=Sum("amount_fen"))["total"]
    return -(total or 0)


@pytest.fixture
def buy(alipay_sandbox, postbox, victims):
    """An order paid at Alipay, and told to us."""

    def one(**gig):
        purchase = begin(alipay_sandbox, postbox, **gig)
        purchase.pay()
        assert purchase.deliver() == "success"
        purchase.refresh()
        return purchase

    return one


@pytest.mark.parametrize(
    ("point", "so"), points("refund", "marketplace.payments.services.refunds:apply_refund_snapshot")
)
def test_a_refund_goes_out_once(victims, buy, point, so):
    purchase = buy(price_fen=12_800)
    orders.cancel_order(order_id=purchase.order.pk, user=purchase.order.seller)
    assert died(victims.run(f"{TASKS}:pay_due_refunds", point))
    refund = Refund.objects.get()
    assert refund.status == ("done" if RECORDED in so else "sent")
    assert len(purchase.at_alipay()["refunds"]) == (SENT in so)

    with later():
        assert tasks.pay_due_refunds() == (RECORDED not in so)
    refund.refresh_from_db()
    assert refund.status == "done"
    assert [row["refund_amount"] for row in purchase.at_alipay()["refunds"]] == ["128.00"]
    assert purchase.order.events.filter(type="refunded").count() == 1
    assert holds() == 0


@pytest.fixture
def payout(buy, settings):
    """A withdrawal of 90.00 yuan that is due."""
    seller = make_verified_seller()
    deliver_and_accept(buy(seller=seller, price_fen=10_000).order)
    with later(60 * 24 * 8):
        assert clear_due_earnings() == 1
    services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return services.request_payout(
        user=seller,
        destination_id=PayoutDestination.objects.get().pk,
        gross_fen=9_000,
        request_key="0b9e4bc4-59ad-4bd9-9b6a-3bd0f5a3d2c7",
    )


def transfers(sandbox, payout):
    rows = sandbox.control("transfers")["transfers"]
    return [(row["amount_fen"], row["status"]) for row in rows if row["out_biz_no"] == payout.reference]


@pytest.mark.parametrize(
    ("point", "so"), points("transfer", "marketplace.payments.services.payouts:apply_transfer_snapshot")
)
def test_a_withdrawal_goes_out_once(victims, alipay_sandbox, payout, point, so):
    assert died(victims.run(f"{TASKS}:send_due_payouts", point))
    payout.refresh_from_db()
    assert payout.status == ("paid" if RECORDED in so else "sent")
    assert len(transfers(alipay_sandbox, payout)) == (SENT in so)

    with later():
        assert tasks.send_due_payouts() == (RECORDED not in so)
    payout.refresh_from_db()
    assert payout.status == "paid"
    assert transfers(alipay_sandbox, payout) == [(9_000, "SUCCESS")]
    assert wallet_of(payout.user).available_fen == 0
    assert holds() == 1_000  # our fee


@pytest.fixture
def held(buy, settings, alipay_sandbox):
    """1,000.00 yuan that Alipay holds for a seller, cleared: to be split 100 to 900."""
    settings.SETTLEMENT_MODE = "custody"
    seller = make_verified_seller()
    make_sub_merchant(user=seller, gateway_code="alipay", number=f"2088{seller.pk:012d}")
    purchase = buy(seller=seller, price_fen=100_000)
    deliver_and_accept(purchase.order)
    with later(60 * 24 * 8):
        assert clear_due_earnings() == 1
    return purchase


def movements(purchase):
    return [(row["kind"], row["amount"]) for row in purchase.at_alipay()["settlements"]]


SPLIT, RELEASE = ("split", "100.00"), ("release", "900.00")
SETTLED = "marketplace.payments.services.custody:apply_settle_snapshot"


@pytest.mark.parametrize(
    ("point", "moved", "status"),
    [
        pytest.param(Point(f"{GATEWAY}.settle"), [], "sent", id="before it is sent"),
        pytest.param(Point(f"{GATEWAY}._split", AFTER), [SPLIT], "sent", id="between split and release"),
        pytest.param(Point(f"{GATEWAY}.settle", AFTER), [SPLIT, RELEASE], "sent", id="sent, not recorded"),
        pytest.param(Point(SETTLED, AFTER), [SPLIT, RELEASE], "done", id="recorded"),
    ],
)
def test_a_settlement_is_made_once(victims, held, point, moved, status):
    assert died(victims.run(f"{TASKS}:settle_cleared_payments", point))
    settlement = Settlement.objects.get()
    assert (settlement.status, movements(held)) == (status, moved)

    with later():
        assert tasks.settle_cleared_payments() == (status != "done")
    settlement.refresh_from_db()
    assert settlement.status == "done"
    assert movements(held) == [SPLIT, RELEASE]
    assert (wallet_of(held.order.seller).available_fen, holds()) == (0, 10_000)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(Point(f"{GATEWAY}.return_settle"), id="before the fee is asked back"),
        pytest.param(Point(f"{GATEWAY}.return_settle", AFTER), id="the fee is back, not recorded"),
        pytest.param(Point(f"{GATEWAY}.refund"), id="the fee is back, recorded"),
        pytest.param(Point(f"{GATEWAY}.refund", AFTER), id="refunded, not recorded"),
    ],
)
def test_a_refund_of_settled_money_resumes_where_it_died(victims, held, point):
    assert tasks.settle_cleared_payments() == 1
    orders.refund_part(order_id=held.order.pk, actor=held.order.seller, amount_fen=40_000, reason="一半不能用")
    assert died(victims.run(f"{TASKS}:pay_due_refunds", point))
    with later():
        assert tasks.pay_due_refunds() == 1
    assert SettlementReturn.objects.get().status == "done"
    assert movements(held) == [SPLIT, RELEASE, ("return", "40.00")]
    assert [row["refund_amount"] for row in held.at_alipay()["refunds"]] == ["400.00"]
    assert Account.objects.get(code=f"user:{held.order.seller_id}:debt").balance_fen == 0
    assert holds() == 6_000


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_an_unpaid_order_whose_closing_died_is_closed_by_the_next_run(victims, alipay_sandbox, postbox, when):
    purchase = begin(alipay_sandbox, postbox, price_fen=12_800).open()
    type(purchase.order).objects.update(payment_expires_at=timezone.now())
    assert died(victims.run(f"{TASKS}:close_expired_orders", Point(f"{GATEWAY}.close", when)))
    purchase.refresh()
    assert purchase.order.status == OrderStatus.PENDING_PAYMENT
    assert tasks.close_expired_orders() == 1
    purchase.refresh()
    assert (purchase.order.status, purchase.payment.status) == (OrderStatus.CANCELLED, "closed")
    assert purchase.at_alipay()["status"] == "TRADE_CLOSED"


@pytest.mark.parametrize("when", [BEFORE, AFTER])
def test_an_acceptance_by_the_clock_that_died_is_made_by_the_next_run(victims, buy, when):
    purchase = buy(price_fen=10_000)
    file = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=purchase.order.pk, seller=purchase.order.seller, message="完成了。", files=[file])
    type(purchase.order).objects.update(auto_accept_at=timezone.now())
    OrderDeadline.objects.filter(kind=DeadlineKind.ACCEPT).update(due_at=timezone.now())
    point = Point("marketplace.ledger.services:release_escrow", when)
    assert died(victims.run("marketplace.orders.tasks:run_due_deadlines", point))
    purchase.refresh()
    assert purchase.order.status == OrderStatus.DELIVERED
    assert victims.run("marketplace.orders.tasks:run_due_deadlines") == 0
    purchase.refresh()
    assert purchase.order.status == OrderStatus.COMPLETED
    assert wallet_of(purchase.order.seller).pending_fen == 9_000
