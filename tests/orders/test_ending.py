"""Cancelling, closing, refunds, disputes."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account, Entry
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.orders import selectors, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import DisputeOutcome, Refund, RefundStatus
from marketplace.orders.states import OrderStatus
from tests.factories import (
    decide_finally,
    make_delivered_order,
    make_finance,
    make_gig,
    make_moderator,
    make_order,
    make_paid_order,
)
from tests.orders.situations import footprint, make_order_in

pytestmark = pytest.mark.django_db


def escrow(order):
    return Account.objects.get(code=f"escrow:{order.number}").balance_fen


@pytest.fixture(autouse=True)
def _books_balance():
    yield
    assert audit_books().violations == []


def test_an_unpaid_order_is_cancelled_without_a_refund():
    order = make_order()
    services.cancel_order(order_id=order.pk, user=order.buyer, reason_code="by_mistake", reason="拍错了")
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert order.cancelled_at is not None
    assert not Refund.objects.exists()
    assert (order.cancelled_by, order.cancel_reason) == ("buyer", "by_mistake")
    said = {"reason": "拍错了", "reason_code": "by_mistake", "by": "buyer", "refund_fen": 0}
    assert order.events.get(type="cancelled").data == said


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_before_the_answers_either_side_cancels_and_all_goes_back(side):
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    services.cancel_order(order_id=order.pk, user=getattr(order, side))
    refund = Refund.objects.get()
    assert (refund.order, refund.amount_fen, refund.status) == (order, 10_000, RefundStatus.DUE)
    assert refund.payment_reference == ""
    assert escrow(order) == 10_000  # until the gateway has really paid it back
    assert list(selectors.due_refunds()) == [refund]


def test_a_buyer_cannot_cancel_work_that_is_not_very_late():
    order = make_paid_order()
    before = footprint(order)
    for moment in (timezone.now(), order.due_at + timedelta(hours=23, minutes=59)):
        with clock.moved_to(moment), pytest.raises(OrderError) as refusal:
            services.cancel_order(order_id=order.pk, user=order.buyer)
        assert refusal.value.code == OrderErrorCode.NOT_LATE_ENOUGH
        assert refusal.value.parameters == {"hours": 24}
    assert footprint(order) == before


def test_a_buyer_cancels_work_that_is_very_late():
    order = make_paid_order()
    with clock.moved_to(order.due_at + timedelta(hours=24)):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert Refund.objects.get().amount_fen == 10_000


def test_how_late_is_very_late_is_a_setting_of_the_day_of_the_purchase():
    set_config(key="orders.very_late_hours", value=48, reason="测试")
    order = make_paid_order()
    set_config(key="orders.very_late_hours", value=24, reason="测试")
    with clock.moved_to(order.due_at + timedelta(hours=47)), pytest.raises(OrderError):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    with clock.moved_to(order.due_at + timedelta(hours=48)):
        services.cancel_order(order_id=order.pk, user=order.buyer)


def test_cancelling_twice_owes_one_refund():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    services.cancel_order(order_id=order.pk, user=order.seller)
    services.cancel_order(order_id=order.pk, user=order.buyer)
    assert Refund.objects.count() == 1
    assert order.events.filter(type="cancelled").count() == 1


def test_an_unpaid_order_closes_when_its_time_is_over_and_not_before():
    order = make_order()
    with clock.moved_to(order.payment_expires_at - timedelta(seconds=30)):
        assert list(selectors.expired_unpaid()) == []
        assert services.close_unpaid_order(order_id=order.pk) is False
    order.refresh_from_db()
    assert order.status == OrderStatus.PENDING_PAYMENT
    with clock.moved_to(order.payment_expires_at):
        assert list(selectors.expired_unpaid()) == [order]
        assert services.close_unpaid_order(order_id=order.pk) is True
        assert services.close_unpaid_order(order_id=order.pk) is False
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert order.events.get(type="payment_expired").actor is None


def test_a_refund_leaves_escrow_when_the_gateway_has_paid_it_and_once():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    assert services.begin_refund_attempt(refund_id=refund.pk).status == RefundStatus.SENT
    assert escrow(order) == 10_000
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    assert services.begin_refund_attempt(refund_id=refund.pk) is None
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE
    assert refund.done_at is not None
    assert escrow(order) == 0
    assert order.events.get(type="refunded").data == {"amount_fen": 10_000}
    assert not selectors.due_refunds().exists()


def test_money_nobody_waits_for_is_booked_and_owed_back_whole():
    order = make_paid_order()
    refund = services.return_payment(
        order_id=order.pk, gateway="alipay", payment_reference="PASECOND", amount_fen=10_000
    )
    assert (refund.amount_fen, refund.payment_reference, refund.reason) == (10_000, "PASECOND", "unexpected_payment")
    assert escrow(order) == 20_000
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    order.refresh_from_db()
    assert escrow(order) == 10_000
    assert order.status == OrderStatus.IN_PROGRESS


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_a_dispute_stops_the_clock_and_keeps_the_money_in_escrow(side):
    order = make_order_in(OrderStatus.DELIVERED)
    dispute = services.open_dispute(order_id=order.pk, user=getattr(order, side), reason=" 说不拢 ")
    order.refresh_from_db()
    assert (order.status, order.auto_accept_at) == (OrderStatus.DISPUTED, None)
    assert (dispute.opened_by, dispute.reason, dispute.outcome) == (getattr(order, side), "说不拢", "")
    assert escrow(order) == 10_000
    with clock.moved_to(timezone.now() + timedelta(days=60)):
        assert selectors.unwound_ids() == []
        # What runs is the other side's time to answer, and nothing that moves money.
        assert {kind for _order, kind in selectors.due_deadlines()} == {"dispute_reminder", "dispute_answer"}


@pytest.mark.parametrize(
    ("refund_fen", "outcome", "seller_fen", "fee_fen"),
    [
        (0, DisputeOutcome.RELEASE, 9000, 1000),
        (4_005, DisputeOutcome.SPLIT, 5395, 600),
        (10_000, DisputeOutcome.REFUND, None, None),
        (9_999, DisputeOutcome.SPLIT, 1, None),
    ],
)
def test_a_mediator_splits_the_money_to_the_fen(refund_fen, outcome, seller_fen, fee_fen):
    order, mediator = make_order_in(OrderStatus.DISPUTED), make_moderator()
    order = decide_finally(order, refund_fen=refund_fen, mediator=mediator)
    dispute = order.dispute
    assert order.status == OrderStatus.RESOLVED
    assert (dispute.outcome, dispute.refund_fen, dispute.decided_by) == (outcome, refund_fen, mediator)
    assert (dispute.explanation, dispute.decided_at is not None) == ("各让一步。", True)
    wallet = wallet_of(order.seller)
    assert (wallet.pending_fen if wallet else None) == seller_fen
    fee = Entry.objects.filter(account__code="platform:commission").first()
    assert (fee.amount_fen if fee else None) == fee_fen
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == refund_fen
    assert escrow(order) == refund_fen  # waits for the gateway
    parts = {"refund_fen": refund_fen, "released_fen": 10_000 - refund_fen}
    event = order.events.get(type="dispute_decided")
    assert (event.actor, event.data) == (mediator, parts | {"number": 1})
    assert order.events.get(type="dispute_resolved").data == parts | {"agreed": False}


@pytest.mark.parametrize("refund_fen", [-1, 10_001])
def test_a_mediator_cannot_give_back_more_than_was_paid(refund_fen):
    order, mediator = make_order_in(OrderStatus.DISPUTED), make_moderator()
    services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。")
    before = footprint(order)
    with pytest.raises(ValueError, match="does not fit"):
        services.decide_dispute(order_id=order.pk, mediator=mediator, refund_fen=refund_fen, explanation="各让一步。")
    assert footprint(order) == before


def test_a_dispute_is_decided_once():
    order, mediator = make_order_in(OrderStatus.DISPUTED), make_moderator()
    order = decide_finally(order, refund_fen=0, mediator=mediator)
    before = footprint(order)
    with pytest.raises(OrderError) as refusal:
        services.decide_dispute(order_id=order.pk, mediator=mediator, refund_fen=10_000, explanation="重来。")
    assert refusal.value.code == OrderErrorCode.WRONG_STATE
    assert footprint(order) == before


def test_the_lists_group_open_and_finished_orders():
    done = make_order_in(OrderStatus.COMPLETED)
    buyer = done.buyer
    running = make_paid_order(buyer=buyer, gig=make_gig(seller=done.seller))
    unpaid = make_order(buyer=buyer, gig=make_gig(seller=done.seller))
    assert list(selectors.purchases(buyer)) == [unpaid, running, done]
    assert list(selectors.purchases(buyer, group="open")) == [unpaid, running]
    assert list(selectors.purchases(buyer, group="finished")) == [done]
    assert list(selectors.sales(done.seller)) == [running, done]  # an unpaid order is not yet the seller's business
    assert not selectors.sales(buyer).exists()


def test_an_unanswered_refund_waits_twice_as_long_each_time_up_to_an_hour():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    pauses = []
    now = timezone.now()
    for _attempt in range(9):
        with clock.moved_to(now):
            refund = services.begin_refund_attempt(refund_id=refund.pk)
            assert not selectors.due_refunds().exists()
        pauses.append(round((refund.next_attempt_at - now).total_seconds(), -1))
        now = refund.next_attempt_at + timedelta(seconds=1)
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_refund_whose_turn_has_not_come_is_not_begun_again():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = services.begin_refund_attempt(refund_id=Refund.objects.get().pk)
    assert services.begin_refund_attempt(refund_id=refund.pk) is None  # a run of the job that had read it before
    again = Refund.objects.get()
    assert (again.attempts, again.next_attempt_at) == (1, refund.next_attempt_at)


def test_a_pause_between_refunds_is_only_ever_lengthened_and_never_of_one_that_is_over():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund, hour = Refund.objects.get(), timezone.now() + timedelta(hours=1)

    def turn():
        return Refund.objects.get().next_attempt_at

    services.postpone_refund(refund_id=refund.pk, until=hour)
    services.postpone_refund(refund_id=refund.pk, until=hour - timedelta(minutes=30))
    assert turn() == hour
    services.hand_refund_to_a_person(refund_id=refund.pk, problem="NOT_ENOUGH")
    services.postpone_refund(refund_id=refund.pk, until=hour + timedelta(hours=1))
    assert turn() == hour
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    services.postpone_refund(refund_id=refund.pk, until=hour + timedelta(hours=1))
    assert turn() == hour


def test_a_refund_that_needs_a_person_is_tried_again_by_finance_only():
    order = make_paid_order()
    services.cancel_order(order_id=order.pk, user=order.seller)
    refund = Refund.objects.get()
    services.hand_refund_to_a_person(refund_id=refund.pk, problem="ACQ.SELLER_BALANCE_NOT_ENOUGH")
    assert services.begin_refund_attempt(refund_id=refund.pk) is None
    assert not selectors.due_refunds().exists()
    assert list(selectors.refunds_for_a_person()) == [refund]
    with pytest.raises(PermissionDenied):
        services.retry_refund(refund_id=refund.pk, staff=order.buyer)
    refund.refresh_from_db()
    assert refund.status == RefundStatus.STUCK

    services.retry_refund(refund_id=refund.pk, staff=make_finance())
    assert list(selectors.due_refunds()) == [refund]


def test_a_person_without_the_right_decides_no_dispute():
    order = make_order_in(OrderStatus.DISPUTED)
    before = footprint(order)
    with pytest.raises(PermissionDenied):
        services.decide_dispute(order_id=order.pk, mediator=order.seller, refund_fen=0, explanation="我说了算。")
    assert footprint(order) == before


def test_a_buyer_cancels_a_revision_that_is_very_late_but_not_one_just_asked_for():
    order = make_order_in(OrderStatus.REVISION_REQUESTED)
    before = footprint(order)
    with clock.moved_to(order.due_at + timedelta(hours=23)), pytest.raises(OrderError) as refusal:
        services.cancel_order(order_id=order.pk, user=order.buyer)
    assert refusal.value.code == OrderErrorCode.NOT_LATE_ENOUGH
    assert footprint(order) == before
    with clock.moved_to(order.due_at + timedelta(hours=24)):
        services.cancel_order(order_id=order.pk, user=order.buyer)
    assert Refund.objects.get().amount_fen == order.total_fen


def test_a_revision_asked_for_late_gives_the_seller_three_days():
    order = make_delivered_order()
    asked_at = order.due_at + timedelta(days=1)
    with clock.moved_to(asked_at):
        services.request_revision(order_id=order.pk, buyer=order.buyer, message="叶脉再简一点")
    order.refresh_from_db()
    assert abs(order.due_at - asked_at - timedelta(days=3)) < timedelta(minutes=1)


def test_a_seller_hears_nothing_of_an_order_that_was_never_paid_for():
    order = make_order()
    services.cancel_order(order_id=order.pk, user=order.buyer)
    assert not Notification.objects.filter(recipient=order.seller).exists()
