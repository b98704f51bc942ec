"""Reviews that rules found come to moderators by themselves; nothing is hidden before a person decides."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from marketplace.core import clock
from marketplace.moderation import review_watch
from marketplace.moderation.models import AdminLog, ModerationQueue, QueueStatus
from marketplace.moderation.review_selectors import review_cases, rows_of
from marketplace.moderation.tasks import watch_reviews
from marketplace.reviews.models import Review, ReviewMask, ReviewVersion
from marketplace.safety.models import Level, SensitiveWord, WordTopic
from marketplace.safety.words import forget_words
from tests.factories import make_completed_order, make_gig, make_moderator, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
CONTACT = "好用，加我微信 wxid_qinghe88 有优惠"


@pytest.fixture(autouse=True)
def no_cursor():
    cache.delete(review_watch.CURSOR)


@pytest.fixture
def order(buyer, seller):
    return make_completed_order(buyer=buyer, gig=make_gig(seller=seller, title="奶茶店标志"))


@pytest.fixture
def desk(db):
    return log_in(make_moderator())


def publish(order, body, **changes):
    values = {"stars": 5, "published_at": clock.now()} | changes
    return Review.objects.create(
        order=order, gig=order.gig, side="buyer", author=order.buyer, subject=order.seller, body=body, **values
    )


def page_of(client, name, *arguments):
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_review_with_contact_details_is_a_case_once_and_stays_readable(order, client):
    review = publish(order, CONTACT)
    assert watch_reviews() == 1
    assert watch_reviews() == 0
    case = ModerationQueue.objects.get()
    assert (case.subject, case.status) == (review, QueueStatus.OPEN)
    assert "wxid_qinghe88" in case.reason
    assert "wxid_qinghe88" in client.get(review.gig.get_absolute_url()).content.decode()


def test_the_desk_names_who_wrote_what_was_found(order, buyer, seller):
    reply = publish(order, "做得好", reply=CONTACT, replied_at=clock.now())
    watch_reviews()
    (row,) = rows_of(list(review_cases(make_moderator(), is_open=True)))
    assert row.review == reply
    assert [writer for _part, writer in row.written] == [seller]
    row.review.body = CONTACT
    assert [writer for _part, writer in row.written] == [buyer, seller]


def test_words_of_the_highest_level_are_to_be_decided_soonest(order, seller):
    SensitiveWord.objects.create(word="违禁甲", topic=WordTopic.FRAUD, level=Level.HOLD)
    forget_words()
    publish(order, "违禁甲")
    other = make_completed_order(buyer=make_user(), gig=order.gig)
    publish(other, CONTACT)
    watch_reviews()
    first, second = review_cases(make_moderator(), is_open=True)
    assert "违禁甲" in first.reason
    assert first.due_at < second.due_at


def test_what_is_clean_or_not_public_is_no_case(order):
    review = publish(order, "第二稿就定了，沟通很顺。")
    assert watch_reviews() == 0
    Review.objects.filter(pk=review.pk).update(body=CONTACT, published_at=None)
    assert watch_reviews() == 0
    assert not review_watch.queue_review(review.pk)


def test_a_new_wording_or_a_reply_is_looked_at_again(order):
    review = publish(order, CONTACT, published_at=clock.now() - timedelta(hours=3))
    watch_reviews()
    ModerationQueue.objects.update(status="decided", decided_at=clock.now(), decision="left")
    assert not review_watch.queue_review(review.pk)  # decided about these very words
    Review.objects.filter(pk=review.pk).update(reply="加我QQ 123456789", replied_at=clock.now() + timedelta(seconds=1))
    assert review_watch.queue_review(review.pk)
    assert ModerationQueue.objects.count() == 2


def test_the_job_looks_back_from_where_it_was_with_an_overlap(order):
    review = publish(order, CONTACT, published_at=clock.now() - timedelta(minutes=30))
    cache.set(review_watch.CURSOR, clock.now() - timedelta(minutes=5))
    assert watch_reviews() == 0
    cache.set(review_watch.CURSOR, clock.now() - timedelta(minutes=25))
    assert watch_reviews() == 1
    # A clock that was put back is no reason to look at nothing.
    ModerationQueue.objects.all().delete()
    cache.clear()
    cache.set(review_watch.CURSOR, clock.now() + timedelta(days=300))
    assert watch_reviews() == 1
    assert review.published_at is not None


def test_one_that_cannot_be_looked_at_keeps_no_other_from_moderators(order, monkeypatch):
    broken = publish(order, CONTACT, published_at=clock.now() - timedelta(minutes=2))
    other = publish(make_completed_order(buyer=make_user(), gig=order.gig), CONTACT)
    look_at = review_watch.found_in_review

    def fail_for_one(review):
        if review.pk == broken.pk:
            raise ZeroDivisionError
        return look_at(review)

    monkeypatch.setattr(review_watch, "found_in_review", fail_for_one)
    assert watch_reviews() == 1
    assert ModerationQueue.objects.get().subject == other
    monkeypatch.setattr(review_watch, "found_in_review", look_at)
    assert watch_reviews() == 1  # within the overlap it comes again
    monkeypatch.setattr(review_watch, "queue_review", lambda pk: pytest.fail(f"{pk} was looked at already"))
    assert watch_reviews() == 0


def test_the_desk_shows_all_that_is_kept_and_notes_the_reading(order, desk, django_capture_on_commit_callbacks):
    review = publish(order, CONTACT, private_feedback="其实拖了两天")
    ReviewVersion.objects.create(review=review, stars=1, body="最初写的话", replaced_at=clock.now())
    watch_reviews()
    assert reverse("moderation_review", args=[review.pk]) in page_of(desk, "moderation_reviews")
    with django_capture_on_commit_callbacks(execute=True):
        page = page_of(desk, "moderation_review", review.pk)
    for words in (order.number, "其实拖了两天", "最初写的话", "wxid_qinghe88"):
        assert words in page
    page_of(desk, "moderation_review", review.pk)
    assert AdminLog.objects.filter(action="review.read").count() == 1


def test_a_part_is_hidden_with_its_ground_and_shown_again(order, desk):
    review = publish(order, CONTACT)
    watch_reviews()
    address = reverse("moderation_review_hide", args=[review.pk])
    assert desk.post(address, {"words": "广告", "part": "body"}).status_code == 422
    assert desk.post(address, {"words": "广告", "part": "reply", "ground": "advertising"}).status_code == 422
    desk.post(address, {"words": "留联系方式，不是评价。", "part": "body", "ground": "advertising"})
    review.refresh_from_db()
    assert review.body == ""
    assert not ModerationQueue.objects.filter(decided_at=None).exists()
    mask = ReviewMask.objects.get()
    assert CONTACT in page_of(desk, "moderation_review", review.pk)
    lift = reverse("moderation_review_lift", args=[review.pk, mask.pk])
    desk.post(lift, {"words": ""})
    review.refresh_from_db()
    assert review.body == ""
    desk.post(lift, {"words": "联系方式是作者店名。"})
    review.refresh_from_db()
    assert review.body == CONTACT


def test_leaving_it_closes_the_case_and_hides_nothing(order, desk):
    review = publish(order, CONTACT)
    watch_reviews()
    desk.post(reverse("moderation_review_leave", args=[review.pk]))
    assert ModerationQueue.objects.get().status == QueueStatus.DECIDED
    assert AdminLog.objects.filter(action="review.left").count() == 1
    review.refresh_from_db()
    assert review.body == CONTACT
    assert "decided=1" in page_of(desk, "moderation_reviews")


def test_moderators_do_not_get_reviews_of_their_own_orders(seller):
    moderator = make_moderator()
    order = make_completed_order(buyer=moderator, gig=make_gig(seller=seller))
    review = publish(order, CONTACT)
    watch_reviews()
    assert list(review_cases(moderator, is_open=True)) == []
    assert log_in(moderator).get(reverse("moderation_review", args=[review.pk])).status_code == 404


def test_others_do_not_enter(order, buyer_client):
    review = publish(order, CONTACT)
    for name, arguments in (("moderation_reviews", []), ("moderation_review", [review.pk])):
        assert buyer_client.get(reverse(name, args=arguments)).status_code == 302
    buyer_client.post(
        reverse("moderation_review_hide", args=[review.pk]), {"words": "广告", "part": "body", "ground": "advertising"}
    )
    review.refresh_from_db()
    assert review.body == CONTACT
