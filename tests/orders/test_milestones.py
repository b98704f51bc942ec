"""Agreements in stages: funded one by one, each an order of its own, stopped after any of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from marketplace.core import clock
from marketplace.ledger.audit import audit_books
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.orders import plan_selectors, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import MilestonePlan, Order, OrderKind
from marketplace.orders.stages import StageState, view_of
from marketplace.orders.states import OrderStatus
from tests.factories import decide_finally, make_user
from tests.logins import log_in
from tests.offers.situations import complete, deliver, make_agreement, make_plan, pay, stages

S = StageState


@pytest.fixture
def plan(buyer, seller) -> MilestonePlan:
    """Three stages of 1,000, 1,500 and 500 yuan; the first waits for its payment."""
    return make_plan(buyer=buyer, seller=seller)


def stage(plan: MilestonePlan, position: int) -> Order:
    order = plan.milestones.get(position=position).order
    assert order is not None
    return order


def fund(plan: MilestonePlan) -> Order:
    return services.fund_stage(plan_id=plan.pk, buyer=plan.buyer)


def states(plan: MilestonePlan) -> list[StageState]:
    return [row.state for row in view_of(plan_selectors.plan_for(plan.buyer, plan.pk)).rows]


def footprint(plan: MilestonePlan) -> tuple:
    return (
        MilestonePlan.objects.filter(pk=plan.pk).values("stopped_at", "stopped_by", "stopped_words").get(),
        list(plan.milestones.values_list("pk", "order")),
        list(Order.objects.order_by("pk").values_list("pk", "status")),
    )


def refused(code: OrderErrorCode, plan: MilestonePlan, act, **kwargs) -> None:
    before = footprint(plan)
    with pytest.raises(OrderError) as refusal:
        act(**kwargs)
    assert refusal.value.code == code
    assert footprint(plan) == before


def test_a_stage_is_an_order_with_its_own_price_time_and_frozen_terms(plan):
    order = stage(plan, 1)
    assert (order.kind, order.total_fen, order.delivery_days, order.revisions_allowed) == (
        OrderKind.STAGE,
        100_000,
        10,
        1,
    )
    assert (order.gig_title, order.package_tier, order.status) == ("第1阶段", "", OrderStatus.PENDING_PAYMENT)
    assert order.snapshot["stage"] == 1
    assert [one["amount_fen"] for one in order.snapshot["agreed"]["stages"]] == [100_000, 150_000, 50_000]


def test_the_next_stage_is_funded_when_the_one_before_is_accepted(plan):
    complete(stage(plan, 1))
    second = fund(plan)
    assert (second.total_fen, second.status) == (150_000, OrderStatus.PENDING_PAYMENT)
    assert fund(plan) == second
    assert states(plan) == [S.RELEASED, S.TO_PAY, S.PLANNED]


@pytest.mark.parametrize("so_far", [pay, lambda order: deliver(pay(order))])
def test_the_next_stage_waits_while_the_one_before_is_at_work(plan, so_far):
    so_far(stage(plan, 1))
    refused(OrderErrorCode.STAGE_NOT_DONE, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)


def dispute(order: Order, refund_fen: int) -> None:
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    decide_finally(order, refund_fen=refund_fen)


def test_the_next_stage_can_be_funded_after_a_dispute_that_left_the_seller_something(plan):
    first = deliver(pay(stage(plan, 1)))
    dispute(first, 40_000)
    assert fund(plan).total_fen == 150_000


def test_after_a_stage_was_given_back_whole_nothing_follows(plan):
    first = deliver(pay(stage(plan, 1)))
    dispute(first, 100_000)
    assert states(plan) == [S.GIVEN_BACK, S.PLANNED, S.PLANNED]
    refused(OrderErrorCode.STAGE_GIVEN_BACK, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)


def test_after_a_stage_was_cancelled_nothing_follows(plan):
    first = pay(stage(plan, 1))
    services.cancel_order(order_id=first.pk, user=plan.seller)
    refused(OrderErrorCode.STAGE_GIVEN_BACK, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)


def test_a_stage_that_lapsed_unpaid_is_placed_anew(plan):
    first = stage(plan, 1)
    with clock.moved_to(first.payment_expires_at + timedelta(minutes=1)):
        services.close_unpaid_order(order_id=first.pk)
        again = fund(plan)
    assert again != first
    assert stage(plan, 1) == again
    assert states(plan) == [S.TO_PAY, S.PLANNED, S.PLANNED]


def test_when_all_stages_are_paid_there_is_nothing_left_to_fund_or_stop(plan):
    complete(stage(plan, 1))
    complete(fund(plan))
    pay(fund(plan))
    refused(OrderErrorCode.PLAN_FINISHED, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)
    refused(OrderErrorCode.PLAN_FINISHED, plan, services.stop_plan, plan_id=plan.pk, user=plan.buyer, words="不做了")
    assert states(plan) == [S.RELEASED, S.RELEASED, S.IN_WORK]


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_either_side_stops_between_stages_and_the_rest_is_not_owed(plan, side):
    complete(stage(plan, 1))
    who = getattr(plan, side)
    other = plan.seller if side == "buyer" else plan.buyer
    for _click in range(2):
        services.stop_plan(plan_id=plan.pk, user=who, words="先做到这里")
    plan.refresh_from_db()
    assert (plan.stopped_by, plan.stopped_words) == (who, "先做到这里")
    assert states(plan) == [S.RELEASED, S.STOPPED, S.STOPPED]
    refused(OrderErrorCode.PLAN_STOPPED, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)
    assert Notification.objects.filter(recipient=other, url=plan.get_absolute_url()).count() == 1


def test_the_page_tells_whoever_stopped_it_so(plan):
    services.stop_plan(plan_id=plan.pk, user=plan.buyer, words="先做到这里")
    assert "你于" in log_in(plan.buyer).get(plan.get_absolute_url()).content.decode()
    assert f"{plan.buyer.display_name}于" in log_in(plan.seller).get(plan.get_absolute_url()).content.decode()


def test_a_stage_that_was_paid_goes_on_after_the_stop(plan):
    first = pay(stage(plan, 1))
    services.stop_plan(plan_id=plan.pk, user=plan.seller, words="后面的排不开")
    services.accept_delivery(order_id=deliver(first).pk, buyer=plan.buyer)
    assert states(plan) == [S.RELEASED, S.STOPPED, S.STOPPED]


def test_a_stage_that_waits_for_its_payment_is_closed_by_the_stop_and_takes_no_money(plan):
    complete(stage(plan, 1))
    second = fund(plan)
    services.stop_plan(plan_id=plan.pk, user=plan.seller, words="后面的排不开")
    second.refresh_from_db()
    assert second.status == OrderStatus.CANCELLED
    taken = services.confirm_payment(
        order_id=second.pk, gateway="alipay", payment_reference="PALATE", amount_fen=second.total_fen
    )
    assert taken is False


def test_the_money_of_a_plan_stopped_half_way_is_right_to_the_fen(plan, seller):
    complete(stage(plan, 1))
    second = pay(fund(plan))
    services.stop_plan(plan_id=plan.pk, user=plan.buyer, words="先做到这里")
    assert wallet_of(seller).pending_fen == 90_000
    services.accept_delivery(order_id=deliver(second).pk, buyer=plan.buyer)
    assert wallet_of(seller).pending_fen == 90_000 + 135_000
    assert Order.objects.filter(paid_at__isnull=False).count() == 2
    assert audit_books().violations == []


def test_stopping_needs_words(plan):
    refused(OrderErrorCode.STOP_WORDS_MISSING, plan, services.stop_plan, plan_id=plan.pk, user=plan.buyer, words="  ")


def test_only_the_buyer_funds_and_only_the_two_stop(plan):
    before = footprint(plan)
    for act in (
        lambda: services.fund_stage(plan_id=plan.pk, buyer=plan.seller),
        lambda: services.fund_stage(plan_id=plan.pk, buyer=make_user()),
        lambda: services.stop_plan(plan_id=plan.pk, user=make_user(), words="不做了"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert footprint(plan) == before


def test_questions_are_asked_once_with_the_first_stage(buyer, seller):
    plan = make_agreement(buyer=buyer, seller=seller, stages=stages(), questions=("店名是什么？",)).plan
    first = stage(plan, 1)
    assert [one.prompt for one in first.requirements.all()] == ["店名是什么？"]
    pay(first)
    services.submit_requirements(
        order_id=first.pk, buyer=buyer, answers={one.pk: "小满茶" for one in first.requirements.all()}
    )
    services.accept_delivery(order_id=deliver(first).pk, buyer=buyer)
    assert fund(plan).requirements.count() == 0
