"""Tips: who, when, how much, once; and their money."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.accounts.models import BlockedPerson
from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.gigs.models import GigStats
from marketplace.ledger.audit import audit_books
from marketplace.ledger.selectors import wallet_of
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderKind
from marketplace.orders.states import OrderStatus
from marketplace.reviews.errors import ReviewError
from marketplace.reviews.services import write_review
from tests.factories import make_completed_order, make_user
from tests.orders.changing import make_tip, pay
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_a_tip_is_given_by_the_buyer_of_a_completed_order_and_by_nobody_else(status, side):
    order = make_order_in(status)
    before = footprint(order)
    if (status, side) == (OrderStatus.COMPLETED, "buyer"):
        tip = services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000)
        assert (tip.kind, tip.parent, tip.status) == (OrderKind.TIP, order, OrderStatus.PENDING_PAYMENT)
    else:
        with pytest.raises(OrderError) as refusal:
            services.give_tip(order_id=order.pk, buyer=getattr(order, side), amount_fen=2000)
        assert refusal.value.code == OrderErrorCode.WRONG_STATE
        assert not order.children.exists()
    assert footprint(order) == before


def test_a_paid_tip_is_the_sellers_whole_and_both_orders_say_so():
    tip = make_tip(amount_fen=2000)
    before = wallet_of(tip.seller).pending_fen
    sold = GigStats.objects.get(gig=tip.parent.gig).orders_completed
    assert pay(tip)
    assert pay(tip) is False
    tip.refresh_from_db()
    assert (tip.status, tip.completed_at) == (OrderStatus.COMPLETED, tip.paid_at)
    assert wallet_of(tip.seller).pending_fen - before == 2000
    assert [event.type for event in tip.events.all()] == ["paid", "placed"]
    thanked = tip.parent.events.get(type="tipped")
    assert (thanked.actor, thanked.data) == (tip.buyer, {"amount_fen": 2000})
    assert GigStats.objects.get(gig=tip.parent.gig).orders_completed == sold
    assert audit_books().violations == []


def test_the_fee_on_tips_is_what_the_platform_has_set():
    set_config(key="orders.tip_commission_basis_points", value=2000, reason="test")
    tip = make_tip(amount_fen=2001)
    before = wallet_of(tip.seller).pending_fen
    pay(tip)
    assert wallet_of(tip.seller).pending_fen - before == 2001 - 400
    assert audit_books().violations == []


def test_asked_for_twice_it_is_the_same_tip_and_another_amount_takes_its_place():
    order = make_completed_order()
    first = services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000)
    assert services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000) == first
    second = services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=3000)
    first.refresh_from_db()
    assert (first.status, second.status) == (OrderStatus.CANCELLED, OrderStatus.PENDING_PAYMENT)
    # Money that still comes for the first one goes back.
    assert pay(first) is False


def test_asked_for_again_after_its_time_to_pay_it_is_a_new_tip():
    first = make_tip(amount_fen=2000)
    with clock.moved_to(first.payment_expires_at + timedelta(seconds=1)):
        second = services.give_tip(order_id=first.parent_id, buyer=first.buyer, amount_fen=2000)
        assert second.payment_expires_at > clock.now()
    first.refresh_from_db()
    assert (first.status, second.status) == (OrderStatus.CANCELLED, OrderStatus.PENDING_PAYMENT)


def test_there_is_one_tip_for_an_order():
    tip = make_tip()
    pay(tip)
    for amount_fen in (tip.total_fen, 3000):
        with pytest.raises(OrderError) as refusal:
            services.give_tip(order_id=tip.parent_id, buyer=tip.buyer, amount_fen=amount_fen)
        assert refusal.value.code == OrderErrorCode.TIP_GIVEN
    assert Order.objects.filter(kind=OrderKind.TIP).count() == 1


def test_nobody_tips_for_a_tip():
    tip = make_tip()
    pay(tip)
    with pytest.raises(OrderError) as refusal:
        services.give_tip(order_id=tip.pk, buyer=tip.buyer, amount_fen=1000)
    assert refusal.value.code == OrderErrorCode.WRONG_STATE


def test_a_week_after_completion_it_is_too_late():
    order = make_completed_order()
    with clock.moved_to(order.completed_at + timedelta(days=7, seconds=1)), pytest.raises(OrderError) as refusal:
        services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=1000)
    assert refusal.value.code == OrderErrorCode.TIP_TOO_LATE
    with clock.moved_to(order.completed_at + timedelta(days=7, seconds=-1)):
        services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=1000)


def test_the_amount_has_its_bounds():
    order = make_completed_order()
    most = max(order.total_fen, 10_000)
    for amount_fen in (0, 499, most + 1):
        with pytest.raises(OrderError) as refusal:
            services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=amount_fen)
        assert refusal.value.code == OrderErrorCode.BAD_AMOUNT
    assert not order.children.exists()
    for amount_fen in (500, most):
        assert services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=amount_fen).total_fen == amount_fen


def test_an_unpaid_tip_closes_by_its_clock_and_leaves_the_order_alone():
    tip = make_tip()
    with clock.moved_to(tip.payment_expires_at + timedelta(seconds=1)):
        assert services.close_unpaid_order(order_id=tip.pk)
    tip.refresh_from_db()
    assert (tip.status, tip.parent.status) == (OrderStatus.CANCELLED, OrderStatus.COMPLETED)
    assert not tip.parent.events.filter(type="tipped").exists()


def test_a_stranger_gives_no_tip_and_a_tip_gets_no_review():
    tip = make_tip()
    with pytest.raises(PermissionDenied):
        services.give_tip(order_id=tip.parent_id, buyer=make_user(), amount_fen=1000)
    pay(tip)
    with pytest.raises(ReviewError):
        write_review(order_id=tip.pk, author=tip.buyer, stars=5, body="谢谢" * 10)


@pytest.mark.parametrize("blocker", ["buyer", "seller"])
def test_who_is_blocked_gives_no_tip(blocker):
    order = make_completed_order()
    other = order.seller if blocker == "buyer" else order.buyer
    BlockedPerson.objects.create(owner=getattr(order, blocker), person=other)
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000)
    assert refusal.value.code == OrderErrorCode.NOT_FOR_YOU
    assert footprint(order) == before
    assert not order.children.exists()
