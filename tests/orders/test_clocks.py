"""Which clocks an order has in each state, and what each says when it rings."""

import importlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.models import RulesVersion
from marketplace.ledger.audit import audit_books
from marketplace.notifications.models import Notification
from marketplace.orders import automatic, deadlines, selectors, services
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline, ProposalKind
from marketplace.orders.services import clocks
from marketplace.orders.states import FINAL_STATUSES, DisputeStatus, OrderStatus
from marketplace.orders.tasks import accept_due_deliveries, run_due_deadlines
from tests.factories import make_delivered_order, make_gig, make_paid_order
from tests.orders.situations import EVERY_STATE, make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

K = DeadlineKind
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

pytestmark = pytest.mark.django_db


def rows(order):
    return dict(OrderDeadline.objects.filter(order=order).values_list("kind", "due_at"))


def of_the_state(order):
    """Without those of proposals and disputes."""
    return {kind: at for kind, at in rows(order).items() if kind in deadlines.STATE_CLOCKS}


def told(person):
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("title", flat=True))


def ring_at(moment):
    Notification.objects.all().delete()  # what the way here told
    with clock.moved_to(moment):
        run_due_deadlines()


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_in_every_state_the_rows_are_what_the_state_asks_for(status):
    order = make_order_in(status)
    assert of_the_state(order) == {kind: at for kind, at in deadlines.clocks_of(order).items() if at > clock.now()}
    if status in FINAL_STATUSES:
        assert rows(order) == {}


def test_every_clock_of_a_state_has_somebody_who_answers_it():
    assert set(deadlines.STATE_CLOCKS) <= set(clocks._HANDLERS)


def test_a_delivery_has_a_clock_and_one_reminder_for_each_that_fits_into_the_time():
    set_config(key="orders.auto_accept_days", value=7, reason="测试")
    order = make_delivered_order()
    ends = order.auto_accept_at
    assert rows(order) == {
        K.ACCEPT: ends,
        K.ACCEPT_REMINDER_FIRST: ends - 72 * HOUR,
        K.ACCEPT_REMINDER_LAST: ends - 24 * HOUR,
    }


@pytest.mark.parametrize(("days", "reminders"), [(1, set()), (3, {K.ACCEPT_REMINDER_LAST})])
def test_a_short_time_to_accept_has_fewer_reminders(days, reminders):
    set_config(key="orders.auto_accept_days", value=days, reason="测试")
    assert set(rows(make_delivered_order())) == {K.ACCEPT} | reminders


@pytest.mark.parametrize(("days", "is_reminded"), [(1, False), (2, True)])
def test_work_of_a_day_is_not_reminded_of(days, is_reminded):
    gig = make_gig()
    gig.packages.update(delivery_days=days)
    order = make_paid_order(gig=gig)
    due = order.due_at
    expected = {K.LATE: due, K.VERY_LATE: due + 24 * HOUR}
    assert rows(order) == expected | ({K.DUE_REMINDER: due - 24 * HOUR} if is_reminded else {})


def test_an_order_keeps_the_rules_it_was_made_under():
    order = make_paid_order()
    values = {"orders.very_late_hours": 48, "orders.auto_accept_days": 9}
    Order.objects.filter(pk=order.pk).update(rules=RulesVersion.objects.create(digest="9" * 64, values=values))
    services.wind_clocks(order_id=order.pk)
    assert rows(order)[K.VERY_LATE] == order.due_at + 48 * HOUR
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    order.refresh_from_db()
    assert order.auto_accept_at == order.delivered_at + 9 * DAY


def test_a_buyer_who_says_nothing_is_asked_again_and_the_order_stays():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    assert rows(order) == {K.REQUIREMENTS_REMINDER: order.paid_at + 24 * HOUR}
    ring_at(order.paid_at + 24 * HOUR)
    assert (len(told(order.buyer)), told(order.seller)) == (1, [])
    assert rows(order) == {K.REQUIREMENTS_REMINDER: order.paid_at + 72 * HOUR}
    ring_at(order.paid_at + 72 * HOUR)
    assert told(order.seller) == []
    assert rows(order) == {K.REQUIREMENTS_REMINDER: order.paid_at + 14 * DAY}
    ring_at(order.paid_at + 14 * DAY)
    assert told(order.seller) == ["买家一直没有提交需求说明：你可以先开工，也可以取消"]
    for days in (60, 120):
        assert rows(order) == {K.REQUIREMENTS_REMINDER: order.paid_at + days * DAY}
        ring_at(order.paid_at + days * DAY)
    assert len(told(order.buyer)) == 1
    assert rows(order) == {}
    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_REQUIREMENTS


def test_the_buyer_is_reminded_before_silence_accepts():
    set_config(key="orders.auto_accept_days", value=7, reason="测试")
    order = make_delivered_order()
    for before in (72 * HOUR, 24 * HOUR):
        ring_at(order.auto_accept_at - before)
        assert (len(told(order.buyer)), told(order.seller)) == (1, [])
    assert set(rows(order)) == {K.ACCEPT}


def test_a_late_delivery_is_told_to_both_and_stands_in_the_time_line():
    order = make_paid_order()
    ring_at(order.due_at - 24 * HOUR)
    assert (told(order.buyer), len(told(order.seller))) == ([], 1)
    ring_at(order.due_at)
    assert (len(told(order.buyer)), len(told(order.seller))) == (1, 1)
    late = order.events.get(type="late")
    assert (late.actor, late.created_at) == (None, order.due_at)
    ring_at(order.due_at + 24 * HOUR)
    assert (len(told(order.buyer)), told(order.seller)) == (1, [])
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS  # the buyer decides
    assert rows(order) == {}


def test_a_job_that_comes_days_late_says_what_still_holds_and_accepts_once():
    order = make_delivered_order()
    ring_at(order.auto_accept_at + 5 * DAY)
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert order.events.filter(type="auto_accepted").count() == 1
    assert rows(order) == {}
    assert audit_books().violations == []


def test_an_acceptance_clock_that_was_moved_beside_its_row_rings_at_the_new_time():
    order = make_delivered_order()
    first, later = order.auto_accept_at, order.auto_accept_at + 7 * DAY
    Order.objects.filter(pk=order.pk).update(auto_accept_at=later)
    ring_at(first)
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert rows(order)[K.ACCEPT] == later


def test_a_job_that_comes_late_reminds_of_nothing_that_is_over():
    set_config(key="orders.auto_accept_days", value=7, reason="测试")
    order = make_delivered_order()
    ring_at(order.auto_accept_at + 5 * timedelta(minutes=1))
    assert [title for title in told(order.buyer) if "自动验收" in title and "内" in title] == []
    late = make_paid_order()
    ring_at(late.due_at + HOUR)
    assert [title for title in told(late.seller) if "24小时内" in title] == []
    between = make_delivered_order()
    ring_at(between.auto_accept_at - 20 * HOUR)  # the reminder of three days came too late as well
    assert told(between.buyer) == ["请查看交付内容，24小时内将自动验收"]


def test_what_the_release_before_began_gets_its_clocks():
    order = make_paid_order()
    wound = rows(order)
    OrderDeadline.objects.all().delete()
    assert automatic.outlook(Order.objects.get(pk=order.pk), order.buyer).stop == ""
    assert selectors.unwound_ids() == [order.pk]
    run_due_deadlines()
    assert rows(order) == wound
    assert selectors.unwound_ids() == []


def test_the_end_of_an_order_overtakes_what_was_proposed_about_it():
    order = make_paid_order()
    proposal = services.propose(
        order_id=order.pk, user=order.seller, kind=ProposalKind.DISCOUNT, message="少一张图", amount_fen=100
    )
    services.deliver_order(order_id=order.pk, seller=order.seller, message="完成了。")
    assert K.PROPOSAL_DISCOUNT in rows(order)  # a change of state alone stops no clock of another room
    services.accept_delivery(order_id=order.pk, buyer=order.buyer)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.answered_at is None) == ("overtaken", False)
    assert rows(order) == {}


def test_what_the_release_before_delivered_is_accepted_although_nobody_set_its_clock():
    order = make_delivered_order()
    OrderDeadline.objects.all().delete()
    with clock.moved_to(order.auto_accept_at - HOUR):
        assert selectors.unwound_ids() == []
    with clock.moved_to(order.auto_accept_at):
        assert accept_due_deliveries() == 1
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED


def test_the_migration_winds_running_orders_as_the_services_do():
    orders = [make_order_in(status) for status in EVERY_STATE]
    wound = {order.pk: of_the_state(order) for order in orders}
    OrderDeadline.objects.all().delete()
    migration = importlib.import_module("marketplace.orders.migrations.0007_clocks_of_running_orders")
    migration.wind(apps, connection.schema_editor())
    migration.wind(apps, connection.schema_editor())  # a run that broke off is begun again
    assert {order.pk: rows(order) for order in orders} == wound


def _asked_to_cancel() -> Order:
    order = make_paid_order()
    services.propose_cancellation(order_id=order.pk, user=order.seller, reason_code="", message="做不了")
    return order


@pytest.mark.parametrize(
    ("make", "days", "said", "done"),
    [
        (_asked_to_cancel, 3, "逾期未答复", "订单已取消"),
        (lambda: make_dispute_in(DisputeStatus.ANSWER), 4, "答复期快到了", "纠纷已由调解员接手"),
        (lambda: make_dispute_in(DisputeStatus.MEDIATION), 30, "协商期即将结束", "协商期已结束"),
        (lambda: make_dispute_in(DisputeStatus.DECIDED), 30, "裁定即将生效", "纠纷处理完毕"),
    ],
    ids=["cancelling", "answer", "mediation", "decision"],
)
def test_one_late_run_does_what_is_due_and_asks_nobody_for_what_it_ends(make, days, said, done):
    order = make()
    moment = clock.now()
    ring_at(moment + days * DAY)
    titles = told(order.buyer) + told(order.seller)
    assert [title for title in titles if done in title], titles
    assert not [title for title in titles if said in title], titles


def test_every_reminder_that_warns_of_a_deed_says_of_which():
    silent = {K.REQUIREMENTS_REMINDER, K.LATE}  # after the first nothing happens by itself; the second is a fact
    assert set(deadlines.WARNS_OF) == deadlines.SAYINGS - silent
