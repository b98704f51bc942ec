"""Writing reviews: what counts, when it may be written, and that a refusal changes nothing."""

from datetime import timedelta

import pytest

from marketplace.core import clock
from marketplace.core.config import get_config, set_config
from marketplace.gigs.models import GigStats
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.orders import services as orders
from marketplace.orders.deadlines import very_late_at
from marketplace.orders.models import OrderEvent, OrderEventType
from marketplace.reviews import reputation, services
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import Rating, Reputation, Review, ReviewSide
from tests.factories import (
    decide_finally,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_order,
    make_paid_order,
    make_public_review,
    make_user,
)
from tests.offers.situations import complete, make_agreement, stages

pytestmark = pytest.mark.django_db

ASPECTS = {"communication": 5, "quality": 5, "as_described": 4}


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


def window():
    return timedelta(days=get_config("reviews.window_days"))


def test_what_a_buyer_writes_is_kept_whole(order, buyer, seller, gig):
    review = write(order, buyer, private_feedback=" 沟通全靠催。 ")

    assert review.side == ReviewSide.BUYER
    assert (review.author, review.subject, review.gig) == (buyer, seller, gig)
    assert (review.stars, review.private_feedback) == (4, "沟通全靠催。")
    assert dict(review.ratings.values_list("aspect", "stars")) == ASPECTS
    assert review.publish_at == order.completed_at + window()


def test_the_time_line_says_that_somebody_wrote_and_not_what(order, buyer):
    write(order, buyer)
    event = OrderEvent.objects.get(order=order, type=OrderEventType.REVIEWED)
    assert (event.actor, event.data) == (buyer, {"side": "buyer"})


def test_a_review_needs_no_words_and_no_sub_scores(order, buyer):
    review = write(order, buyer, aspects={}, body=" ")
    assert review.body == ""
    assert not review.ratings.exists()


def test_an_order_is_reviewed_once_a_side(order, buyer):
    write(order, buyer)
    refused(ReviewErrorCode.ALREADY_WRITTEN, order, buyer, stars=1)


def test_the_seller_needs_not_wait_and_rates_no_gig(order, buyer, seller, gig):
    review = write(order, seller, stars=5, aspects={}, body="需求清楚。")
    assert (review.side, review.subject) == (ReviewSide.SELLER, buyer)
    write(order, buyer)
    assert GigStats.objects.get(gig=gig).rating_count == 1
    assert Reputation.objects.get(user=seller).rating_count == 1
    assert not Reputation.objects.filter(user=buyer).exists()


def test_only_the_two_sides_review(order, stranger):
    refused(ReviewErrorCode.NOT_YOUR_ORDER, order, stranger)


def test_only_a_finished_order_is_reviewed(buyer, gig):
    order = make_delivered_order(buyer=buyer, gig=gig)
    for side in (buyer, order.seller):
        refused(ReviewErrorCode.NOT_FINISHED, order, side)


def test_a_decided_dispute_is_reviewed_too(buyer, gig):
    order = make_delivered_order(buyer=buyer, gig=gig)
    orders.open_dispute(order_id=order.pk, user=buyer, reason="与描述不符")
    refused(ReviewErrorCode.NOT_FINISHED, order, buyer)
    order = decide_finally(order, refund_fen=order.total_fen)
    assert write(order, buyer, stars=1).publish_at == order.dispute.decided_at + window()
    assert write(order, order.seller, aspects={}).published_at is not None


def test_the_window_closes_for_both_at_the_same_moment(order, buyer, seller):
    with clock.moved_to(order.completed_at + window()):
        for side in (buyer, seller):
            refused(ReviewErrorCode.WINDOW_CLOSED, order, side)
    with clock.moved_to(order.completed_at + window() - timedelta(minutes=1)):
        assert write(order, buyer)
        assert write(order, seller, aspects={})


def test_the_first_review_pins_the_window_whatever_the_setting_becomes(order, buyer, seller):
    promised = write(order, buyer).publish_at
    set_config(key="reviews.window_days", value=30, reason="test")
    with clock.moved_to(promised):
        refused(ReviewErrorCode.WINDOW_CLOSED, order, seller)
    set_config(key="reviews.window_days", value=1, reason="test")
    with clock.moved_to(promised - timedelta(minutes=1)):
        assert write(order, seller, aspects={})


@pytest.mark.parametrize(
    "changes",
    [{"stars": 0}, {"stars": 6}, {"aspects": {"quality": 6}}, {"aspects": {"charm": 5}}, {"aspects": {"on_time": 5}}],
)
def test_stars_lie_between_one_and_five_and_are_asked_for(order, buyer, changes):
    refused(ReviewErrorCode.INVALID_STARS, order, buyer, **changes)


@pytest.mark.parametrize("field", ["body", "private_feedback"])
def test_a_text_has_a_limit(order, buyer, field):
    refused(ReviewErrorCode.TEXT_TOO_LONG, order, buyer, **{field: "长" * 1001})


# Cancelled orders


def test_who_paid_and_was_left_by_the_seller_may_say_so(buyer, gig):
    order = make_paid_order(buyer=buyer, gig=gig)
    orders.cancel_order(order_id=order.pk, user=order.seller)
    order.refresh_from_db()
    refused(ReviewErrorCode.CANCELLED, order, order.seller)
    review = write(order, buyer, stars=1)
    assert (review.published_at, review.publish_at) == (None, order.cancelled_at + window())
    with clock.moved_to(review.publish_at):
        assert services.publish_due_review(order_id=order.pk)
    assert Reputation.objects.get(user=order.seller).rating_sum == 1


def test_who_cancelled_what_was_very_late_may_say_so(buyer, gig):
    order = make_paid_order(buyer=buyer, gig=gig)
    with clock.moved_to(very_late_at(order) + timedelta(minutes=1)):
        orders.cancel_order(order_id=order.pk, user=buyer)
        order.refresh_from_db()
        assert write(order, buyer, stars=1).stars == 1


def test_who_cancelled_otherwise_has_no_say(buyer, seller):
    changed_mind = make_paid_order(buyer=buyer, gig=make_gig(seller=seller, requirements=1))
    orders.cancel_order(order_id=changed_mind.pk, user=buyer)
    unpaid = make_order(buyer=buyer, gig=make_gig(seller=seller))
    orders.cancel_order(order_id=unpaid.pk, user=buyer)
    for order in (changed_mind, unpaid):
        order.refresh_from_db()
        for side in (buyer, seller):
            refused(ReviewErrorCode.CANCELLED, order, side)


# Replies


def test_the_seller_replies_once_and_the_buyer_hears_of_it(order, buyer, seller, django_capture_on_commit_callbacks):
    make_public_review(order)
    Notification.objects.all().delete()
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
    write(order, buyer)  # and not public
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
    write(order, seller, aspects={})
    with pytest.raises(ReviewError) as refusal:
        services.reply_to_review(order_id=order.pk, author=buyer, text="谢谢")
    assert refusal.value.code == ReviewErrorCode.NOTHING_TO_REPLY_TO


# Reputation


def test_counting_anew_agrees_with_adding(seller, gig):
    returning = make_user()
    for buyer, stars in ((returning, 5), (returning, 2), (make_user(), 4)):
        make_public_review(make_completed_order(buyer=buyer, gig=gig), stars=stars)
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
