"""The figures of a seller: each by its query, kept right step by step, and the same when all is counted anew at night."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.core import clock
from marketplace.gigs.models import GigStats
from marketplace.ledger.models import Entry, TransactionKind
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Message, MessageKind
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.shares import split_of
from marketplace.reviews import reputation, score, selectors
from marketplace.reviews.figures import changes
from marketplace.reviews.figures.windows import windows_now, years_before
from marketplace.reviews.models import Reputation, Review, ReviewSide
from marketplace.reviews.tasks import recompute_reputations, recount_changed
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_paid_order,
    make_seller,
    make_user,
)
from tests.offers.situations import complete, make_agreement, stages
from tests.reviews.situations import contact, public_review, published_on

pytestmark = pytest.mark.django_db
COLUMNS = [field.name for field in Reputation._meta.concrete_fields if field.name != "updated_at"]


def counted(seller) -> Reputation:
    return reputation.recompute_reputation(seller.pk)


def stored() -> dict[int, tuple]:
    """All figures of all sellers, and the stars of all services."""
    return {
        **{row["user"]: row for row in Reputation.objects.values(*COLUMNS)},
        **{-pk: stars for pk, *stars in GigStats.objects.values_list("pk", "rating_sum", "rating_count")},
    }


# Ratings: the last two years


def test_a_review_counts_until_the_day_two_years_later_begins(order, seller, gig):
    review = public_review(order, stars=4)
    begin = windows_now().ratings_from
    assert timezone.localtime(begin).timetuple()[3:6] == (0, 0, 0)
    for moment, number in ((begin, 1), (begin - timedelta(seconds=1), 0)):
        published_on(review, moment)
        assert counted(seller).rating_count == number
        assert GigStats.objects.get(gig=gig).rating_count == number
        assert selectors.counted_reviews().count() == number


def test_a_review_leaves_the_score_as_the_years_go_by_and_stays_on_the_page(order, seller, gig):
    public_review(order, stars=4, body="很清楚")
    with clock.moved_to(clock.now() + timedelta(days=732)):
        assert counted(seller).rating_count == 0
        section = selectors.reviews_of_gig(gig)
    assert section.rating is None
    assert [review.body for review in section.reviews] == ["很清楚"]


def test_what_was_excluded_does_not_count(order, seller, gig):
    review = public_review(order, stars=5)
    Review.objects.filter(pk=review.pk).update(excluded_at=clock.now())
    assert counted(seller).rating_count == 0
    assert GigStats.objects.get(gig=gig).rating_sum == 0


def test_what_the_seller_wrote_about_the_buyer_is_no_rating_of_anybody(order, seller, buyer):
    public_review(order, stars=5)
    assert Review.objects.filter(side=ReviewSide.SELLER, subject=buyer, published_at__isnull=False).exists()
    assert (counted(seller).rating_count, counted(buyer).rating_count) == (1, 0)


@pytest.mark.parametrize(("day", "before"), [("2028-02-29", "2026-02-28"), ("2026-11-28", "2024-11-28")])
def test_two_years_before_a_day_is_the_same_day(day, before):
    assert years_before(datetime.fromisoformat(day).date(), 2) == datetime.fromisoformat(before).date()


# Since the beginning


def test_income_is_what_the_books_gave_less_what_refunds_took_back(seller, gig):
    first = make_completed_order(gig=gig)
    second = make_completed_order(gig=gig)
    make_paid_order(gig=gig)  # in escrow: nobody's yet
    assert counted(seller).earned_fen == 2 * split_of(first).seller_fen
    orders.refund_part(order_id=first.pk, actor=seller, amount_fen=2_500, reason="少做了一页")
    expected = split_of(first).seller_fen + split_of(second).seller_fen
    assert expected < 2 * split_of(second).seller_fen
    assert counted(seller).earned_fen == expected
    assert expected == earned_by_the_books(seller)


def earned_by_the_books(seller) -> int:
    """Another way to the same sum: what left escrow less the platform's part, by the numbers of the seller's orders."""
    numbers = list(Order.objects.filter(seller=seller).values_list("number", flat=True))
    kinds = (TransactionKind.ESCROW_RELEASED, TransactionKind.RELEASE_REVERSED)
    legs = Entry.objects.filter(transaction__reference__in=numbers, transaction__kind__in=kinds)
    others = legs.filter(account__owner__isnull=True).aggregate(sum=Sum("amount_fen", default=0))["sum"]
    return -others


def test_buyers_are_people_and_orders_are_sales(seller, gig):
    friend = make_user()
    plan = make_agreement(seller=seller, buyer=friend, stages=stages(), gig=gig).plan
    for _stage in range(2):
        complete(orders.fund_stage(plan_id=plan.pk, buyer=friend))
    bought = make_completed_order(gig=gig, buyer=friend)
    make_completed_order(gig=gig)
    row = counted(seller)
    assert (row.orders_completed, row.buyers) == (3, 2)
    assert (row.repeat_of_buyers, row.repeat_buyer_percent) == (2, 50)
    assert row.earned_fen == earned_by_the_books(seller) > split_of(bought).seller_fen


# Over a year


def test_how_orders_ended_over_a_year(seller, gig):
    make_completed_order(gig=gig)
    agreed = make_delivered_order(gig=gig)
    orders.open_dispute(order_id=agreed.pk, user=agreed.buyer, reason="与说好的不一样，请看附件里的对照。")
    decide_finally(Order.objects.get(pk=agreed.pk), refund_fen=1_000)
    given_back = make_delivered_order(gig=gig)
    orders.open_dispute(order_id=given_back.pk, user=given_back.buyer, reason="与说好的不一样，请看附件里的对照。")
    decide_finally(Order.objects.get(pk=given_back.pk), refund_fen=given_back.total_fen)
    ended_alone = make_paid_order(gig=gig)
    orders.cancel_order(order_id=ended_alone.pk, user=seller)
    make_paid_order(gig=gig)  # runs
    row = counted(seller)
    assert row.orders_ended == 4
    assert (row.completion_percent, row.dispute_percent, row.cancellation_percent) == (50, 50, 25)
    assert (row.on_time_percent, row.on_time_of) == (75, 4)
    with clock.moved_to(clock.now() + timedelta(days=366)):
        row = counted(seller)
    assert (row.orders_ended, row.completion_percent, row.on_time_percent, row.repeat_of_buyers) == (0, None, None, 0)
    assert row.orders_completed == 1  # since the beginning


def test_an_order_that_its_buyer_ended_because_nothing_came_is_the_sellers_cancellation(seller, gig):
    order = make_paid_order(gig=gig)
    with clock.moved_to(order.due_at + timedelta(days=30)):
        orders.cancel_order(order_id=order.pk, user=order.buyer)
        row = counted(seller)
    assert (row.cancellation_percent, row.on_time_percent, row.on_time_of) == (100, 0, 1)


def test_an_order_whose_second_delivery_never_came_is_the_sellers_cancellation_in_figures_and_score(seller, gig):
    order = make_delivered_order(gig=gig)
    orders.request_revision(order_id=order.pk, buyer=order.buyer, message="标志请再大一点")
    order.refresh_from_db()
    with clock.moved_to(order.due_at + timedelta(days=30)):
        orders.cancel_order(order_id=order.pk, user=order.buyer)
        row = counted(seller)
        (event,) = score.score_of(seller.pk).events
    assert (row.cancellation_percent, event.happening.value) == (100, 0)


def test_an_order_that_its_buyer_thought_better_of_says_nothing_about_the_seller(seller):
    order = make_paid_order(gig=make_gig(seller=seller, requirements=1))
    orders.cancel_order(order_id=order.pk, user=order.buyer)
    row = counted(seller)
    assert (row.orders_ended, row.cancellation_percent, row.on_time_percent) == (1, 0, None)


# Over ninety days


@pytest.fixture
def yesterday():
    """Noon, the day before yesterday in China: the time to answer is over when today begins."""
    return windows_now().today_from - timedelta(days=2) + timedelta(hours=12)


def answers(seller):
    row = counted(seller)
    return row.contacts, row.response_percent, row.response_minutes


def test_first_answers_to_new_contacts(seller, yesterday):
    for minutes in (10, 20, 25 * 60, None):
        contact(make_user(), seller, asked_at=yesterday, answered_after=minutes and timedelta(minutes=minutes))
    assert answers(seller) == (4, 50, 20)


def test_a_new_contact_counts_once_it_is_answered_or_its_time_is_over(seller):
    today = windows_now().today_from
    for hours in (-23, -1):
        contact(make_user(), seller, asked_at=today + timedelta(hours=hours))
    assert answers(seller) == (0, None, None)
    contact(make_user(), seller, asked_at=today - timedelta(hours=25))
    assert answers(seller) == (1, 0, None)
    contact(make_user(), seller, asked_at=today - timedelta(hours=2), answered_after=timedelta(minutes=6))
    assert answers(seller) == (2, 50, 6)


def test_whom_the_seller_wrote_to_first_is_no_contact(seller, buyer, yesterday):
    contact(seller, buyer, asked_at=yesterday, answered_after=timedelta(minutes=5))
    assert answers(seller) == (0, None, None)


def test_automatic_replies_and_later_messages_answer_nothing(seller, buyer, yesterday):
    conversation = contact(buyer, seller, asked_at=yesterday)
    with clock.moved_to(yesterday + timedelta(minutes=1)):
        automatic = messaging.send_message(conversation_id=conversation.pk, sender=seller, body="我不在，明天回复。")
        messaging.send_message(conversation_id=conversation.pk, sender=buyer, body="还在吗？")
    Message.objects.filter(pk=automatic.pk).update(kind=MessageKind.AUTO)
    assert answers(seller) == (1, 0, None)
    with clock.moved_to(yesterday + timedelta(hours=2)):
        messaging.send_message(conversation_id=conversation.pk, sender=seller, body="来了。")
        messaging.send_message(conversation_id=conversation.pk, sender=seller, body="再补一句。")
    assert answers(seller) == (1, 100, 120)


def test_contacts_are_forgotten_after_ninety_days(seller, buyer):
    begin = windows_now().contacts_from
    contact(buyer, seller, asked_at=begin, answered_after=timedelta(minutes=3))
    contact(make_user(), seller, asked_at=begin - timedelta(minutes=1), answered_after=timedelta(minutes=9))
    assert answers(seller) == (1, 100, 3)


# Step by step, and at night


def everything_agrees():
    """The job of every minute has counted; each alone, and everybody at night, finds the same."""
    recount_changed()
    by_steps = stored()
    for user_id in Reputation.objects.values_list("pk", flat=True):
        reputation.recompute_reputation(user_id)
    one_by_one = stored()
    Reputation.objects.update(rating_sum=0, rating_count=0, earned_fen=1, contacts=9, response_percent=None)
    GigStats.objects.update(rating_sum=0, rating_count=0)
    recompute_reputations()
    assert by_steps == one_by_one == stored()


def test_step_by_step_is_what_the_night_finds(seller, gig, buyer, yesterday):
    other = make_seller(name="白鹤设计")
    other_gig = make_gig(seller=other)
    recompute_reputations()  # whoever sells has a row from the first night on
    everything_agrees()

    conversation = contact(buyer, seller, asked_at=yesterday)
    everything_agrees()
    with clock.moved_to(yesterday + timedelta(minutes=40)):
        messaging.send_message(conversation_id=conversation.pk, sender=seller, body="在的。")
    everything_agrees()
    assert Reputation.objects.get(user=seller).response_minutes == 40

    first = make_completed_order(buyer=buyer, gig=gig)
    everything_agrees()
    assert Reputation.objects.get(user=seller).earned_fen > 0
    review = public_review(first, stars=4)
    everything_agrees()
    public_review(make_completed_order(buyer=buyer, gig=gig), stars=5)
    public_review(make_completed_order(buyer=buyer, gig=other_gig), stars=2)
    everything_agrees()
    assert GigStats.objects.get(gig=gig).rating_sum == 9

    orders.refund_part(order_id=first.pk, actor=seller, amount_fen=1_000, reason="少做了一页")
    everything_agrees()
    orders.give_tip(order_id=first.pk, buyer=buyer, amount_fen=600)
    everything_agrees()
    quarrel = make_delivered_order(buyer=buyer, gig=gig)
    orders.open_dispute(order_id=quarrel.pk, user=buyer, reason="与说好的不一样，请看附件里的对照。")
    everything_agrees()
    decide_finally(Order.objects.get(pk=quarrel.pk), refund_fen=500)
    everything_agrees()
    orders.cancel_order(order_id=make_paid_order(gig=other_gig).pk, user=other)
    everything_agrees()
    assert Reputation.objects.get(user=other).cancellation_percent == 50

    Review.objects.filter(pk=review.pk).update(excluded_at=clock.now())
    reputation.mark_changed([seller.pk])
    everything_agrees()
    row = Reputation.objects.get(user=seller)
    assert (row.rating_sum, row.rating_count, row.dispute_percent) == (5, 1, 33)


def test_the_job_counts_those_alone_of_whom_something_was_written(seller, gig):
    idle, busy = make_seller(), make_seller()
    recompute_reputations()
    changes.keep_mark(changes.Mark(0, *[10**9] * 3))
    assert recount_changed() == 0
    cache.clear()
    mark = changes.take_mark()
    changes.keep_mark(changes.Mark(mark.at - changes.OVERLAP_SECONDS, mark.event, mark.message, mark.transaction))
    make_paid_order(gig=make_gig(seller=busy))
    reputation.mark_changed([seller.pk])
    assert set(reputation.recount_changed()) == {seller.pk, busy.pk}
    assert idle.pk in reputation.recount_all()


def test_money_alone_says_whose_figures_changed(seller, gig):
    make_completed_order(gig=gig)
    mark = changes.take_mark()
    changes.keep_mark(changes.Mark(mark.at - changes.OVERLAP_SECONDS, mark.event, mark.message, 0))
    assert changes.changed_sellers(mark) == {seller.pk}


@pytest.mark.parametrize(
    ("rows", "indexes"),
    [
        (Reputation.objects.filter(counted_on=None).order_by("pk"), {"reviews_reputation_to_count"}),
        (
            Review.objects.filter(Q(published_at__gte=clock.now()) | Q(replied_at__gte=clock.now())),
            {"reviews_review_published", "reviews_review_replied"},
        ),
        (Review.objects.filter(published_at=None, publish_at__lte=clock.now()), {"reviews_review_to_publish"}),
    ],
)
def test_jobs_of_each_minute_read_no_whole_table(rows, indexes):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert all(index in plan for index in indexes), plan


@pytest.mark.parametrize("job", [recount_changed, recompute_reputations])
def test_one_seller_who_cannot_be_counted_keeps_nobody_else_waiting(gig, monkeypatch, job):
    sellers = [make_seller() for _ in range(3)]
    for one in sellers:
        public_review(make_completed_order(gig=make_gig(seller=one)), stars=4)
    broken, others = sellers[0], sellers[1:]
    Reputation.objects.update(rating_sum=0, rating_count=0, counted_on=None)
    scores_of, tries = score.scores_of, []

    def fail_for_one(ids):
        if broken.pk in ids:
            tries.append(ids)
            raise ZeroDivisionError
        return scores_of(ids)

    monkeypatch.setattr(score, "scores_of", fail_for_one)
    job()
    rows = {row.user_id: (row.rating_sum, row.counted_on is not None) for row in Reputation.objects.all()}
    assert [rows[one.pk] for one in others] == [(4, True), (4, True)]
    assert rows[broken.pk] == (0, False)
    # It was tried among the others and alone, and stands back for a while now.
    assert [len(ids) > 1 for ids in tries] == [True, False]
    recount_changed()
    assert len(tries) == 2
    monkeypatch.setattr(score, "scores_of", scores_of)
    cache.clear()
    recount_changed()
    assert Reputation.objects.get(user=broken).rating_sum == 4


def test_what_was_numbered_before_a_mark_and_committed_after_it_is_read(seller, gig):
    """The marks that count are older than any transaction that may still be under way."""
    make_paid_order(gig=gig)
    mark = changes.take_mark()
    changes.keep_mark(mark)
    assert seller.pk in changes.changed_sellers(mark)
    later = changes.Mark(mark.at + changes.OVERLAP_SECONDS, mark.event, mark.message, mark.transaction)
    assert changes.changed_sellers(later) == set()


def test_a_mark_is_taken_back_with_the_transaction_that_set_it(seller):
    counted(seller)
    with transaction.atomic():
        reputation.mark_changed([seller.pk])
        transaction.set_rollback(True)
    assert Reputation.objects.get(user=seller).counted_on == windows_now().today


def test_the_night_asks_as_often_for_many_as_for_one(seller, gig):
    public_review(make_completed_order(gig=gig))

    def asked() -> int:
        reputation.recount_all()  # settings and missing rows are no part of it
        with CaptureQueriesContext(connection) as queries:
            reputation.recount_all()
        return len(queries)

    of_one = asked()
    for _seller in range(4):
        public_review(make_completed_order(gig=make_gig()))
    assert asked() == of_one
