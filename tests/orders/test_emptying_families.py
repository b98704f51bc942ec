"""What belongs to the same transaction is emptied together or not at all; each part that is left out is found."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.retention import all_rules, proof_of
from marketplace.notifications.models import Notification
from marketplace.offers.models import Offer, OfferStage
from marketplace.offers.tasks import empty_old_offers
from marketplace.orders import services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.families import family_of
from marketplace.orders.models import (
    Dispute,
    DisputeDecision,
    MilestonePlan,
    Order,
    OrderEvent,
    OrderEventType,
    OrderMilestone,
    Refund,
)
from marketplace.orders.services.emptying import GONE
from marketplace.orders.tasks import empty_old_orders
from tests.factories import decide_finally, make_completed_order, make_delivered_order, make_moderator, staff_group
from tests.logins import log_in
from tests.offers.situations import complete, deliver, make_plan, pay
from tests.orders.test_emptying import DAYS, after

pytestmark = pytest.mark.django_db


def overdue(key):
    with after(days=DAYS + 2):
        return proof_of(next(rule for rule in all_rules() if rule.key == key)).overdue


def add_to(order):
    """Additional work that both agreed on, paid and done."""
    proposal = services.propose(
        order_id=order.pk, user=order.seller, kind="supplement", days=3, amount_fen=5_000, message="名片也做"
    )
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    return complete(Order.objects.get(parent=order))


@pytest.fixture
def plan(buyer, seller):
    """An agreement of three stages, the first two of them done, the first with additional work."""
    plan = make_plan(seller=seller, buyer=buyer)
    first = deliver(pay(plan.milestones.get(position=1).order))
    add_to(first)
    services.accept_delivery(order_id=first.pk, buyer=buyer)
    complete(services.fund_stage(plan_id=plan.pk, buyer=buyer))
    return MilestonePlan.objects.get(pk=plan.pk)


def test_a_side_of_the_order_neither_has_it_kept_nor_lets_go_of_it():
    order = make_completed_order()
    for side in (order.buyer, order.seller):
        side.groups.add(staff_group("moderator"))
        side = User.objects.get(pk=side.pk)
        with pytest.raises(OrderError) as refused:
            services.hold_order(number=order.number, staff=side, reason="我自己的官司")
        assert refused.value.code == OrderErrorCode.OWN_CASE
        assert not order.holds.exists()
    hold = services.hold_order(number=order.number, staff=make_moderator(), reason="（2026）浙0106民初1号")
    with pytest.raises(OrderError) as refused:
        services.release_hold(hold_id=hold.pk, staff=side, reason="不用了")
    assert refused.value.code == OrderErrorCode.OWN_CASE
    hold.refresh_from_db()
    assert hold.released_at is None


def test_the_desk_asks_why_an_order_is_no_longer_kept():
    order, staff = make_completed_order(), make_moderator()
    hold = services.hold_order(number=order.number, staff=staff, reason="税务稽查")
    desk, release = log_in(staff), reverse("orders_hold_release", args=[hold.pk])
    assert 'name="reason"' in desk.get(reverse("orders_holds")).content.decode()
    assert "请写明" in desk.post(release, {"reason": " "}, follow=True).content.decode()
    hold.refresh_from_db()
    assert hold.released_at is None
    desk.post(release, {"reason": "稽查已结束"})
    hold.refresh_from_db()
    assert hold.released_by == staff


def test_all_that_belongs_together_is_one_family_whichever_of_it_is_asked_about(plan):
    orders = set(Order.objects.values_list("pk", flat=True))
    assert len(orders) == 3
    for order in orders:
        family = family_of(order)
        assert (set(family.orders), family.plans) == (orders, (plan.pk,))
        assert list(family.orders) == sorted(family.orders)
    alone = make_completed_order()
    assert (family_of(alone.pk).orders, family_of(alone.pk).plans) == ((alone.pk,), ())


def test_stages_with_what_was_added_to_them_go_at_once_and_the_terms_with_them(plan, buyer, seller):
    services.stop_plan(plan_id=plan.pk, user=buyer, words="到此为止，谢谢")
    assert Notification.objects.filter(body__contains="到此为止，谢谢").exists()
    with after():
        assert empty_old_orders() == 1
    assert not Order.objects.filter(emptied_at=None).exists()
    plan.refresh_from_db()
    assert (plan.terms, plan.stopped_words) == ({}, GONE)
    assert {stage.description for stage in plan.milestones.all()} == {GONE}
    assert [stage.amount_fen for stage in plan.milestones.order_by("position")] == [100_000, 150_000, 50_000]
    assert not Notification.objects.filter(body__contains="到此为止，谢谢").exists()
    assert Notification.objects.filter(recipient=seller, body=plan.title).exists()


def test_a_hold_on_one_stage_keeps_what_was_added_to_another_and_the_terms(plan):
    second = plan.milestones.get(position=2).order
    services.hold_order(number=second.number, staff=make_moderator(), reason="（2026）浙0106民初1号")
    with after():
        assert empty_old_orders() == 0
        for order in Order.objects.all():
            assert services.empty_order(order_id=order.pk) is False
    plan.refresh_from_db()
    assert plan.terms
    assert overdue("orders.words_and_files") == 0


def test_an_agreement_that_nobody_stops_is_kept_three_years_and_not_for_ever(plan, buyer):
    """Its third stage was never begun; nothing could be begun by it once the terms are gone."""
    with after(days=DAYS - 1, hours=23):
        assert (empty_old_orders(), empty_old_offers()) == (0, 0)
    assert overdue("orders.words_and_files") > 0
    with after():
        assert empty_old_orders() == 1
        assert empty_old_offers() == 1
        with pytest.raises(OrderError) as refused:
            services.fund_stage(plan_id=plan.pk, buyer=buyer)
        assert refused.value.code == OrderErrorCode.PLAN_STOPPED
    assert overdue("orders.words_and_files") == overdue("offers.words_and_files") == 0


def test_a_stage_that_ended_lately_keeps_the_agreement(plan, buyer):
    with after(days=500):
        complete(services.fund_stage(plan_id=plan.pk, buyer=buyer))
    with after():
        assert empty_old_orders() == 0
    with after(days=DAYS + 501):
        assert empty_old_orders() == 1


def left_out(rows, **part):
    """How many rows the rule finds when emptying had left out this part of them."""
    with transaction.atomic():
        for row in rows:
            with connection.cursor() as cursor:
                order = getattr(row, "order_id", None) or getattr(getattr(row, "dispute", None), "order_id", "")
                cursor.execute("SELECT set_config('jiangji.emptied_order', %s, true)", [str(order)])
            assert type(row).objects.filter(pk=row.pk).update(**part) == 1
        found = overdue("orders.words_and_files") + overdue("offers.words_and_files")
        transaction.set_rollback(True)
    return found


def test_each_part_that_emptying_leaves_out_is_found(plan, buyer):
    services.stop_plan(plan_id=plan.pk, user=buyer, words="到此为止，谢谢")
    judged = make_delivered_order()
    services.open_dispute(order_id=judged.pk, user=judged.buyer, reason="和说好的不一样")
    decide_finally(judged, refund_fen=1_000, explanation="少做了一部分。")
    refund = Refund.objects.get(order=judged)
    services.begin_refund_attempt(refund_id=refund.pk)
    services.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    with after():
        assert empty_old_orders() == 2
        assert empty_old_offers() == 1
    assert overdue("orders.words_and_files") == overdue("offers.words_and_files") == 0
    opened = OrderEvent.objects.filter(order=judged, type=OrderEventType.DISPUTE_OPENED)
    for rows, part in (
        (opened, {"data": {"reason": "和说好的不一样"}}),
        (opened, {"data": {"message": "说了什么"}}),
        (Dispute.objects.filter(order=judged), {"reason": "和说好的不一样"}),
        (Dispute.objects.filter(order=judged), {"explanation": "少做了一部分。"}),
        (DisputeDecision.objects.filter(dispute__order=judged), {"explanation": "少做了一部分。"}),
        (Refund.objects.filter(pk=refund.pk), {"reason": "少做了一部分。"}),
        (MilestonePlan.objects.all(), {"terms": {"scope": "三个方案"}}),
        (MilestonePlan.objects.all(), {"stopped_words": "到此为止"}),
        (OrderMilestone.objects.filter(position=3), {"description": "交付第3部分"}),
        (Offer.objects.all(), {"scope": "三个方案"}),
        (Offer.objects.all(), {"words": "朋友介绍来的"}),
        (Offer.objects.all(), {"answer": "太贵"}),
        (Offer.objects.all(), {"questions": ["店名？"]}),
        (OfferStage.objects.filter(position=1), {"description": "交付第1部分"}),
    ):
        assert len(rows) == 1, part
        assert left_out(rows, **part) == 1, (rows.model, part)


def test_a_moment_that_has_come_for_one_of_two_is_not_enough(plan):
    """The job asks for each order by itself; what it empties is decided for all of them."""
    added = Order.objects.get(parent__isnull=False)
    Order.objects.filter(pk=added.pk).update(completed_at=clock.now() + timedelta(days=30))
    with after():
        assert empty_old_orders() == 0
    assert overdue("orders.words_and_files") == 0
