"""Agreements in stages: funded one by one, each an order of its own, stopped after any of them."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from marketplace.accounts.models import BlockedPerson
from marketplace.core import clock
from marketplace.gigs.models import GigStats
from marketplace.ledger.audit import audit_books
from marketplace.ledger.selectors import wallet_of
from marketplace.notifications.models import Notification
from marketplace.offers import services as offers
from marketplace.orders import lists, plan_selectors, presenters, selectors, services
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import CancelledBy, MilestonePlan, Order, OrderEventType, OrderKind
from marketplace.orders.own_data import OrdersSection
from marketplace.orders.stages import StageState, view_of
from marketplace.orders.states import OrderStatus
from tests.factories import decide_finally, make_completed_order, make_gig, make_user
from tests.logins import log_in
from tests.offers.situations import complete, deliver, make_agreement, make_offer, make_plan, pay, stages, terms

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
    assert (order.gig_title, order.package_tier) == ("阶段1/3 第1阶段 · 茶饮店标志", "")
    assert order.status == OrderStatus.PENDING_PAYMENT
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


def test_a_stage_whose_payment_time_is_over_is_placed_anew_before_its_clock_came(plan):
    first = stage(plan, 1)
    with clock.moved_to(first.payment_expires_at):
        again = fund(plan)
    first.refresh_from_db()
    assert (first.status, again.status) == (OrderStatus.CANCELLED, OrderStatus.PENDING_PAYMENT)
    assert stage(plan, 1) == again


def test_an_agreement_in_stages_is_one_sale_of_its_gig(buyer, seller):
    gig = make_gig(seller=seller)
    plan = make_agreement(seller=seller, buyer=buyer, gig=gig, stages=stages()).plan
    complete(stage(plan, 1))
    assert GigStats.objects.get(gig=gig).orders_completed == 1
    complete(fund(plan))
    complete(fund(plan))
    assert GigStats.objects.get(gig=gig).orders_completed == 1
    make_completed_order(gig=gig)
    assert GigStats.objects.get(gig=gig).orders_completed == 2


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
    told = Notification.objects.filter(recipient=other, url=plan.get_absolute_url())
    assert told.latest("pk").body == f"{plan.title} · {who.display_name} · 先做到这里"
    assert told.filter(body__endswith="先做到这里").count() == 1


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
    assert (second.status, second.cancelled_by) == (OrderStatus.CANCELLED, CancelledBy.SELLER)
    assert second.events.get(type=OrderEventType.CANCELLED).data["reason"] == "后面的排不开"
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


@pytest.mark.parametrize("blocker", ["buyer", "seller"])
def test_who_is_blocked_funds_no_further_stage(plan, blocker):
    complete(stage(plan, 1))
    other = plan.seller if blocker == "buyer" else plan.buyer
    BlockedPerson.objects.create(owner=getattr(plan, blocker), person=other)
    refused(OrderErrorCode.NOT_FOR_YOU, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)


def told_of_next(plan: MilestonePlan, title: str = "付款后开始下一阶段") -> int:
    return Notification.objects.filter(recipient=plan.buyer, url=plan.get_absolute_url(), title=title).count()


def listed(plan: MilestonePlan, side: str, group: str) -> bool:
    wanted = lists.Wanted.read(side, {"group": group})
    found = lists.order_list(getattr(plan, side), wanted, page=None)
    return [view.plan for view in found.plans] == [plan]


def test_the_buyer_hears_that_the_next_stage_waits_and_finds_it_in_the_list(plan):
    assert (listed(plan, "buyer", "mine"), told_of_next(plan)) == (False, 0)  # its order is there itself
    complete(stage(plan, 1))
    assert told_of_next(plan) == 1
    assert [listed(plan, "buyer", group) for group in ("", "mine", "other", "finished")] == [True, True, False, False]
    assert [listed(plan, "seller", group) for group in ("", "mine", "other")] == [True, False, True]
    found = lists.order_list(plan.buyer, lists.Wanted.read("buyer", {"q": "别的"}), page=None)
    assert (found.plans, found.mine) == ([], 0)  # the number follows the words
    complete(fund(plan))
    complete(fund(plan))
    assert (listed(plan, "buyer", ""), told_of_next(plan)) == (False, 2)


def test_a_stage_that_nobody_ordered_yet_is_in_the_list_of_somebody_without_orders(buyer, seller, buyer_client):
    offer = make_offer(buyer=buyer, seller=seller, stages=stages())
    counter = offers.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(stages=stages()), valid_days=3)
    plan = offers.accept_offer(offer_id=counter.pk, user=seller).plan
    page = buyer_client.get(reverse("orders:list")).content.decode()
    assert plan.get_absolute_url() in page
    assert "下一阶段待付款" in page


def test_the_next_stage_is_told_of_after_a_dispute_that_left_the_seller_something(plan):
    first = pay(stage(plan, 1))
    services.open_dispute(order_id=first.pk, user=plan.buyer, reason="与约定不符")
    decide_finally(first, refund_fen=40_000)
    assert told_of_next(plan) == 1
    assert listed(plan, "buyer", "mine")


def test_of_a_stage_that_was_given_back_nothing_is_told_but_the_page_says_why_it_ends(plan, buyer_client):
    first = pay(stage(plan, 1))
    services.cancel_order(order_id=first.pk, user=plan.seller)
    assert (told_of_next(plan), listed(plan, "buyer", "")) == (0, False)
    assert "有一个阶段已全额退款" in buyer_client.get(plan.get_absolute_url()).content.decode()


def test_an_account_with_an_agreement_that_goes_on_is_not_closed_unseen(plan):
    complete(stage(plan, 1))
    for person in (plan.buyer, plan.seller):
        assert plan.get_absolute_url() in [blocker.url for blocker in OrdersSection().blockers(person)]
    services.stop_plan(plan_id=plan.pk, user=plan.seller, words="后面的排不开")
    assert plan.get_absolute_url() not in [blocker.url for blocker in OrdersSection().blockers(plan.buyer)]


@pytest.mark.parametrize("blocker", ["buyer", "seller"])
def test_between_people_of_whom_one_blocked_the_other_no_further_stage_is_funded_and_no_tip_given(plan, blocker):
    first = complete(stage(plan, 1))
    owner, person = (plan.buyer, plan.seller) if blocker == "buyer" else (plan.seller, plan.buyer)
    BlockedPerson.objects.create(owner=owner, person=person)
    refused(OrderErrorCode.NOT_FOR_YOU, plan, services.fund_stage, plan_id=plan.pk, buyer=plan.buyer)
    refused(OrderErrorCode.NOT_FOR_YOU, plan, services.give_tip, order_id=first.pk, buyer=plan.buyer, amount_fen=1000)


def test_the_page_of_an_accepted_stage_speaks_of_the_stage(plan, buyer):
    complete(stage(plan, 1))
    order = selectors.order_for(buyer, stage(plan, 1).number)
    assert presenters.next_thing(order, buyer).title == "本阶段完成，款项已结算给服务商"
