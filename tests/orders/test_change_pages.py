"""The pages on which two sides change an order together: forms, answers, refusals; strangers find none of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from marketplace.core import clock
from marketplace.orders import services, tip_rules
from marketplace.orders.delivery_selectors import proposals_of
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order, OrderKind, ProposalKind
from marketplace.orders.order_parts import possible_changes
from marketplace.orders.states import OrderStatus
from tests.factories import (
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_order,
    make_paid_order,
    make_seller,
    make_user,
)
from tests.logins import log_in
from tests.offers.situations import make_plan
from tests.orders.changing import make_proposal, make_tip, pay
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db

S = OrderStatus
# What each side is offered beside the next step, in every state of an order without revisions left.
OFFERED = {
    (S.AWAITING_REQUIREMENTS, "buyer"): ["supplement"],
    (S.AWAITING_REQUIREMENTS, "seller"): ["discount", "supplement"],
    (S.IN_PROGRESS, "buyer"): ["supplement"],
    (S.IN_PROGRESS, "seller"): ["extend", "discount", "supplement"],
    (S.REVISION_REQUESTED, "buyer"): ["supplement"],
    (S.REVISION_REQUESTED, "seller"): ["extend", "discount", "supplement"],
    (S.DELIVERED, "buyer"): ["pause", "supplement", "one-more-revision"],
    (S.DELIVERED, "seller"): ["discount", "supplement"],
    (S.COMPLETED, "buyer"): ["tip"],
}
CHANGES = ("pause", "tip", "extend", "discount", "supplement", "one-more-revision")


def address(order, action):
    return reverse("orders:change", args=[order.number, action])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_each_side_is_offered_what_it_may_do_and_every_offer_has_its_page(status, side, language):
    order = make_order_in(status, **({} if status == S.REVISION_REQUESTED else {"revisions": 0}))
    user = getattr(order, side)
    assert possible_changes(order, user, proposals_of(order)) == OFFERED.get((status, side), [])
    if status == S.PENDING_PAYMENT and side == "seller":
        return  # an order that was never paid is not the seller's business
    client = log_in(user)
    client.cookies["django_language"] = language
    page = client.get(order.get_absolute_url()).content.decode()
    for action in CHANGES:
        is_offered = action in OFFERED.get((status, side), [])
        assert (address(order, action) in page) is is_offered
        assert client.get(address(order, action)).status_code == (200 if is_offered else 302)


def test_for_a_stranger_there_is_none_of_it():
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.EXTEND)
    before, stranger = footprint(order), log_in(make_user())
    for action in CHANGES:
        assert stranger.get(address(order, action)).status_code == 404
        assert stranger.post(address(order, action), {"days": 1, "message": "x", "amount": 9}).status_code == 404
    for reply in ("accept", "decline", "withdraw"):
        url = reverse("orders:answer_proposal", args=[order.number, proposal.pk, reply])
        assert stranger.post(url).status_code == 404
    assert footprint(order) == before


def test_a_seller_asks_for_more_time_and_the_buyer_gives_it():
    order = make_paid_order()
    due_at = order.due_at
    refused = log_in(order.seller).post(address(order, "extend"), {"days": 99, "message": "不够时间"})
    assert refused.status_code == 422
    assert "不够时间" in refused.content.decode()
    assert log_in(order.seller).post(address(order, "extend"), {"days": 2, "message": "打样晚了"}).status_code == 302
    proposal = order.proposals.get()
    page = log_in(order.buyer).get(order.get_absolute_url()).content.decode()
    assert "打样晚了" in page
    yes = reverse("orders:answer_proposal", args=[order.number, proposal.pk, "accept"])
    assert yes in page
    assert yes not in log_in(order.seller).get(order.get_absolute_url()).content.decode()
    assert log_in(order.buyer).get(yes).status_code == 405
    assert log_in(order.buyer).post(yes).status_code == 302
    order.refresh_from_db()
    assert (order.due_at - due_at).days == 2


def test_additional_work_can_be_countered_by_the_other_side_and_not_by_its_own():
    order = make_paid_order()
    make_proposal(order, ProposalKind.SUPPLEMENT, side="buyer")
    assert "supplement" not in possible_changes(order, order.buyer, proposals_of(order))
    assert "supplement" in possible_changes(order, order.seller, proposals_of(order))


def test_nobody_says_yes_to_themselves_by_the_address():
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.EXTEND)
    url = reverse("orders:answer_proposal", args=[order.number, proposal.pk, "accept"])
    assert log_in(order.seller).post(url).status_code == 403
    proposal.refresh_from_db()
    assert proposal.status == "open"
    nonsense = reverse("orders:answer_proposal", args=[order.number, proposal.pk, "maybe"])
    assert log_in(order.buyer).post(nonsense).status_code == 404


def test_an_answer_that_comes_too_late_leads_back_to_the_order_with_a_word():
    order = make_paid_order()
    proposal = make_proposal(order, ProposalKind.EXTEND)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="说不拢")
    before = footprint(order)
    for reply in ("accept", "decline"):
        url = reverse("orders:answer_proposal", args=[order.number, proposal.pk, reply])
        answer = log_in(order.buyer).post(url, follow=True)
        assert answer.redirect_chain == [(order.get_absolute_url(), 302)]
        assert OrderError(OrderErrorCode.PROPOSAL_OVER).message in answer.content.decode()
        assert "同意延期" not in answer.content.decode()
    assert footprint(order) == before


def test_a_buyer_who_agrees_to_additional_work_is_led_to_its_payment_and_both_pages_show_it():
    order = make_paid_order()
    said = {"message": "加一版头像", "amount": "50.00", "days": 2}
    assert log_in(order.seller).post(address(order, "supplement"), said).status_code == 302
    proposal = order.proposals.get()
    assert proposal.amount_fen == 5000
    url = reverse("orders:answer_proposal", args=[order.number, proposal.pk, "accept"])
    answer = log_in(order.buyer).post(url)
    supplement = Order.objects.get(kind=OrderKind.SUPPLEMENT)
    assert answer.headers["Location"] == reverse("payments:pay", args=[supplement.number])
    seller_page = log_in(order.seller).get(order.get_absolute_url()).content.decode()
    assert supplement.number in seller_page
    assert supplement.get_absolute_url() not in seller_page  # not paid yet: not the seller's to open
    pay(supplement)
    assert supplement.get_absolute_url() in log_in(order.seller).get(order.get_absolute_url()).content.decode()
    assert order.number in log_in(order.buyer).get(supplement.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("said", "amount_fen"),
    [
        ({"preset": "1000"}, 1000),
        ({"preset": "own", "amount": "12.34"}, 1234),
        ({"amount": "12.34"}, 1234),
        ({"preset": "1000", "amount": "10"}, 1000),
    ],
    ids=["suggested", "one's own", "typed and nothing ticked", "the same twice"],
)
def test_a_tip_leads_to_its_payment_and_is_thanked_for_on_both_pages(said, amount_fen):
    order = make_completed_order()
    answer = log_in(order.buyer).post(address(order, "tip"), said | {"message": "辛苦了"})
    tip = Order.objects.get(kind=OrderKind.TIP)
    assert tip.total_fen == amount_fen
    assert answer.headers["Location"] == reverse("payments:pay", args=[tip.number])
    assert "辛苦了" not in log_in(order.seller).get(order.get_absolute_url()).content.decode()
    pay(tip)
    for user in (order.buyer, order.seller):
        client = log_in(user)
        assert "辛苦了" in client.get(order.get_absolute_url()).content.decode()
        assert client.get(tip.get_absolute_url()).status_code == 200
    assert possible_changes(order, order.buyer, proposals_of(order)) == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"preset": "own"},
        {"preset": "7"},
        {"preset": "own", "amount": "1"},
        {"amount": "1"},
        {"preset": "1000", "amount": "20"},
    ],
    ids=str,
)
def test_a_tip_of_no_or_a_wrong_amount_is_asked_for_again(said):
    order = make_completed_order()
    assert log_in(order.buyer).post(address(order, "tip"), said).status_code == 422
    assert not order.children.exists()


def test_no_tip_is_ticked_beforehand_and_the_page_says_until_when_one_can_be_given():
    order = make_completed_order()
    client = log_in(order.buyer)
    answer = client.get(address(order, "tip"))
    assert 'type="radio"' in answer.content.decode()
    assert " checked" not in answer.content.decode()
    assert answer.content.decode().count("field__optional") == 1  # the words alone: one of the amounts is needed
    until = date_format(timezone.localtime(tip_rules.ends_at(order)), "n月j日 H:i")
    assert until in answer.content.decode()
    with clock.moved_to(tip_rules.ends_at(order)):
        late = client.get(address(order, "tip"), follow=True)
    assert late.redirect_chain
    assert "打赏" in str(next(iter(late.context["messages"])))


def test_of_two_different_amounts_of_a_tip_the_page_names_both():
    order = make_completed_order()
    page = log_in(order.buyer).post(address(order, "tip"), {"preset": "1000", "amount": "20"}).content.decode()
    assert "¥10" in page
    assert "¥20" in page.split("field__error")[1]


def test_a_tip_is_paid_and_not_put_into_escrow():
    tip = make_tip()
    client = log_in(tip.buyer)
    page = client.get(reverse("payments:pay", args=[tip.number])).content.decode()
    assert "托管" not in page.split("<main")[1].split("</main>")[0]
    pay(tip)
    done = client.get(reverse("payments:return", args=[tip.number]), follow=True)
    assert [str(message) for message in done.context["messages"]] == ["已付款，这笔打赏已归服务商所有。谢谢你。"]
    assert 'id="reviews"' not in done.content.decode()


def test_what_is_added_is_said_in_chinese_and_on_the_page_where_it_is_paid():
    order = make_paid_order()
    with override("en"):  # whoever acts
        services.accept_proposal(
            proposal_id=make_proposal(order, ProposalKind.SUPPLEMENT, side="buyer").pk, user=order.seller
        )
    supplement = order.children.get()
    assert supplement.gig_title == f"追加工作：{order.gig_title}"
    page = log_in(order.buyer).get(reverse("payments:pay", args=[supplement.number])).content.decode()
    assert "加一版外卖头像" in page


@pytest.mark.parametrize("kind", [ProposalKind.EXTEND, ProposalKind.SUPPLEMENT])
def test_a_proposal_is_taken_back_and_no_withdrawal_is_cancelled(kind):
    order = make_paid_order()
    proposal = make_proposal(order, kind)
    page = log_in(proposal.proposed_by).get(order.get_absolute_url()).content.decode()
    assert "撤回提议" in page
    assert "取消提现" not in page


def test_who_asks_for_more_time_sees_the_date_that_is_and_the_one_that_would_be():
    order = make_paid_order()
    client = log_in(order.seller)
    assert moment_of(order.due_at) in client.get(address(order, "extend")).content.decode()
    preview = reverse("orders:extend_preview", args=[order.number])
    assert preview in client.get(address(order, "extend")).content.decode()
    assert moment_of(order.due_at + timedelta(days=3)) in client.get(preview, {"days": "3"}).content.decode()
    for typed in ("", "0", "viel", "9999"):
        assert client.get(preview, {"days": typed}).content.decode().strip() == ""
    refused = client.post(address(order, "extend"), {"days": "3"}).content.decode()
    assert moment_of(order.due_at + timedelta(days=3)) in refused
    for user in (order.buyer, make_user()):
        assert log_in(user).get(preview, {"days": "3"}).status_code == 404


def moment_of(moment):
    return date_format(timezone.localtime(moment), "n月j日 H:i")


def test_a_pause_says_how_long_and_happens_once():
    order = make_delivered_order(gig=make_gig(revisions=1))
    page = log_in(order.buyer).get(address(order, "pause")).content.decode()
    assert "7天" in page
    until = order.auto_accept_at + timedelta(days=7)
    assert date_format(timezone.localtime(until), "n月j日 H:i") in page
    assert log_in(order.buyer).post(address(order, "pause")).status_code == 302
    order.refresh_from_db()
    assert "pause" not in possible_changes(order, order.buyer, proposals_of(order))
    assert log_in(order.buyer).post(address(order, "pause")).status_code == 422


def test_the_page_of_an_unpaid_tip_is_the_buyers_alone():
    tip = make_tip()
    assert log_in(tip.buyer).get(tip.get_absolute_url()).status_code == 200
    assert log_in(tip.seller).get(tip.get_absolute_url()).status_code == 404
    services.cancel_order(order_id=tip.pk, user=tip.buyer)
    assert possible_changes(tip.parent, tip.buyer, proposals_of(tip.parent)) == ["tip"]


def _supplement() -> Order:
    order = make_paid_order()
    services.accept_proposal(proposal_id=make_proposal(order, ProposalKind.SUPPLEMENT).pk, user=order.seller)
    return order.children.get()


def _stage() -> Order:
    return make_plan(buyer=make_user(), seller=make_seller()).milestones.get(position=1).order


MADE = {
    OrderKind.STANDARD: make_order,
    OrderKind.SUPPLEMENT: _supplement,
    OrderKind.TIP: make_tip,
    OrderKind.STAGE: _stage,
}


@pytest.mark.parametrize("kind", OrderKind, ids=str)
def test_the_page_of_every_kind_of_order_opens_for_both_sides(kind):
    order = MADE[kind]()
    assert order.kind == kind
    assert log_in(order.buyer).get(order.get_absolute_url()).status_code == 200
    assert pay(order)
    for user in (order.buyer, order.seller):
        page = log_in(user).get(order.get_absolute_url())
        assert page.status_code == 200
        assert order.gig_title in page.content.decode()
