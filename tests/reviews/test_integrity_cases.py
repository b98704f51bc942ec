"""Cases: found once, grown, decided by a person, taken back after an appeal."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from marketplace.accounts.services import note_browser_use
from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.discovery.models import GigDocument
from marketplace.discovery.services import index_gig
from marketplace.gigs.models import GigStats
from marketplace.moderation.models import AdminLog
from marketplace.notifications.models import Notification
from marketplace.reviews.integrity import tasks
from marketplace.reviews.integrity.appeal_effects import effect
from marketplace.reviews.integrity.errors import CaseError, CaseErrorCode
from marketplace.reviews.integrity.selectors import case_story
from marketplace.reviews.integrity.services import (
    clear_case,
    confirm_case,
    find_cases,
    forget_old_signals,
    reverse_case,
)
from marketplace.reviews.integrity.weights import WINDOW_DAYS
from marketplace.reviews.models import CaseStatus, IntegrityCase, IntegritySignal, Reputation, Review, SignalKind
from marketplace.reviews.services import exclude_reviews, write_review
from tests.factories import make_gig, make_moderator, make_user
from tests.logins import log_in
from tests.reviews.ring import deal, make_ring

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring():
    return make_ring(rounds=1, rows=1, columns=3)


@pytest.fixture
def gig_of_seller(seller):
    return make_gig(seller=seller)


@pytest.fixture
def staff():
    return make_moderator()


def only_case() -> IntegrityCase:
    return IntegrityCase.objects.get()


def members(case) -> set[int]:
    return set(case.members.values_list("user", flat=True))


def counted(ring) -> list[tuple[int, int]]:
    rows = Reputation.objects.filter(user__in=ring.ids)
    return sorted(rows.values_list("rating_sum", "rating_count"))


def reviews_of(ring):
    return Review.objects.filter(author__in=ring.ids, side="buyer")


def decided(step, case, staff, words="三个账号互相下单。"):
    return step(case_id=case.pk, staff=staff, words=words)


def refusal(step, case, staff, words="理由"):
    with pytest.raises(CaseError) as caught:
        step(case_id=case.pk, staff=staff, words=words)
    return caught.value.code


def test_a_review_that_was_left_out_while_it_was_hidden_counts_nowhere_once_it_is_public(buyer, gig_of_seller):
    order = deal(buyer, gig_of_seller, answered=False)
    hidden = Review.objects.get(order=order)
    exclude_reviews(review_ids=[hidden.pk], at=clock.now())
    write_review(order_id=order.pk, author=order.seller, stars=5)
    hidden.refresh_from_db()
    assert hidden.published_at is not None
    # Before any recount: what becomes public adds its stars at once, and these are none.
    assert Reputation.objects.filter(user=order.seller, rating_count__gt=0).count() == 0
    assert GigStats.objects.filter(gig=gig_of_seller, rating_count__gt=0).count() == 0


def test_a_small_ring_is_one_case_with_a_deadline_and_nothing_happens_to_anybody(ring):
    assert tasks.find_cases() == 1
    case = only_case()
    assert members(case) == ring.ids
    assert case.status == CaseStatus.OPEN
    assert case.score >= get_config("integrity.case_hundredths")
    assert (case.due_at - case.opened_at).days == get_config("integrity.case_days")
    assert not reviews_of(ring).filter(excluded_at__isnull=False).exists()
    assert not Notification.objects.filter(notice__startswith="integrity.").exists()
    assert not any(
        str(person.phone) in str(row.evidence) for row in IntegritySignal.objects.all() for person in ring.members
    )
    before = IntegritySignal.objects.count()
    assert find_cases() == []
    assert (IntegritySignal.objects.count(), IntegrityCase.objects.count()) == (before, 1)


def test_below_the_limit_nobody_is_looked_at(ring):
    set_config(key="integrity.case_hundredths", value=1000, reason="test")
    assert find_cases() == []
    assert IntegritySignal.objects.exists()


def test_an_open_case_grows_with_its_circle_and_two_become_one(ring, staff):
    find_cases()
    other = make_ring(rounds=1, rows=1, columns=3)
    assert len(find_cases()) == 1
    older, newer = IntegrityCase.objects.order_by("pk")
    assert members(newer) == other.ids
    one, two = ring.members[0], other.members[0]
    for _ in range(2):
        deal(one, two.gigs.get(), payer="payer-0")
        deal(two, one.gigs.get(), payer="payer-0")
    find_cases()
    case = only_case()
    assert case.pk == older.pk
    assert members(case) == ring.ids | other.ids
    assert case.score > older.score
    assert not IntegritySignal.objects.filter(weight__gt=0, case__isnull=True, one__in=members(case)).exists()


def test_confirming_takes_the_reviews_out_of_every_score_and_leaves_them_on_the_page(ring, staff):
    outsider = make_user()
    gig = ring.members[0].gigs.get()
    honest = deal(outsider, gig, stars=4)
    index_gig(gig.pk)
    assert GigDocument.objects.get(gig=gig).rating_count == 2
    find_cases()
    case = decided(confirm_case, only_case(), staff)
    assert (case.status, case.decided_by) == (CaseStatus.CONFIRMED, staff)
    between = reviews_of(ring)
    assert between.count() == 3
    assert all(review.excluded_at and review.published_at for review in between)
    assert Review.objects.get(order=honest, side="buyer").excluded_at is None
    assert counted(ring) == [(0, 0), (0, 0), (4, 1)]
    stats = GigStats.objects.get(gig=gig)
    assert (stats.rating_sum, stats.rating_count) == (4, 1)
    # What search ranks by follows the figures of the service.
    document = GigDocument.objects.get(gig=gig)
    assert (document.rating_sum, document.rating_count) == (4, 1)


def test_everybody_in_it_is_told_why_and_what_they_can_do_and_the_log_says_what_was_done(ring, staff):
    find_cases()
    case = decided(confirm_case, only_case(), staff, "互相下单后立即好评。")
    told = Notification.objects.filter(notice="integrity.not_counted")
    assert set(told.values_list("recipient", flat=True)) == ring.ids
    assert all("互相下单后立即好评。" in line.body and line.url for line in told)
    line = AdminLog.objects.get(action="integrity.confirmed")
    assert line.actor == staff
    assert line.data["case"] == case.pk
    assert set(line.data["members"]) == ring.ids
    assert len(line.data["reviews"]) == 6  # of both sides


def test_a_review_that_still_waits_for_the_other_side_leaves_with_the_others(ring, staff):
    Review.objects.filter(pk=reviews_of(ring).first().pk).update(published_at=None)
    find_cases()
    decided(confirm_case, only_case(), staff)
    assert not reviews_of(ring).filter(excluded_at__isnull=True).exists()


def test_a_cleared_circle_is_not_opened_again_by_the_same_things(ring, staff):
    find_cases()
    decided(clear_case, only_case(), staff, "一家工作室。")
    assert find_cases() == []
    assert not Notification.objects.filter(notice__startswith="integrity.").exists()
    assert not reviews_of(ring).filter(excluded_at__isnull=False).exists()
    assert AdminLog.objects.filter(action="integrity.cleared").count() == 1
    # Another quick order alone is nothing.
    deal(ring.members[0], ring.members[1].gigs.get(), payer="payer-0")
    assert find_cases() == []


def test_a_cleared_circle_is_opened_again_by_enough_that_is_new(ring, staff):
    find_cases()
    first = decided(clear_case, only_case(), staff, "一家工作室。")
    for _ in range(2):
        for place, buyer in enumerate(ring.members):
            deal(buyer, ring.members[(place + 1) % 3].gigs.get(), payer="payer-0")
    (again,) = find_cases()
    assert again != first.pk
    assert members(IntegrityCase.objects.get(pk=again)) == ring.ids
    kinds = set(IntegritySignal.objects.filter(case=again).values_list("kind", flat=True))
    assert kinds <= {SignalKind.INSTANT_PRAISE, SignalKind.ROUND_TRIP}


def test_a_confirmed_ring_that_goes_on_is_a_new_case(ring, staff):
    find_cases()
    decided(confirm_case, only_case(), staff)
    assert find_cases() == []
    for _ in range(2):
        deal(ring.members[0], ring.members[1].gigs.get(), payer="payer-0")
    (again,) = find_cases()
    assert members(IntegrityCase.objects.get(pk=again)) == ring.ids


def go_on(ring):
    """The same accounts in the same browsers buy from each other once more, each in its time and without haste."""
    for place_of_buyer in range(3):
        with clock.moved_to(clock.now() + timedelta(days=20 * place_of_buyer)):
            for place, member in enumerate(ring.members):
                note_browser_use(user=member, browser=f"browser-{place % 2}")
            time = timedelta(hours=5)
            deal(
                ring.members[place_of_buyer],
                ring.members[(place_of_buyer + 1) % 3].gigs.get(),
                payer="payer-0",
                work=time,
                look=time,
            )


@pytest.mark.parametrize("days", [20, WINDOW_DAYS + 20])
def test_a_confirmed_ring_that_goes_on_slowly_is_seen_again_however_much_later(ring, staff, days):
    find_cases()
    decided(confirm_case, only_case(), staff)
    with clock.moved_to(clock.now() + timedelta(days=days)):
        assert find_cases() == []  # they have done nothing since
        go_on(ring)
    with clock.moved_to(clock.now() + timedelta(days=days + 45)):
        (again,) = find_cases()
        case = IntegrityCase.objects.get(pk=again)
        assert members(case) == ring.ids
        assert find_cases() == []
        assert case_story(staff, case.pk).pairs
        decided(confirm_case, case, staff)
        assert not reviews_of(ring).filter(excluded_at__isnull=True).exists()


def test_who_was_cleared_is_looked_at_again_after_the_time_that_deals_are_looked_at(ring, staff):
    find_cases()
    decided(clear_case, only_case(), staff, "一家工作室。")
    begin = clock.now()
    with clock.moved_to(begin + timedelta(days=WINDOW_DAYS - 60)):
        go_on(ring)
    with clock.moved_to(begin + timedelta(days=WINDOW_DAYS - 10)):
        assert find_cases() == []
    with clock.moved_to(begin + timedelta(days=WINDOW_DAYS + 1)):
        (again,) = find_cases()
        assert case_story(staff, again).pairs
        decided(clear_case, IntegrityCase.objects.get(pk=again), staff, "一家工作室。")
        assert find_cases() == []


def test_what_is_found_otherwise_is_written_down_until_a_person_has_decided(ring, staff):
    find_cases()
    row = IntegritySignal.objects.filter(kind=SignalKind.SHARED_BROWSER, case__isnull=False).first()
    IntegritySignal.objects.filter(pk=row.pk).update(weight=1, evidence={})
    find_cases()
    row.refresh_from_db()
    assert row.weight > 1
    decided(confirm_case, only_case(), staff)
    IntegritySignal.objects.filter(pk=row.pk).update(weight=1)
    find_cases()
    row.refresh_from_db()
    assert row.weight == 1


def test_an_upheld_appeal_lets_the_reviews_count_again(ring, staff):
    find_cases()
    before = counted(ring)
    case = decided(confirm_case, only_case(), staff)
    assert counted(ring) != before
    colleague = make_moderator()
    appellant, confirmed_with = ring.members[0], case.words
    effect(SimpleNamespace(case_id=case.pk, answer="是同事，交易真实。", user_id=appellant.pk), colleague)
    case.refresh_from_db()
    assert (case.status, case.decided_by, case.words) == (CaseStatus.REVERSED, colleague, confirmed_with)
    assert counted(ring) == before
    assert not reviews_of(ring).filter(excluded_at__isnull=False).exists()
    # Who appealed reads the answer; the others read nothing that was meant for somebody else.
    told = Notification.objects.filter(notice="integrity.counted_again")
    assert {line.recipient_id for line in told} == ring.ids - {appellant.pk}
    assert not any("是同事" in line.body for line in told)
    assert AdminLog.objects.get(action="integrity.reversed").data["reversed"] == "是同事，交易真实。"
    decided(reverse_case, case, colleague)  # a second click
    assert told.count() == 2


def test_the_sellers_reviews_within_a_circle_count_for_no_buyer_either(ring, staff):
    find_cases()
    written = Review.objects.filter(side="seller", author__in=ring.ids, subject__in=ring.ids)
    assert written.filter(excluded_at=None).exists()
    decided(confirm_case, only_case(), staff)
    assert not written.filter(excluded_at=None).exists()


def test_a_review_that_slipped_through_while_its_case_was_confirmed_is_found(ring, staff):
    find_cases()
    case = decided(confirm_case, only_case(), staff)
    assert find_cases() == []
    slipped = reviews_of(ring).order_by("pk").first()
    Review.objects.filter(pk=slipped.pk).update(excluded_at=None, written_at=case.decided_at - timedelta(seconds=1))
    assert len(find_cases()) == 1


def test_a_case_in_which_nothing_was_found_is_open_to_no_member(ring, staff):
    find_cases()
    case = decided(clear_case, only_case(), staff)
    member = ring.members[0]
    page = log_in(member).get(reverse("reviews:appeal_new"), {"kind": "integrity", "case": case.pk})
    assert page.status_code == 404
    assert find_cases() == []


def test_what_another_confirmed_case_keeps_out_stays_out(ring, staff):
    find_cases()
    first = decided(confirm_case, only_case(), staff)
    for _ in range(2):
        deal(ring.members[0], ring.members[1].gigs.get(), payer="payer-0")
    (second,) = find_cases()
    decided(confirm_case, IntegrityCase.objects.get(pk=second), staff)
    decided(reverse_case, first, staff)
    assert not reviews_of(ring).filter(excluded_at__isnull=True).exists()


def test_a_case_is_decided_once_by_somebody_outside_of_it_who_says_why(ring, staff):
    find_cases()
    case = only_case()
    assert refusal(reverse_case, case, staff) == CaseErrorCode.NOT_CONFIRMED
    for step in (confirm_case, clear_case):
        assert refusal(step, case, ring.members[0]) == CaseErrorCode.OWN_CASE
        for words in (" ", "长" * 501):
            assert refusal(step, case, staff, words) == CaseErrorCode.NO_WORDS
    case.refresh_from_db()
    assert case.status == CaseStatus.OPEN
    decided(clear_case, case, staff)
    for step in (confirm_case, clear_case):
        assert refusal(step, case, staff) == CaseErrorCode.ALREADY_DECIDED
    assert not reviews_of(ring).filter(excluded_at__isnull=False).exists()


def test_excluding_twice_keeps_the_first_moment():
    gig = make_gig()
    review = Review.objects.get(order=deal(make_user(), gig), side="buyer")
    first, later = clock.now(), clock.now()
    assert exclude_reviews(review_ids=[review.pk], at=first) == [review.pk]
    assert exclude_reviews(review_ids=[review.pk], at=later) == []
    review.refresh_from_db()
    assert review.excluded_at == first


def test_what_was_found_long_ago_and_led_to_nothing_is_forgotten(ring, staff):
    buyer = make_user()
    note_browser_use(user=buyer, browser="browser-0")
    deal(buyer, ring.members[0].gigs.get(), stars=4)
    find_cases()
    assert IntegritySignal.objects.filter(case=None).count() >= 1
    IntegritySignal.objects.update(found_at=clock.now() - timedelta(days=WINDOW_DAYS + 1))
    gone = forget_old_signals()
    assert gone >= 1
    assert not IntegritySignal.objects.filter(case=None).exists()
    assert IntegritySignal.objects.exists()
