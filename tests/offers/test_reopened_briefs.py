"""Briefs that take offers again: who hears of it, who may answer, and what was agreed before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.notifications.models import Notification
from marketplace.offers import services
from marketplace.offers.errors import BriefError, BriefErrorCode, OfferError, OfferErrorCode
from marketplace.offers.models import Brief, DeclineReason
from marketplace.offers.states import BriefStatus, OfferStatus
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from tests.factories import decide_finally, make_gig, make_seller
from tests.offers.situations import make_offer, pay, seller_of, stages, terms

S = BriefStatus


def test_a_closed_brief_ends_its_offers_and_can_be_opened_again(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    for _click in range(2):
        services.close_brief(brief_id=brief.pk, buyer=buyer)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OVERTAKEN
    assert Notification.objects.filter(recipient=seller).count() == 1
    for _click in range(2):
        services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    brief.refresh_from_db()
    assert (brief.status, brief.ended_at) == (S.OPEN, None)
    assert brief.expires_at > clock.now() + timedelta(days=6)


def reopen(brief, buyer):
    return services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)


def test_who_was_overtaken_hears_that_the_brief_is_open_again_and_answers_in_the_same_negotiation(brief, buyer, seller):
    first = make_offer(seller=seller, buyer=buyer, brief=brief)
    services.close_brief(brief_id=brief.pk, buyer=buyer)
    reopen(brief, buyer)
    assert Notification.objects.filter(recipient=seller, title="你报过价的需求重新接受报价，可以再次报价").count() == 1
    gig = make_gig(seller=seller)
    second = make_offer(seller=seller, buyer=buyer, brief=brief, gig=gig)
    assert (second.negotiation_id, second.number, second.negotiation.gig) == (first.negotiation_id, 2, gig)
    agreed = services.accept_offer(offer_id=second.pk, user=buyer)
    assert agreed.order.gig == gig


def test_a_brief_whose_day_is_over_is_opened_again_for_a_day_that_can_be_kept(brief, buyer):
    services.close_brief(brief_id=brief.pk, buyer=buyer)
    Brief.objects.filter(pk=brief.pk).update(wanted_by=timezone.localdate())
    for day in (None, timezone.localdate()):
        with pytest.raises(BriefError) as refusal:
            services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7, wanted_by=day)
        assert refusal.value.code == BriefErrorCode.WANTED_BY
    brief.refresh_from_db()
    assert (brief.status, brief.wanted_by) == (S.CLOSED, timezone.localdate())
    day = timezone.localdate() + timedelta(days=20)
    services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7, wanted_by=day)
    brief.refresh_from_db()
    assert (brief.status, brief.wanted_by) == (S.OPEN, day)


def test_only_those_hear_of_it_whose_offer_ended_with_the_brief(brief, buyer, seller):
    make_offer(seller=seller, buyer=buyer, brief=brief)
    for _time in range(2):
        services.close_brief(brief_id=brief.pk, buyer=buyer)
        reopen(brief, buyer)
    assert Notification.objects.filter(recipient=seller, title__startswith="你报过价的需求").count() == 1


def test_a_brief_that_was_full_takes_offers_again_after_it_was_opened_again(brief, buyer):
    set_config(key="briefs.offers_maximum", value=1, reason="test")
    make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    services.close_brief(brief_id=brief.pk, buyer=buyer)
    reopen(brief, buyer)
    assert make_offer(seller=make_seller(), buyer=buyer, brief=brief).status == OfferStatus.OPEN


def test_who_answers_anew_takes_a_place_like_anybody(brief, buyer, seller):
    set_config(key="briefs.offers_maximum", value=1, reason="test")
    first = make_offer(seller=seller, buyer=buyer, brief=brief)
    services.withdraw_offer(offer_id=first.pk, user=seller)
    make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=seller, buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_FULL


def test_a_brief_that_is_opened_again_is_told_to_sellers_who_were_not_told(brief, buyer, category):
    early = seller_of(category)
    services.announce_brief(brief_id=brief.pk)
    services.close_brief(brief_id=brief.pk, buyer=buyer)
    late = seller_of(category)
    reopen(brief, buyer)
    assert services.announce_brief(brief_id=brief.pk) is True
    heard = Notification.objects.filter(url=brief.get_absolute_url()).values_list("recipient_id", flat=True)
    assert sorted(heard) == sorted([early.pk, late.pk])


@pytest.mark.parametrize("ends", [services.withdraw_offer, services.expire_offer])
def test_a_buyers_counter_offer_that_came_to_nothing_does_not_lock_the_seller_out(brief, buyer, seller, ends):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    counter = services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(total_fen=60_000), valid_days=1)
    if ends is services.withdraw_offer:
        services.withdraw_offer(offer_id=counter.pk, user=buyer)
    with clock.moved_to(counter.expires_at):
        services.expire_offer(negotiation_id=counter.negotiation_id)
        assert make_offer(seller=seller, buyer=buyer, brief=brief).number == 3


def test_who_was_declined_is_told_so_and_who_declined_a_counter_offer_may_answer_again(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    counter = services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(total_fen=60_000), valid_days=3)
    services.decline_offer(offer_id=counter.pk, user=seller, reason=DeclineReason.PRICE)
    again = make_offer(seller=seller, buyer=buyer, brief=brief)
    services.decline_offer(offer_id=again.pk, user=buyer, reason=DeclineReason.PRICE)
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=seller, buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_DECLINED


@pytest.mark.parametrize("kind", ["whole", "in stages", "not ordered yet"])
def test_what_was_agreed_about_a_brief_that_is_opened_again_holds_no_longer(brief, buyer, seller, kind):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, stages=stages() if kind == "in stages" else ())
    if kind == "not ordered yet":
        counter = services.counter_offer(offer_id=offer.pk, user=buyer, terms=terms(total_fen=60_000), valid_days=3)
        agreed = services.accept_offer(offer_id=counter.pk, user=seller)
    else:
        agreed = services.accept_offer(offer_id=offer.pk, user=buyer)
        first = agreed.order or agreed.plan.milestones.get(position=1).order
        orders.cancel_order(order_id=first.pk, user=buyer)
    plan = agreed.plan
    reopen(brief, buyer)
    with pytest.raises(OfferError) as refusal:
        services.order_agreement(negotiation_id=agreed.pk, buyer=buyer)
    assert refusal.value.code == OfferErrorCode.WRONG_STATE
    if plan is not None:
        plan.refresh_from_db()
        assert (plan.stopped_by, plan.stopped_words) == (buyer, "需求已重新开始征集。")
    assert Notification.objects.filter(recipient=seller, title__startswith="买家重新征集报价").count() == 1
    chosen = make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    services.accept_offer(offer_id=chosen.pk, user=buyer)
    assert Order.objects.filter(status=OrderStatus.PENDING_PAYMENT).count() == 1
    assert not Order.objects.filter(seller=seller).exclude(status=OrderStatus.CANCELLED).exists()


def test_who_was_chosen_and_not_paid_offers_anew_once_the_brief_is_open_and_is_chosen_again(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    first = services.accept_offer(offer_id=offer.pk, user=buyer).order
    with clock.moved_to(first.payment_expires_at):  # over, though its clock has not come
        reopen(brief, buyer)
        again = make_offer(seller=seller, buyer=buyer, brief=brief, stages=stages())
        agreed = services.accept_offer(offer_id=again.pk, user=buyer)
    assert (agreed.pk, agreed.order, agreed.plan.milestones.count()) == (offer.negotiation_id, None, 3)


def test_a_stage_that_can_be_paid_in_this_moment_keeps_the_brief_settled(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, stages=stages())
    plan = services.accept_offer(offer_id=offer.pk, user=buyer).plan
    with pytest.raises(BriefError) as refusal:
        reopen(brief, buyer)
    assert refusal.value.code == BriefErrorCode.PAID
    plan.refresh_from_db()
    brief.refresh_from_db()
    assert (plan.stopped_at, brief.status) == (None, S.CHOSEN)


def test_a_settled_brief_opens_again_only_while_nothing_is_paid(brief, buyer, seller):
    agreed = services.accept_offer(offer_id=make_offer(seller=seller, buyer=buyer, brief=brief).pk, user=buyer)
    with pytest.raises(BriefError) as refusal:  # it may be paid in this very moment
        services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    assert refusal.value.code == BriefErrorCode.PAID
    orders.cancel_order(order_id=agreed.order.pk, user=buyer)
    services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    brief.refresh_from_db()
    assert brief.status == S.OPEN


def test_who_was_chosen_and_lapsed_hears_that_the_brief_takes_offers_again(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    agreed = services.accept_offer(offer_id=offer.pk, user=buyer)
    days = get_config("offers.agreed_days")
    with clock.moved_to(clock.now() + timedelta(days=days + 1)):
        orders.close_unpaid_order(order_id=agreed.order.pk)
        assert services.lapse_agreement(negotiation_id=offer.negotiation_id) is True
        Notification.objects.all().delete()
        services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    assert Notification.objects.get(recipient=seller).title.startswith("你报过价的需求重新接受报价")


@pytest.mark.parametrize("in_stages", [False, True])
@pytest.mark.parametrize("end", ["seller cancels", "all given back"])
def test_a_brief_whose_chosen_seller_did_nothing_for_it_opens_again(brief, buyer, seller, in_stages, end):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, **({"stages": stages()} if in_stages else {}))
    agreed = services.accept_offer(offer_id=offer.pk, user=buyer)
    order = pay(agreed.plan.milestones.get(position=1).order if in_stages else agreed.order)
    if end == "seller cancels":
        orders.cancel_order(order_id=order.pk, user=seller)
    else:
        orders.open_dispute(order_id=order.pk, user=buyer, reason="没有开工")
        decide_finally(order, refund_fen=order.total_fen)
    services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    brief.refresh_from_db()
    assert brief.status == S.OPEN
    other = make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    assert services.accept_offer(offer_id=other.pk, user=buyer).order is not None


def test_a_brief_settled_in_stages_stays_settled_once_a_stage_is_paid(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, stages=stages())
    plan = services.accept_offer(offer_id=offer.pk, user=buyer).plan
    pay(plan.milestones.get(position=1).order)
    with pytest.raises(BriefError) as refusal:
        services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    assert refusal.value.code == BriefErrorCode.PAID
