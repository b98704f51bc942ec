"""What two people agreed on stands whole wherever it is judged: on their own pages, the mediators' desk, the paper for courts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from marketplace.core import clock
from marketplace.gigs.models import GigPackage
from marketplace.offers import services as offers
from marketplace.orders import services
from marketplace.orders.evidence import collect
from marketplace.orders.models import EvidenceBundle, Order, OrderKind, OrderProposal, ProposalKind
from marketplace.orders.services import bundles
from marketplace.orders.states import OrderStatus
from tests.factories import make_completed_order, make_gig, make_moderator, make_paid_order, make_seller, make_user
from tests.logins import log_in
from tests.offers.situations import deliver, make_agreement, pay, stages
from tests.orders.changing import make_proposal
from tests.orders.situations import make_order_in
from tests.orders.test_snapshot import full_gig

pytestmark = pytest.mark.django_db

# Longer than any column of the order that repeats the beginning of it.
LONG = "甲" * 400
END = "源文件必须给AI格式"


def _of_a_package() -> tuple[Order, set[str]]:
    gig = full_gig()
    gig.packages.update(delivery_days=17, revisions=9)
    order = make_paid_order(gig=gig)
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先做")
    package = GigPackage.objects.get(pk=order.package_id)
    return order, {"能改几次？", "源文件", "17天", package.description}


def _of_an_offer() -> tuple[Order, set[str]]:
    negotiation = make_agreement(seller=make_seller(), buyer=make_user(), scope=LONG + END, questions=("店名怎么写？",))
    order = pay(offers.order_agreement(negotiation_id=negotiation.pk, buyer=negotiation.buyer))
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先做")
    return order, {END, "店名怎么写？"}


def _of_a_stage() -> tuple[Order, set[str]]:
    first, *others = stages()
    long = type(first)(first.title, first.amount_fen, first.delivery_days, first.revisions, LONG + "只交黑白稿")
    agreement = make_agreement(seller=make_seller(), buyer=make_user(), scope=LONG + END, stages=(long, *others))
    order = pay(agreement.plan.milestones.get(position=1).order)
    return order, {END, "只交黑白稿", "本订单", others[-1].description}


def _of_additional_work() -> tuple[Order, set[str]]:
    parent = make_paid_order()
    proposal = make_proposal(parent, ProposalKind.SUPPLEMENT, message=LONG + END)
    services.accept_proposal(proposal_id=proposal.pk, user=parent.seller)
    return pay(parent.children.get()), {END}


MADE: dict[OrderKind, list[Callable[[], tuple[Order, set[str]]]]] = {
    OrderKind.STANDARD: [_of_a_package, _of_an_offer],
    OrderKind.STAGE: [_of_a_stage],
    OrderKind.SUPPLEMENT: [_of_additional_work],
    OrderKind.TIP: [],  # nothing is owed for it, and nothing can be disputed
}


def test_every_kind_of_order_is_looked_at():
    assert set(MADE) == set(OrderKind)


@pytest.mark.parametrize("made", [each for makers in MADE.values() for each in makers])
def test_both_sides_the_mediator_and_a_court_read_all_that_was_agreed(made):
    order, words = made()
    with clock.moved_to(clock.now() + timedelta(days=2)):  # the second thought of a buyer who told nothing is over
        deliver(order)
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="和说好的不一样")
    order.refresh_from_db()
    mediator = make_moderator()
    as_bought = reverse("orders:as_bought", args=[order.number])

    def missing(text: str) -> set[str]:
        return {each for each in words if escape(each) not in text}

    for person in (order.buyer, order.seller, mediator):
        assert not missing(log_in(person).get(as_bought).content.decode())
    desk = log_in(mediator).get(reverse("orders_dispute_decide", args=[order.dispute.pk])).content.decode()
    # The page of a service is long: the desk leads to it. What two agreed on themselves stands there.
    assert as_bought in desk if made is _of_a_package else not missing(desk)
    bundle = services.ask_for_bundle(dispute_id=order.dispute.pk, user=mediator)
    bundle = EvidenceBundle.objects.select_related("dispute__order").get(pk=bundle.pk)
    assert not missing(bundles._paper(bundle, collect(bundle.dispute)))


def test_nobody_is_told_that_the_page_of_a_service_promised_what_two_agreed_on_themselves():
    order, _words = _of_an_offer()
    agreed = log_in(order.buyer).get(reverse("orders:as_bought", args=[order.number])).content.decode()
    package = log_in(order.buyer)
    bought = make_paid_order(gig=make_gig(), buyer=order.buyer)
    promised = package.get(reverse("orders:as_bought", args=[bought.number])).content.decode()
    assert "下单时服务页面的内容" in promised
    assert "下单时服务页面的内容" not in agreed
    assert "双方约定" in agreed


def test_the_words_with_a_tip_are_read_whole():
    order = make_completed_order()
    tip = services.give_tip(order_id=order.pk, buyer=order.buyer, amount_fen=2000, message="谢" * 190 + END)
    text = log_in(order.buyer).get(reverse("orders:as_bought", args=[tip.number])).content.decode()
    assert END in text


@pytest.mark.parametrize("kind", [ProposalKind.EXTEND, ProposalKind.DISCOUNT, ProposalKind.SUPPLEMENT])
@pytest.mark.parametrize("answer", [services.accept_proposal, services.decline_proposal])
def test_the_words_of_a_proposal_are_read_whole_after_its_answer(kind, answer):
    order = make_paid_order()
    proposal = make_proposal(order, kind, message="我" * 990 + END)
    answer(proposal_id=proposal.pk, user=order.buyer if proposal.proposed_by_id == order.seller_id else order.seller)
    assert OrderProposal.objects.get().status != "open"
    for person in (order.buyer, order.seller):
        assert END in log_in(person).get(order.get_absolute_url()).content.decode()


def test_the_words_of_a_proposed_division_are_read_whole_on_the_time_line():
    order = make_order_in(OrderStatus.DISPUTED)
    services.answer_dispute(order_id=order.pk, user=order.seller, text="做完了。", wanted_fen=None, files=[])
    services.propose_split(order_id=order.pk, user=order.seller, refund_fen=100, message="我" * 990 + END)
    for person in (order.buyer, order.seller):
        assert END in log_in(person).get(order.get_absolute_url()).content.decode()


def test_who_pays_reads_all_of_it_before():
    negotiation = make_agreement(seller=make_seller(), buyer=make_user(), scope=LONG + END)
    order = offers.order_agreement(negotiation_id=negotiation.pk, buyer=negotiation.buyer)
    assert END in log_in(order.buyer).get(reverse("payments:pay", args=[order.number])).content.decode()
