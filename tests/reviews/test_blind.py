"""Nobody reads a review before both have written or the window has closed; then both are public, once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import GigStats
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.wording import title_of
from marketplace.reviews import selectors, services
from marketplace.reviews.models import Reputation, Review
from marketplace.reviews.own_data import ReviewsSection
from marketplace.reviews.tasks import publish_due_reviews
from tests.factories import make_completed_order, make_public_review

pytestmark = pytest.mark.django_db
BODY, PRIVATE = "第二稿就定了", "只想告诉平台"


def write(order, author, **changes):
    values = {"stars": 4, "body": BODY, "private_feedback": PRIVATE} | changes
    return services.write_review(order_id=order.pk, author=author, **values)


def counted(order):
    """Sum and number of ratings of the gig and of its seller."""
    stats = GigStats.objects.filter(gig=order.gig_id).values_list("rating_sum", "rating_count").first() or (0, 0)
    seller = Reputation.objects.filter(user=order.seller_id).values_list("rating_sum", "rating_count").first()
    return stats, seller or (0, 0)


def notices(user):
    return list(
        Notification.objects.filter(recipient=user, kind=NotificationKind.REVIEW)
        .order_by("pk")
        .values_list("title", flat=True)
    )


def log_in(user):
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def test_one_review_alone_is_hidden_and_counts_nowhere(order, buyer):
    review = write(order, buyer)
    assert review.published_at is None
    assert counted(order) == ((0, 0), (0, 0))


@pytest.mark.parametrize("first", ["buyer", "seller"])
def test_the_second_review_publishes_both_whoever_was_first(order, first):
    second = "seller" if first == "buyer" else "buyer"
    write(order, getattr(order, first))
    write(order, getattr(order, second))
    moments = set(Review.objects.values_list("published_at", flat=True))
    assert len(moments) == 1
    assert None not in moments
    assert counted(order) == ((4, 1), (4, 1))


def test_before_the_end_of_the_window_the_job_publishes_nothing(order, buyer):
    review = write(order, buyer)
    with clock.moved_to(review.publish_at - timedelta(minutes=1)):
        assert publish_due_reviews() == 0
    assert counted(order) == ((0, 0), (0, 0))


def test_the_job_publishes_what_waited_in_vain_and_twice_is_once(order, buyer):
    review = write(order, buyer)
    with clock.moved_to(review.publish_at):
        assert publish_due_reviews() == 1
        assert publish_due_reviews() == 0
        assert not services.publish_due_review(order_id=order.pk)
    review.refresh_from_db()
    assert review.published_at >= review.publish_at
    assert counted(order) == ((4, 1), (4, 1))


def test_a_silent_buyer_gives_no_good_review(order, seller):
    review = write(order, seller)
    with clock.moved_to(review.publish_at):
        assert publish_due_reviews() == 1
    assert Review.objects.count() == 1
    assert counted(order) == ((0, 0), (0, 0))


def test_one_order_that_fails_keeps_no_other_waiting(order, buyer, seller, gig, monkeypatch):
    broken, whole = write(order, buyer), write(make_completed_order(gig=gig), seller)
    from marketplace.reviews.services import publishing

    count_rating = publishing.reputation.count_rating
    monkeypatch.setattr(publishing.reputation, "count_rating", lambda **_given: 1 / 0)
    with clock.moved_to(whole.publish_at):
        assert publish_due_reviews() == 1
        broken.refresh_from_db()
        assert broken.published_at is None
        monkeypatch.setattr(publishing.reputation, "count_rating", count_rating)
        assert publish_due_reviews() == 0  # it stands back for a while
        assert services.publish_due_review(order_id=order.pk)


def test_where_the_release_before_published_the_first_the_second_is_public_at_once(order, buyer, seller):
    first = write(order, buyer)
    Review.objects.filter(pk=first.pk).update(published_at=clock.now(), written_at=None, publish_at=None)
    second = write(order, seller)
    assert second.published_at is not None
    assert counted(order) == ((0, 0), (0, 0))  # the first was counted when it was published


# What the other side gets to know


def test_the_other_side_hears_that_there_is_something_and_when(order, buyer, seller):
    with translation.override("en"):
        review = write(order, buyer, stars=1)
    (line,) = Notification.objects.filter(recipient=seller, kind=NotificationKind.REVIEW)
    assert "林小满" in line.title
    day = clock.timezone.localdate(review.publish_at)
    assert line.words["day"] == day.isoformat()
    assert f"{day.year}年{day.month}月{day.day}日" in line.title
    with translation.override("en"):
        assert date_format(day, "DATE_FORMAT") in title_of(line)
    assert BODY not in line.title + line.body
    assert "1" not in line.words.values()
    assert line.url == f"/orders/{order.number}/#reviews"


def test_at_publication_each_side_hears_what_it_was_given(order, buyer, seller):
    write(order, buyer, stars=2)
    write(order, seller, stars=3)
    assert len(notices(seller)) == 2  # that it waits, and what it is
    assert [len(notices(buyer)), "3" in notices(buyer)[-1], "2" in notices(seller)[-1]] == [1, True, True]


def test_when_the_window_closes_the_author_hears_of_it_too(order, buyer, seller):
    review = write(order, buyer)
    with clock.moved_to(review.publish_at):
        publish_due_reviews()
    assert len(notices(buyer)) == 1
    assert len(notices(seller)) == 2


def test_each_side_sees_its_own_and_of_the_others_only_that_it_is_there(order, buyer, seller):
    write(order, buyer)
    own, others = selectors.order_reviews(order, buyer), selectors.order_reviews(order, seller)
    assert (own.own.body, own.is_hidden, own.other_may_write, own.may_write) == (BODY, True, True, False)
    assert (others.own, others.other, others.other_waits, others.may_write) == (None, None, True, True)
    assert others.shown == []
    write(order, seller, body="爽快")
    assert [review.body for review in selectors.order_reviews(order, seller).shown] == [BODY, "爽快"]


def test_what_is_hidden_stands_on_no_page_of_anybody_else(order, buyer, seller, gig, client):
    write(order, buyer)
    pages = [order.get_absolute_url(), f"/orders/{order.number}/review/"]
    for path in pages:
        assert BODY not in log_in(seller).get(path).content.decode()
    for path in (gig.get_absolute_url(), seller.profile.get_absolute_url()):
        assert BODY not in client.get(path).content.decode()
    assert BODY in log_in(buyer).get(order.get_absolute_url()).content.decode()


def test_private_feedback_is_read_by_nobody_but_its_author_and_the_platform(order, buyer, seller, gig, client):
    make_public_review(order, body=BODY, private_feedback=PRIVATE)
    for browser, path in (
        (log_in(seller), order.get_absolute_url()),
        (client, gig.get_absolute_url()),
        (client, seller.profile.get_absolute_url()),
    ):
        page = browser.get(path).content.decode()
        assert BODY in page
        assert PRIVATE not in page
    assert PRIVATE in log_in(buyer).get(order.get_absolute_url()).content.decode()


def exported(user: User) -> str:
    return repr([(table.name, list(table.rows())) for table in ReviewsSection().tables(user)])


def test_a_copy_of_ones_data_has_ones_own_review_whole_and_of_the_others_what_is_public(order, buyer, seller):
    write(order, buyer)
    assert BODY in exported(buyer)
    assert PRIVATE in exported(buyer)
    assert BODY not in exported(seller)
    write(order, seller, body="", private_feedback="")
    assert BODY in exported(seller)
    assert PRIVATE not in exported(seller)
