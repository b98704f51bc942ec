"""Two who write at the same moment, and the job that publishes; with the order's lock, and without it."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from marketplace.core import clock
from marketplace.gigs.models import GigStats
from marketplace.orders import locks
from marketplace.orders.models import Order
from marketplace.reviews import services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import HelpfulVote, Reputation, Review, ReviewSide
from marketplace.reviews.services import publishing, votes, writing
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_completed_order, make_public_review, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


def writing_of(order, side, *, at=None, stars=4):
    """What a thread of one side does; `at` is what its clock says."""

    def write():
        with clock.moved_to(at) if at else nullcontext():
            return services.write_review(order_id=order.pk, author=getattr(order, side), stars=stars)

    return write


def publishing_of(order, *, at):
    def publish():
        with clock.moved_to(at):
            return services.publish_due_review(order_id=order.pk)

    return publish


def refusals(results):
    return [result.code for result in results if isinstance(result, ReviewError)]


def counted(order):
    """How often the buyer's review was counted, for the gig and for its seller."""
    stats = GigStats.objects.filter(gig=order.gig_id).values_list("rating_count", flat=True).first()
    seller = Reputation.objects.filter(user=order.seller_id).values_list("rating_count", flat=True).first()
    return stats or 0, seller or 0


def public(order):
    return Review.objects.filter(order=order, published_at__isnull=False).count()


@pytest.fixture
def lock_off(monkeypatch):
    """The control: the order is read without a lock, by who writes and by the job."""
    monkeypatch.setattr(locks, "lock_order", lambda order_id: Order.objects.get(pk=order_id))
    monkeypatch.setattr(locks, "try_lock_order", lambda order_id: Order.objects.get(pk=order_id))


# Both sides at the same moment


def test_both_sides_at_once_publish_both_reviews_once(meet_before):
    order = make_completed_order()
    meet_before(locks, "lock_order")
    together(writing_of(order, "buyer"), writing_of(order, "seller"))
    assert public(order) == 2
    assert counted(order) == (1, 1)


def test_control_without_the_lock_neither_sees_the_other_and_both_wait(meet_before, lock_off):
    order = make_completed_order()
    # Both have looked for the other's review, and none has written yet.
    meet_before(Review.objects, "create")
    together(writing_of(order, "buyer"), writing_of(order, "seller"))
    assert Review.objects.count() == 2
    assert public(order) == 0


# Two clicks of one side


def test_two_clicks_are_one_review(meet_before):
    order = make_completed_order()
    meet_before(locks, "lock_order")
    results = together(writing_of(order, "buyer"), writing_of(order, "buyer"))
    assert refusals(results) == [ReviewErrorCode.ALREADY_WRITTEN]
    assert Review.objects.count() == 1


def test_control_without_the_lock_the_database_refuses_the_second_click(meet_before, lock_off):
    order = make_completed_order()
    meet_before(Review.objects, "create")
    results = together(writing_of(order, "buyer"), writing_of(order, "buyer"))
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]
    assert Review.objects.count() == 1


# The job against the second writer


def waiting_for_the_seller():
    order = make_completed_order()
    review = services.write_review(order_id=order.pk, author=order.buyer, stars=4)
    return order, review.publish_at


def test_the_job_and_the_second_writer_count_the_first_review_once(meet_before):
    order, end = waiting_for_the_seller()
    meet_before(locks, "lock_order", (locks, "try_lock_order"))
    together(writing_of(order, "seller", at=end - timedelta(minutes=1)), publishing_of(order, at=end))
    with clock.moved_to(end):
        services.publish_due_review(order_id=order.pk)  # where the writer came second, or was held
    assert public(order) == 2
    assert counted(order) == (1, 1)


def test_control_without_the_lock_the_first_review_is_counted_twice(meet_before, lock_off):
    order, end = waiting_for_the_seller()
    # Both have read that it is hidden, and none has published it yet.
    meet_before(publishing, "publish", (writing, "publish"))
    together(writing_of(order, "seller", at=end - timedelta(minutes=1)), publishing_of(order, at=end))
    assert counted(order) == (2, 2)


def test_two_runs_of_the_job_publish_once(meet_before):
    order, end = waiting_for_the_seller()
    meet_before(locks, "try_lock_order")
    results = together(publishing_of(order, at=end), publishing_of(order, at=end))
    assert sorted(results) == [False, True]
    assert counted(order) == (1, 1)


def test_control_without_the_lock_two_runs_count_twice(meet_before, lock_off):
    order, end = waiting_for_the_seller()
    meet_before(publishing, "publish")
    assert together(publishing_of(order, at=end), publishing_of(order, at=end)) == [True, True]
    assert counted(order) == (2, 2)


# A change of stars against the publication


def changing_of(order, stars):
    return partial(services.edit_review, order_id=order.pk, author=order.buyer, stars=stars)


def sum_and_stars(order):
    seller = Reputation.objects.get(user=order.seller_id)
    return seller.rating_sum, Review.objects.get(order=order, side=ReviewSide.BUYER).stars


def test_a_change_of_stars_comes_before_the_publication_or_not_at_all(meet_before):
    order, _end = waiting_for_the_seller()
    meet_before(locks, "lock_order")
    results = together(writing_of(order, "seller"), changing_of(order, 1))
    counted_sum, stars = sum_and_stars(order)
    assert counted_sum == stars
    assert refusals(results) == ([] if stars == 1 else [ReviewErrorCode.PUBLIC_ALREADY])


def test_control_without_the_lock_what_was_counted_is_not_what_is_shown(monkeypatch, lock_off):
    order, _end = waiting_for_the_seller()
    point = MeetingPoint(once=True)
    change_pictures = writing.change_pictures

    def both_have_read(*, review, **given):
        if given.get("removed") is not None or review.author_id == order.seller_id:
            point.wait()
        return change_pictures(review=review, **given)

    monkeypatch.setattr(writing, "change_pictures", both_have_read)
    together(writing_of(order, "seller"), changing_of(order, 1))
    assert point.was_used
    assert sum_and_stars(order) == (4, 1)


# Votes: a unique index, and a sum in the database


def test_two_clicks_on_helpful_are_one_vote(meet_before):
    review, reader = make_public_review(), make_user()
    meet_before(HelpfulVote.objects, "get_or_create")
    together(*[partial(services.vote_helpful, review_id=review.pk, user=reader)] * 2)
    review.refresh_from_db()
    assert (review.helpful_count, review.helpful_votes.count()) == (1, 1)


def test_two_readers_at_once_are_two_votes_and_two_withdrawals_none(meet_before):
    review, readers = make_public_review(), [make_user(), make_user()]
    meet_before(HelpfulVote.objects, "get_or_create")
    together(*[partial(services.vote_helpful, review_id=review.pk, user=reader) for reader in readers])
    review.refresh_from_db()
    assert (review.helpful_count, review.helpful_votes.count()) == (2, 2)
    together(*[partial(votes.unvote, review_id=review.pk, user=readers[0])] * 2)
    review.refresh_from_db()
    assert (review.helpful_count, review.helpful_votes.count()) == (1, 1)
