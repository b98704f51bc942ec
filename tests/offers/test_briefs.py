"""Briefs: published, told of, answered, chosen from, closed, opened again, taken down."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.accounts.models import BlockedPerson, UserProfile
from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.notifications.models import Notification
from marketplace.offers import selectors, services
from marketplace.offers.errors import BriefError, BriefErrorCode, OfferError, OfferErrorCode
from marketplace.offers.models import Brief, BriefFile, BriefInvitation, DeclineReason, Negotiation
from marketplace.offers.sent_files import BRIEF_FILES
from marketplace.offers.states import BRIEF_TRANSITIONS, BriefStatus, OfferStatus
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from tests.factories import decide_finally, make_category, make_gig, make_seller, make_user
from tests.offers.situations import make_agreement, make_brief, make_offer, pay, sent_file, stages, terms

S = BriefStatus

ALLOWED = {
    (S.OPEN, S.CHOSEN): {"owner", "system"},
    (S.OPEN, S.CLOSED): {"owner"},
    (S.OPEN, S.EXPIRED): {"system"},
    (S.EXPIRED, S.CHOSEN): {"owner", "system"},
    (S.CLOSED, S.OPEN): {"owner"},
    (S.EXPIRED, S.OPEN): {"owner"},
    (S.CHOSEN, S.OPEN): {"owner"},
    (S.OPEN, S.DENIED): {"moderator"},
    (S.CLOSED, S.DENIED): {"moderator"},
    (S.EXPIRED, S.DENIED): {"moderator"},
    (S.CHOSEN, S.DENIED): {"moderator"},
}


@pytest.mark.parametrize("source", S)
@pytest.mark.parametrize("target", S)
def test_the_table_allows_exactly_these_moves(source, target):
    who = {one for one in ("owner", "system", "moderator") if BRIEF_TRANSITIONS.allows(source, target, one)}
    assert who == ALLOWED.get((source, target), set())


@pytest.fixture
def category(db):
    return make_category(parent=make_category())


@pytest.fixture
def brief(buyer, category) -> Brief:
    return make_brief(buyer=buyer, category=category)


def seller_of(category, **fields):
    seller = make_seller(**fields)
    make_gig(seller=seller, category=category)
    return seller


def told(brief) -> set[int]:
    return set(Notification.objects.filter(url=brief.get_absolute_url()).values_list("recipient_id", flat=True))


def test_sellers_of_the_subcategory_are_told_once(brief, category):
    sellers = {seller_of(category).pk for _seller in range(2)}
    seller_of(make_category(parent=category.parent))
    assert services.announce_brief(brief_id=brief.pk) is True
    assert services.announce_brief(brief_id=brief.pk) is False
    assert told(brief) == sellers
    assert BriefInvitation.objects.count() == 2


def test_who_is_away_blocked_closed_or_the_buyer_is_not_told(brief, category, buyer):
    away, blocker, blocked, closed, off_shelf = (seller_of(category) for _seller in range(5))
    today = timezone.localdate()
    UserProfile.objects.filter(user=away).update(away_from=today, away_until=today + timedelta(days=5))
    BlockedPerson.objects.create(owner=blocker, person=buyer)
    BlockedPerson.objects.create(owner=buyer, person=blocked)
    closed.is_active = False
    closed.save()
    off_shelf.gigs.update(status="paused")
    UserProfile.objects.filter(user=buyer).update(seller_since=timezone.now())
    make_gig(seller=buyer, category=category)
    services.announce_brief(brief_id=brief.pk)
    assert told(brief) == set()


def test_of_a_brief_so_many_are_told_and_those_first_who_were_told_longest_ago(buyer, category):
    set_config(key="briefs.sellers_told", value=1, reason="test")
    sellers = [seller_of(category) for _seller in range(2)]
    heard = []
    for _brief in range(2):
        brief = make_brief(buyer=buyer, category=category)
        services.announce_brief(brief_id=brief.pk)
        heard += told(brief)
    assert sorted(heard) == sorted(seller.pk for seller in sellers)


def test_a_seller_is_told_of_so_many_a_day(buyer, category):
    set_config(key="briefs.told_per_day", value=1, reason="test")
    seller = seller_of(category)
    first, second, third = (make_brief(buyer=buyer, category=category) for _brief in range(3))
    services.announce_brief(brief_id=first.pk)
    services.announce_brief(brief_id=second.pk)
    assert (told(first), told(second)) == ({seller.pk}, set())
    with clock.moved_to(clock.now() + timedelta(days=1, minutes=1)):
        services.announce_brief(brief_id=third.pk)
    assert told(third) == {seller.pk}


def test_an_answer_reaches_the_buyer_and_a_seller_answers_once(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    assert Notification.objects.get(recipient=buyer).url == offer.negotiation.get_absolute_url()
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=seller, buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_ANSWERED
    assert Negotiation.objects.count() == 1


def test_who_took_the_answer_back_may_answer_again_in_the_same_negotiation(brief, buyer, seller):
    first = make_offer(seller=seller, buyer=buyer, brief=brief)
    services.withdraw_offer(offer_id=first.pk, user=seller)
    second = make_offer(seller=seller, buyer=buyer, brief=brief)
    assert (second.negotiation_id, second.number) == (first.negotiation_id, 2)


def test_a_brief_takes_so_many_answers(brief, buyer):
    set_config(key="briefs.offers_maximum", value=1, reason="test")
    make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_FULL
    assert Negotiation.objects.count() == 1


def test_the_own_brief_is_not_answered(brief, buyer):
    UserProfile.objects.filter(user=buyer).update(seller_since=timezone.now())
    buyer.refresh_from_db()
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=buyer, buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_OWN


def test_choosing_one_offer_ends_the_others_and_tells_their_sellers(brief, buyer):
    chosen, *others = [make_offer(seller=make_seller(), buyer=buyer, brief=brief) for _seller in range(3)]
    services.withdraw_offer(offer_id=others[1].pk, user=others[1].proposed_by)
    agreed = services.accept_offer(offer_id=chosen.pk, user=buyer)
    brief.refresh_from_db()
    for other in others:
        other.refresh_from_db()
    assert (brief.status, agreed.order.snapshot["agreed"]["brief"]) == (S.CHOSEN, brief.title)
    assert [other.status for other in others] == [OfferStatus.OVERTAKEN, OfferStatus.WITHDRAWN]
    heard = Notification.objects.filter(title__startswith="买家这次选了另一份报价")
    assert [one.recipient for one in heard] == [others[0].proposed_by]


def test_of_a_settled_brief_nothing_else_is_chosen_or_offered(brief, buyer):
    first, second = (make_offer(seller=make_seller(), buyer=buyer, brief=brief) for _seller in range(2))
    counter = services.counter_offer(offer_id=second.pk, user=buyer, terms=terms(total_fen=60_000), valid_days=3)
    services.accept_offer(offer_id=first.pk, user=buyer)
    with pytest.raises(OfferError) as refusal:
        services.accept_offer(offer_id=counter.pk, user=second.proposed_by)
    assert refusal.value.code == OfferErrorCode.WRONG_STATE
    with pytest.raises(OfferError) as refusal:
        services.counter_offer(offer_id=counter.pk, user=second.proposed_by, terms=terms(), valid_days=3)
    assert refusal.value.code == OfferErrorCode.WRONG_STATE
    with pytest.raises(OfferError) as refusal:
        make_offer(seller=make_seller(), buyer=buyer, brief=brief)
    assert refusal.value.code == OfferErrorCode.BRIEF_OVER


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


def test_the_clock_closes_a_brief_once_and_its_offers_keep_their_own(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, valid_days=30)
    assert services.expire_brief(brief_id=brief.pk) is False
    with clock.moved_to(brief.expires_at):
        assert services.expire_brief(brief_id=brief.pk) is True
        assert services.expire_brief(brief_id=brief.pk) is False
        agreed = services.accept_offer(offer_id=offer.pk, user=buyer)
    brief.refresh_from_db()
    assert (brief.status, agreed.order is not None) == (S.CHOSEN, True)


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


def test_only_the_buyer_closes_and_opens(brief, seller):
    with pytest.raises(PermissionDenied):
        services.close_brief(brief_id=brief.pk, buyer=seller)
    brief.refresh_from_db()
    assert brief.status == S.OPEN


def test_what_was_taken_down_is_there_for_nobody_but_its_buyer(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief)
    assert services.deny_brief(brief_id=brief.pk, reason="广告") is True
    assert services.deny_brief(brief_id=brief.pk, reason="广告") is False
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OVERTAKEN
    with pytest.raises(Http404):
        selectors.brief_for(seller, brief.pk)
    assert selectors.brief_for(buyer, brief.pk).status == S.DENIED
    with pytest.raises(BriefError) as refusal:
        services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)
    assert refusal.value.code == BriefErrorCode.WRONG_STATE


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        (BriefErrorCode.VALIDITY, {"valid_days": 0}),
        (BriefErrorCode.VALIDITY, {"valid_days": 31}),
        (BriefErrorCode.BUDGET, {"budget_min_fen": 200_000}),
        (BriefErrorCode.BUDGET, {"budget_min_fen": None, "budget_max_fen": 499}),
        (BriefErrorCode.WANTED_BY, {"wanted_by": timezone.localdate()}),
    ],
)
def test_what_is_no_brief_is_refused(buyer, category, code, fields):
    with pytest.raises(BriefError) as refusal:
        make_brief(buyer=buyer, category=category, **fields)
    assert refusal.value.code == code
    assert refusal.value.message
    assert (Brief.objects.count(), BriefFile.objects.count()) == (0, 0)


def test_a_brief_stands_in_a_subcategory(buyer, category):
    with pytest.raises(BriefError) as refusal:
        make_brief(buyer=buyer, category=category.parent)
    assert refusal.value.code == BriefErrorCode.CATEGORY


def test_files_go_with_a_brief_and_each_with_one(buyer, category):
    sent = sent_file(buyer)
    brief = make_brief(buyer=buyer, category=category, files=[sent])
    kept = brief.files.get()
    assert (kept.name, kept.size, kept.file.read()) == ("门头.txt", 9, "字要大".encode())
    sent.refresh_from_db()
    assert sent.attached_at is not None
    assert sent.result_name in BRIEF_FILES.still_used(buyer.pk)
    with pytest.raises(UploadError) as refusal:
        make_brief(buyer=buyer, category=category, files=[sent])
    assert refusal.value.code == UploadErrorCode.NOT_READY
    assert Brief.objects.count() == 1


def test_a_brief_takes_three_files_and_only_its_buyers_own(buyer, category):
    files = [sent_file(buyer, name=f"{number}.txt") for number in range(3)]
    with pytest.raises(BriefError) as refusal:
        make_brief(buyer=buyer, category=category, files=[*files, files[0]])
    assert refusal.value.code == BriefErrorCode.TOO_MANY_FILES
    with pytest.raises(UploadError) as taken:
        make_brief(buyer=make_user(), category=category, files=files[:1])
    assert taken.value.code == UploadErrorCode.NOT_READY
    assert (Brief.objects.count(), BriefFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("code", "name", "content"),
    [
        (UploadErrorCode.PROGRAM, "招标.exe", b"MZ" + bytes(200)),
        (UploadErrorCode.PROGRAM, "招标.pdf", b"MZ" + bytes(200)),
        (UploadErrorCode.TOO_LARGE, "大.txt", b" " * (20 * 1024 * 1024 + 1)),
    ],
)
def test_programs_and_what_is_too_large_do_not_go_with_a_brief(buyer, code, name, content):
    with pytest.raises(UploadError) as refusal:
        sent_file(buyer, name=name, content=content)
    assert refusal.value.code == code
    assert not Upload.objects.exists()


def test_a_buyer_has_a_few_open_briefs(buyer, category):
    set_config(key="briefs.open_per_buyer", value=1, reason="test")
    first = make_brief(buyer=buyer, category=category)
    with pytest.raises(BriefError) as refusal:
        make_brief(buyer=buyer, category=category)
    assert refusal.value.code == BriefErrorCode.TOO_MANY_OPEN
    services.close_brief(brief_id=first.pk, buyer=buyer)
    make_brief(buyer=buyer, category=category)


def test_who_closes_the_account_publishes_nothing(category):
    buyer = make_user(is_active=False)
    with pytest.raises(BriefError) as refusal:
        make_brief(buyer=buyer, category=category)
    assert refusal.value.code == BriefErrorCode.ACCOUNT_CLOSING


LOCKED = re.compile(r'FROM "?(\w+)"?.* FOR (?:SHARE|NO KEY UPDATE)', re.DOTALL)
RANKS = ["accounts_user", "offers_brief", "offers_negotiation", "orders_milestoneplan", "orders_order"]


def locks_of(act) -> list[str]:
    """The tables whose rows an act locks, in the order in which it first does."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found = [match[1] for query in queries if (match := LOCKED.search(query["sql"]))]
    return list(dict.fromkeys(table for table in found if table in RANKS))


def test_what_is_agreed_about_a_brief_is_locked_in_the_order_of_the_document(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, stages=stages())
    agreed = services.accept_offer
    assert locks_of(lambda: agreed(offer_id=offer.pk, user=buyer)) == RANKS[:4]
    negotiation = Negotiation.objects.get()
    plan = {"plan_id": negotiation.plan_id}
    assert locks_of(lambda: services.order_agreement(negotiation_id=negotiation.pk, buyer=buyer)) == [
        RANKS[0], *RANKS[2:],
    ]  # fmt: skip
    assert locks_of(lambda: orders.fund_stage(buyer=buyer, **plan)) == [RANKS[0], *RANKS[3:]]
    orders.cancel_order(order_id=Order.objects.get().pk, user=buyer)
    assert locks_of(lambda: reopen(brief, buyer)) == RANKS
    other = make_agreement(seller=seller, buyer=buyer, stages=stages()).plan
    assert locks_of(lambda: orders.stop_plan(plan_id=other.pk, user=seller, words="不做了")) == [RANKS[0], *RANKS[3:]]
