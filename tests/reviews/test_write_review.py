"""Writing reviews: what counts, when it may be written, and that a refusal changes nothing."""

from datetime import timedelta

import pytest
from django.utils import translation

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.models import GigStats
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.orders import services as orders
from marketplace.orders.models import OrderEvent, OrderEventType
from marketplace.reviews import reputation, services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Rating, Reputation, Review, ReviewSide
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_paid_order,
    make_user,
)
from tests.offers.situations import complete, make_agreement, stages

pytestmark = pytest.mark.django_db

ASPECTS = {"communication": 5, "as_described": 4, "on_time": 5}


def write(order, author, **changes):
    values = {"stars": 4, "aspects": ASPECTS, "body": "第二稿就定了，源文件齐全。"} | changes
    return services.write_review(order_id=order.pk, author=author, **values)


def everything():
    """All rows that a review may touch."""
    models = (Review, Rating, Reputation, GigStats, Notification, OrderEvent)
    return [sorted(map(repr, model.objects.values())) for model in models]


def refused(code, order, author, **changes):
    before = everything()
    with pytest.raises(ReviewError) as refusal:
        write(order, author, **changes)
    assert refusal.value.code == code
    assert refusal.value.message
    assert everything() == before


def test_a_buyers_review_is_public_at_once_and_counts(order, buyer, seller, gig):
    review = write(order, buyer)

    assert review.side == ReviewSide.BUYER
    assert review.published_at is not None
    assert (review.author, review.subject, review.gig) == (buyer, seller, gig)
    assert dict(review.ratings.values_list("aspect", "stars")) == ASPECTS
    stats = GigStats.objects.get(gig=gig)
    assert (stats.rating_sum, stats.rating_count) == (4, 1)
    figures = Reputation.objects.get(user=seller)
    assert (figures.rating_sum, figures.rating_count) == (4, 1)
    event = OrderEvent.objects.get(order=order, type=OrderEventType.REVIEWED)
    assert (event.actor, event.data) == (buyer, {"side": "buyer", "stars": 4})


def test_the_seller_hears_of_it_after_commit(order, buyer, seller, django_capture_on_commit_callbacks):
    with translation.override("en"), django_capture_on_commit_callbacks(execute=True):
        write(order, buyer)
    line = Notification.objects.get(recipient=seller, kind=NotificationKind.REVIEW)
    assert "林小满" in line.title
    assert line.url == f"/orders/{order.number}/#reviews"


def test_a_review_needs_no_words_and_no_sub_scores(order, buyer):
    review = write(order, buyer, aspects={}, body=" ")
    assert review.body == ""
    assert not review.ratings.exists()


def test_an_order_is_reviewed_once_a_side(order, buyer):
    write(order, buyer)
    refused(ReviewErrorCode.ALREADY_WRITTEN, order, buyer, stars=1)


def test_the_seller_rates_after_the_buyer_and_that_counts_for_no_gig(order, buyer, seller, gig):
    refused(ReviewErrorCode.BUYER_FIRST, order, seller)
    write(order, buyer)
    review = write(order, seller, stars=5, aspects={}, body="需求清楚。")
    assert (review.side, review.subject) == (ReviewSide.SELLER, buyer)
    assert GigStats.objects.get(gig=gig).rating_count == 1
    assert Reputation.objects.get(user=seller).rating_count == 1
    assert not Reputation.objects.filter(user=buyer).exists()


def test_only_the_two_sides_review(order, stranger):
    refused(ReviewErrorCode.NOT_YOUR_ORDER, order, stranger)


def test_only_a_finished_order_is_reviewed(buyer, gig):
    refused(ReviewErrorCode.NOT_FINISHED, make_delivered_order(buyer=buyer, gig=gig), buyer)


def test_a_decided_dispute_is_reviewed_too(buyer, gig):
    order = make_delivered_order(buyer=buyer, gig=gig)
    orders.open_dispute(order_id=order.pk, user=buyer, reason="与描述不符")
    refused(ReviewErrorCode.NOT_FINISHED, order, buyer)
    order = decide_finally(order, refund_fen=order.total_fen)
    assert write(order, buyer, stars=1).stars == 1


def test_the_window_closes_for_the_buyer(order, buyer):
    end = order.completed_at + timedelta(days=get_config("reviews.window_days"))
    with clock.moved_to(end + timedelta(minutes=1)):
        refused(ReviewErrorCode.WINDOW_CLOSED, order, buyer)
    with clock.moved_to(end - timedelta(minutes=1)):
        assert write(order, buyer)


def test_the_sellers_window_runs_from_the_buyers_review(order, buyer, seller):
    window = timedelta(days=get_config("reviews.window_days"))
    with clock.moved_to(order.completed_at + window - timedelta(minutes=1)):
        review = write(order, buyer)
    with clock.moved_to(review.published_at + window + timedelta(minutes=1)):
        refused(ReviewErrorCode.WINDOW_CLOSED, order, seller)
    with clock.moved_to(review.published_at + window - timedelta(minutes=1)):
        assert write(order, seller)


@pytest.mark.parametrize(
    "changes", [{"stars": 0}, {"stars": 6}, {"aspects": {"on_time": 6}}, {"aspects": {"charm": 5}}]
)
def test_stars_lie_between_one_and_five(order, buyer, changes):
    refused(ReviewErrorCode.INVALID_STARS, order, buyer, **changes)


def test_a_text_has_a_limit(order, buyer):
    refused(ReviewErrorCode.TEXT_TOO_LONG, order, buyer, body="长" * 1001)


# Replies


def test_the_seller_replies_once_and_the_buyer_hears_of_it(order, buyer, seller, django_capture_on_commit_callbacks):
    write(order, buyer)
    with django_capture_on_commit_callbacks(execute=True):
        review = services.reply_to_review(order_id=order.pk, author=seller, text=" 谢谢。 ")
    assert (review.reply, review.replied_at is not None) == ("谢谢。", True)
    assert Notification.objects.filter(recipient=buyer, kind=NotificationKind.REVIEW).count() == 1

    before = everything()
    with pytest.raises(ReviewError) as refusal:
        services.reply_to_review(order_id=order.pk, author=seller, text="再说一句")
    assert refusal.value.code == ReviewErrorCode.ALREADY_REPLIED
    assert everything() == before


def test_replies_that_are_refused(order, buyer, seller, stranger):
    for author, text, code in (
        (seller, "谢谢", ReviewErrorCode.NOTHING_TO_REPLY_TO),
        (stranger, "谢谢", ReviewErrorCode.NOT_YOUR_ORDER),
        (seller, "  ", ReviewErrorCode.EMPTY_REPLY),
        (seller, "长" * 1001, ReviewErrorCode.TEXT_TOO_LONG),
    ):
        before = everything()
        with pytest.raises(ReviewError) as refusal:
            services.reply_to_review(order_id=order.pk, author=author, text=text)
        assert refusal.value.code == code
        assert everything() == before
    write(order, buyer)
    with pytest.raises(ReviewError) as refusal:
        services.reply_to_review(order_id=order.pk, author=buyer, text="谢谢")
    assert refusal.value.code == ReviewErrorCode.NOTHING_TO_REPLY_TO


# Reputation


def test_counting_anew_agrees_with_adding(seller, gig):
    returning = make_user()
    for buyer, stars in ((returning, 5), (returning, 2), (make_user(), 4)):
        write(make_completed_order(buyer=buyer, gig=gig), buyer, stars=stars)
    make_completed_order(gig=make_gig(seller=seller))
    added = Reputation.objects.get(user=seller)

    counted = reputation.recompute_reputation(seller.pk)

    assert (added.rating_sum, added.rating_count) == (counted.rating_sum, counted.rating_count) == (11, 3)
    stats = GigStats.objects.get(gig=gig)
    assert (stats.rating_sum, stats.rating_count) == (11, 3)
    assert counted.orders_completed == 4
    assert counted.on_time_percent == 100
    assert counted.repeat_buyer_percent == 33
    again = reputation.recompute_reputation(seller.pk)
    assert (again.rating_sum, again.orders_completed) == (11, 4)


def test_the_stages_of_one_agreement_are_one_sale_and_no_repeat_buyer(seller):
    gig, friend = make_gig(seller=seller), make_user()
    plan = make_agreement(seller=seller, buyer=friend, stages=stages(), gig=gig).plan
    for _stage in range(2):
        complete(orders.fund_stage(plan_id=plan.pk, buyer=friend))
    counted = reputation.recompute_reputation(seller.pk)
    assert (counted.orders_completed, counted.repeat_buyer_percent, counted.on_time_percent) == (1, 0, 100)
    assert GigStats.objects.get(gig=gig).orders_completed == 1
    make_completed_order(gig=gig, buyer=friend)
    counted = reputation.recompute_reputation(seller.pk)
    assert (counted.orders_completed, counted.repeat_buyer_percent) == (2, 100)
    assert GigStats.objects.get(gig=gig).orders_completed == 2


def test_a_late_first_delivery_counts_as_late(seller, gig):
    order = make_completed_order(gig=gig)
    type(order).objects.filter(pk=order.pk).update(due_at=order.delivered_at - timedelta(days=1))
    make_completed_order(gig=gig)
    assert reputation.recompute_reputation(seller.pk).on_time_percent == 50


def test_the_job_counts_everybody_who_has_sold(seller, order):
    from marketplace.reviews.tasks import recompute_reputations

    assert recompute_reputations() == 1
    assert Reputation.objects.get(user=seller).orders_completed == 1


def test_what_the_seller_was_paid_for_and_ended_alone_was_not_delivered_on_time(seller, gig):
    make_completed_order(gig=gig)
    for side in ("seller", "buyer"):
        order = make_paid_order(gig=make_gig(seller=seller, requirements=1))
        orders.cancel_order(order_id=order.pk, user=getattr(order, side))
    counted = reputation.recompute_reputation(seller.pk)
    assert (counted.orders_completed, counted.on_time_percent) == (1, 50)
