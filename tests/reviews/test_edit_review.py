"""Changing a review within a day, while nobody else has read it; from its publication on it stands."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.reviews import selectors, services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Rating, Review, ReviewVersion
from tests.factories import make_public_review

pytestmark = pytest.mark.django_db
FIRST = {"stars": 2, "aspects": {"quality": 2}, "body": "慢了", "private_feedback": "催了三次"}
SECOND = {"stars": 4, "aspects": {"quality": 4, "communication": 5}, "body": "慢了，但做得好", "private_feedback": ""}


def write(order, author, **changes):
    return services.write_review(order_id=order.pk, author=author, **(FIRST | changes))


def edit(order, author, **changes):
    return services.edit_review(order_id=order.pk, author=author, **(FIRST | changes))


def refused(code, order, author, **changes):
    def everything():
        return [sorted(map(repr, model.objects.values())) for model in (Review, Rating, ReviewVersion)]

    before = everything()
    with pytest.raises(ReviewError) as refusal:
        edit(order, author, **changes)
    assert refusal.value.code == code
    assert refusal.value.message
    assert everything() == before


def test_while_it_is_hidden_everything_can_be_changed_and_what_it_said_is_kept(order, buyer):
    write(order, buyer)
    review = edit(order, buyer, **SECOND)
    review.refresh_from_db()
    assert (review.stars, review.body, review.private_feedback) == (4, "慢了，但做得好", "")
    assert dict(review.ratings.values_list("aspect", "stars")) == SECOND["aspects"]
    assert review.edited_at is not None
    version = ReviewVersion.objects.get()
    assert {name: getattr(version, name) for name in FIRST} == FIRST
    assert version.replaced_at == review.edited_at


def test_each_change_keeps_a_version_and_no_change_keeps_none(order, buyer):
    write(order, buyer)
    assert edit(order, buyer).edited_at is None
    edit(order, buyer, body="一")
    edit(order, buyer, body="二")
    assert list(ReviewVersion.objects.values_list("body", flat=True)) == ["慢了", "一"]


def test_a_change_publishes_nothing_and_counts_once_it_is_public(order, buyer, seller, gig):
    write(order, buyer)
    assert edit(order, buyer, **SECOND).published_at is None
    services.write_review(order_id=order.pk, author=seller, stars=5)
    gig.stats.refresh_from_db()
    assert (gig.stats.rating_sum, gig.stats.rating_count) == (4, 1)


def test_once_both_are_public_neither_side_answers_the_other_by_changing_its_own(order, buyer, seller):
    make_public_review(order, seller_body="改了八次需求，还拖着不验收。", **FIRST)
    refused(ReviewErrorCode.PUBLIC_ALREADY, order, buyer, body="卖家在评价里撒谎。")
    refused(ReviewErrorCode.PUBLIC_ALREADY, order, buyer, stars=1)
    refused(ReviewErrorCode.PUBLIC_ALREADY, order, buyer, body="")
    refused(ReviewErrorCode.PUBLIC_ALREADY, order, seller, stars=1, aspects={})
    for person in (buyer, seller):
        assert selectors.order_reviews(order, person).edit_until is None


def test_the_end_of_the_window_ends_changing_too_for_it_publishes(order, buyer):
    written = write(order, buyer)
    early = written.written_at + timedelta(hours=2)
    Review.objects.update(publish_at=early)
    assert selectors.order_reviews(order, buyer).edit_until == early
    with clock.moved_to(early):  # the job has not come by yet
        refused(ReviewErrorCode.EDIT_CLOSED, order, buyer, **SECOND)


def test_the_seller_may_change_a_review_too(order, seller):
    write(order, seller, aspects={})
    assert edit(order, seller, aspects={}, stars=5).stars == 5


def test_after_a_day_it_stays_as_it_is(order, buyer):
    review = write(order, buyer)
    end = review.written_at + timedelta(hours=get_config("reviews.edit_hours"))
    with clock.moved_to(end):
        refused(ReviewErrorCode.EDIT_CLOSED, order, buyer, **SECOND)
        assert selectors.order_reviews(order, buyer).edit_until is None
    with clock.moved_to(end - timedelta(minutes=1)):
        assert selectors.order_reviews(order, buyer).edit_until == end
        assert edit(order, buyer, **SECOND)


def test_one_of_the_release_before_was_never_to_be_changed(order, buyer):
    write(order, buyer)
    Review.objects.update(written_at=None, published_at=clock.now(), publish_at=None)
    refused(ReviewErrorCode.PUBLIC_ALREADY, order, buyer, body="改")


def test_nobody_changes_what_is_not_theirs(order, buyer, seller, stranger):
    write(order, buyer)
    refused(ReviewErrorCode.NOTHING_TO_EDIT, order, seller)
    refused(ReviewErrorCode.NOT_YOUR_ORDER, order, stranger)


def test_a_change_keeps_to_the_same_limits(order, buyer):
    write(order, buyer)
    refused(ReviewErrorCode.INVALID_STARS, order, buyer, stars=6)
    refused(ReviewErrorCode.TEXT_TOO_LONG, order, buyer, body="长" * 1001)
