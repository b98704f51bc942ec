"""Who an order waits for: one answer for the headline, the bar, the lists and the calendar; and work that is late."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.orders import automatic, lists, presenters, selectors, services, turns
from marketplace.orders.calendar import month_of
from marketplace.orders.models import DeadlineKind, Order, ProposalKind
from marketplace.orders.states import BUYER, SELLER, DisputeStatus, OrderStatus
from tests.factories import make_delivered_order, make_gig, make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.orders.changing import make_proposal
from tests.orders.situations import EVERY_STATE, make_order_in
from tests.orders.test_dispute_steps import make_dispute_in

pytestmark = pytest.mark.django_db
S, D = OrderStatus, DisputeStatus
WORKED_ON = (S.IN_PROGRESS, S.REVISION_REQUESTED)


@pytest.fixture
def order():
    return make_paid_order(buyer=make_user(name="林小满"), gig=make_gig(seller=make_seller(name="青禾品牌")))


def read(order, side) -> Order:
    return selectors.order_for(getattr(order, side), order.number)


def page_of(order, side):
    return log_in(getattr(order, side)).get(order.get_absolute_url())


def listed(order, side, **asked) -> list[lists.Row]:
    found = lists.order_list(getattr(order, side), lists.Wanted.read(side, asked), page=None)
    return [row for row in found.rows if row.order.pk == order.pk]


def assert_page_and_database_agree(order: Order) -> frozenset[str]:
    """Returns the sides that the order waits for."""
    sides = turns.turn_of(Order.objects.get(pk=order.pk)).sides
    for side in (BUYER, SELLER):
        is_found = Order.objects.filter(turns.waits_for(side), pk=order.pk).exists()
        assert is_found == (side in sides), (side, sides)
    return sides


@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_page_and_lists_give_one_answer_in_every_state(status):
    assert_page_and_database_agree(make_order_in(status))


@pytest.mark.parametrize(
    ("status", "waited"),
    [
        (D.ANSWER, {"seller"}),
        (D.MEDIATION, {"buyer", "seller", "mediator"}),
        (D.DECISION, {"mediator"}),
        (D.DECIDED, {"buyer", "seller"}),
        (D.APPEALED, {"mediator"}),
        (D.CLOSED, set()),
        (D.WITHDRAWN, {"buyer"}),
    ],
)
def test_a_dispute_waits_for_whoever_has_its_next_step(status, waited):
    assert assert_page_and_database_agree(make_dispute_in(status)) == waited


@pytest.mark.parametrize("status", [D.ANSWER, D.MEDIATION, D.DECISION, D.DECIDED, D.APPEALED])
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_a_proposed_division_waits_for_the_other_side(status, side):
    order = make_dispute_in(status)
    services.propose_split(order_id=order.pk, user=getattr(order, side), refund_fen=3_000)
    assert {"buyer": "seller", "seller": "buyer"}[side] in assert_page_and_database_agree(order)


def test_whoever_accepted_a_decision_is_not_waited_for_any_more():
    order = make_dispute_in(D.DECIDED)
    services.accept_decision(order_id=order.pk, user=order.buyer)
    assert assert_page_and_database_agree(order) == {"seller"}


@pytest.mark.parametrize("kind", [ProposalKind.EXTEND, ProposalKind.DISCOUNT, ProposalKind.SUPPLEMENT])
def test_a_proposal_waits_for_whoever_is_asked_and_the_work_goes_on_beside_it(order, kind):
    make_proposal(order, kind, side="seller")
    assert assert_page_and_database_agree(order) == {"buyer", "seller"}
    seller, buyer = (automatic.outlook(read(order, side), getattr(order, side)) for side in ("seller", "buyer"))
    assert seller.waits_for == "林小满（答复提议）和你（推进订单）"
    assert buyer.waits_for == "你（答复提议）和青禾品牌（推进订单）"
    assert "交付后不再计时" in seller.stop  # of the clock above, which is the work's
    assert "你同意或拒绝" in buyer.stop
    assert listed(order, "buyer", group="mine") != []
    assert listed(order, "buyer", group="other") == []


@pytest.mark.parametrize("proposer", ["buyer", "seller"])
def test_a_proposal_to_cancel_is_the_headline_of_both_and_its_answer_the_first_button(order, proposer):
    asked = {"buyer": "seller", "seller": "buyer"}[proposer]
    proposal = services.propose_cancellation(order_id=order.pk, user=getattr(order, proposer))
    assert assert_page_and_database_agree(order) == {asked}
    page = page_of(order, asked)
    found = page.context["next"]
    assert (found.deadline, found.main_action) == (proposal.expires_at, "answer")
    assert getattr(order, proposer).display_name in found.title
    assert page.context["outlook"].waits_for == "你"
    assert page.context["stamp"] == "待你答复"
    text = page.content.decode()
    bar = text[text.index('<div class="bottom actions-bar">') :]
    assert 'href="#cancel-heading"' in bar
    assert 'id="cancel-heading"' in text
    own = presenters.next_thing(read(order, proposer), getattr(order, proposer))
    assert own.deadline == proposal.expires_at
    assert getattr(order, asked).display_name in own.title
    assert "answer" not in own.actions


def test_a_request_for_more_time_leads_the_buyer_to_its_answer_and_leaves_the_seller_the_delivery(order):
    proposal = make_proposal(order, ProposalKind.EXTEND)
    page = page_of(order, "buyer")
    assert "青禾品牌" in page.context["next"].title
    text = page.content.decode()
    assert f'href="#proposal-{proposal.pk}"' in text
    assert f'id="proposal-{proposal.pk}"' in text
    (row,) = listed(order, "buyer", group="mine")
    assert (row.stamp[0], row.next_at) == ("待你答复", proposal.expires_at)
    assert page_of(order, "seller").context["next"].main_action == "deliver"
    services.accept_proposal(proposal_id=proposal.pk, user=order.buyer)
    assert listed(order, "buyer", group="mine") == []
    assert page_of(order, "buyer").context["next"].main_action != "answer"


def test_an_open_division_is_the_headline_of_the_order_too():
    order = make_dispute_in(D.MEDIATION)
    services.propose_split(order_id=order.pk, user=order.seller, refund_fen=3_000)
    asked = page_of(order, "buyer").context
    assert order.seller.display_name in asked["next"].title
    assert asked["next"].main_action == "case"
    assert listed(order, "seller", group="mine") == []


def test_the_clock_of_an_answer_in_a_dispute_is_named_for_whoever_reads_it():
    order = make_dispute_in(D.ANSWER)
    titles = {
        side: [each.title for each in automatic.outlook(read(order, side), getattr(order, side)).coming]
        for side in ("buyer", "seller")
    }
    assert "你的回应期限" in titles["seller"]
    assert "对方回应期限" in titles["buyer"]
    things = [
        str(thing.what)
        for month in {f"{timezone.localtime(clock.now() + timedelta(days=days)):%Y-%m}" for days in (0, 7)}
        for day in month_of(order.seller, SELLER, month).agenda
        for thing in day.things
    ]
    assert "你的回应期限" in things


@pytest.mark.parametrize("status", WORKED_ON, ids=str)
def test_late_is_called_late_by_both_pages_and_lists(status):
    order = make_order_in(status)
    with clock.moved_to(order.due_at + timedelta(hours=2)):
        assert turns.lateness(order) == turns.Lateness.LATE
        for side in ("buyer", "seller"):
            page = page_of(order, side)
            assert "逾期" in page.context["next"].title
            assert (page.context["stamp"], page.context["stamp_tone"]) == ("已逾期", "rouge")
            assert "过了这个时间" not in page.context["next"].text
            (row,) = listed(order, side)
            assert (row.stamp[0], row.is_late) == ("已逾期", True)
            assert (
                "order-row__next--late"
                in log_in(getattr(order, side))
                .get(reverse("orders:list" if side == "buyer" else "orders:desk_list"))
                .content.decode()
            )


@pytest.mark.parametrize("status", WORKED_ON, ids=str)
def test_a_buyer_who_may_cancel_alone_has_it_as_the_main_button_and_first_on_the_page(status):
    order = make_order_in(status)
    in_time = page_of(order, "buyer")
    assert in_time.context["next"].main_action == "cancel"
    assert "可以单方取消" in in_time.context["next"].text  # from when on: also of a late revision
    with clock.moved_to(order.due_at + timedelta(hours=25)):
        found = page_of(order, "buyer").context["next"]
        assert (found.main_action, found.bar_actions) == ("cancel-late", ["cancel-late"])
        assert "买家随时可以单方取消" in page_of(order, "seller").context["next"].text
        text = log_in(order.buyer).get(reverse("orders:action", args=[order.number, "cancel"])).content.decode()
    assert text.index('value="alone"') < text.index('value="together"')
    text = log_in(order.seller).get(reverse("orders:action", args=[order.number, "cancel"])).content.decode()
    assert text.index('value="together"') < text.index('value="alone"')  # it would leave a mark


def test_a_seller_reads_until_when_a_revision_is_due():
    order = make_order_in(S.REVISION_REQUESTED)
    found = presenters.next_thing(read(order, "seller"), order.seller)
    assert found.deadline == order.due_at
    assert found.started_at == order.events.get(type="revision_requested").created_at


def test_what_both_agreed_to_cancel_is_nobodys_deed_alone(order):
    proposal = services.propose_cancellation(
        order_id=order.pk, user=order.buyer, reason_code="changed_mind", message="计划变了"
    )
    services.accept_cancellation(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    for side, words in (("buyer", "青禾品牌同意取消订单"), ("seller", "你同意取消订单")):
        entry = next(each for each in page_of(order, side).context["events"] if words in each.title)
        assert entry.text == "由林小满提议。不再需要了：计划变了"


def test_what_both_agreed_in_a_dispute_is_called_no_decision():
    order = make_dispute_in(D.MEDIATION)
    proposal = services.propose_split(order_id=order.pk, user=order.buyer, refund_fen=3_000)
    services.accept_split(order_id=order.pk, proposal_id=proposal.pk, user=order.seller)
    page = page_of(order, "buyer")
    assert page.context["stamp"] == "已谈成"
    assert any("纠纷由双方谈成" in entry.title for entry in page.context["events"])
    (row,) = listed(order, "buyer")
    assert row.stamp[0] == "已谈成"
    assert presenters.stamp(make_order_in(S.RESOLVED), order.buyer)[0] == "已裁定"


def test_the_sellers_desk_tells_what_is_overdue_from_what_is_due_soon(order):
    seller = order.seller
    disputed = make_paid_order(buyer=order.buyer, gig=make_gig(seller=seller))
    services.open_dispute(order_id=disputed.pk, user=seller, reason="联系不上")
    client = log_in(seller)
    with clock.moved_to(order.due_at - timedelta(hours=2)):
        desk = client.get(reverse("insights:desk")).context["desk"]
        assert (desk.overdue, desk.due_today) == (0, 1)
    with clock.moved_to(order.due_at + timedelta(hours=2)):
        page = client.get(reverse("insights:desk"))
        desk, text = page.context["desk"], page.content.decode()
    assert (desk.overdue, desk.due_today) == (1, 0)
    assert "todo__late" in text
    assert (
        text[text.index("<tbody>") :].split("</tbody>")[0].count("已过") == 1
    )  # of the late one; the clocks of the dispute stand still
    assert "计时暂停" in text
    assert [each.pk for each in desk.open_orders] == [order.pk, disputed.pk]


def test_the_figure_of_late_orders_is_that_of_the_list_it_leads_to(order):
    client = log_in(order.seller)
    with clock.moved_to(order.due_at + timedelta(hours=2)):
        for asked in (1, 0):
            desk = client.get(reverse("insights:desk")).context["desk"]
            assert desk.overdue == len(listed(order, "seller", group="mine", sort="deadline")) == asked
            if asked:
                services.propose_cancellation(order_id=order.pk, user=order.seller, reason_code="no_time")


def test_the_clocks_of_a_delivery_are_named_by_what_was_delivered():
    order = make_order_in(S.REVISION_REQUESTED)
    assert automatic.title_of(DeadlineKind.LATE, order, order.buyer) == "约定的修改完成时间"
    order = make_delivered_order()
    assert automatic.title_of(DeadlineKind.LATE, order, order.buyer) == "约定交付"
