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
from marketplace.core.config import set_config
from marketplace.notifications.models import Notification
from marketplace.offers import selectors, services
from marketplace.offers.errors import BriefError, BriefErrorCode, OfferError, OfferErrorCode
from marketplace.offers.models import Brief, BriefFile, BriefInvitation, Negotiation
from marketplace.offers.sent_files import BRIEF_FILES
from marketplace.offers.states import BRIEF_TRANSITIONS, BriefStatus, OfferStatus
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.uploads.errors import UploadError, UploadErrorCode
from marketplace.uploads.models import Upload
from tests.factories import make_category, make_gig, make_seller, make_user
from tests.offers.situations import make_agreement, make_brief, make_offer, seller_of, sent_file, stages, terms

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


def test_the_clock_closes_a_brief_once_and_its_offers_keep_their_own(brief, buyer, seller):
    offer = make_offer(seller=seller, buyer=buyer, brief=brief, valid_days=30)
    assert services.expire_brief(brief_id=brief.pk) is False
    with clock.moved_to(brief.expires_at):
        assert services.expire_brief(brief_id=brief.pk) is True
        assert services.expire_brief(brief_id=brief.pk) is False
        agreed = services.accept_offer(offer_id=offer.pk, user=buyer)
    brief.refresh_from_db()
    assert (brief.status, agreed.order is not None) == (S.CHOSEN, True)


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
    assert locks_of(lambda: services.reopen_brief(brief_id=brief.pk, buyer=buyer, valid_days=7)) == RANKS
    other = make_agreement(seller=seller, buyer=buyer, stages=stages()).plan
    assert locks_of(lambda: orders.stop_plan(plan_id=other.pk, user=seller, words="不做了")) == [RANKS[0], *RANKS[3:]]
