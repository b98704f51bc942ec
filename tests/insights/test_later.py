"""What becomes of a day later: coupons and refunds in the take, answers and decisions that come late, days nobody counted."""

from datetime import date, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from marketplace.core import clock
from marketplace.discovery.models import SearchDay
from marketplace.insights.boards.catalogue import boards
from marketplace.insights.boards.drawing import draw
from marketplace.insights.boards.periods import period_of
from marketplace.insights.figures import series
from marketplace.insights.metrics import registry
from marketplace.insights.models import Analytics, OrderChannel, VisitorDay
from marketplace.insights.services import compute_day, compute_missing, compute_recent
from marketplace.insights.visits.recording import mark_of_account
from marketplace.ledger.models import Entry
from marketplace.messaging import services as messaging
from marketplace.messaging.models import Message
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.reviews.models import Review
from tests.factories import make_completed_order, make_coupon, make_gig, make_paid_order, make_public_review, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return timezone.localdate(clock.now())


def value(key: str, day: date) -> int:
    return series(key, day, day).get(day, 0)


def booked(*kinds: str) -> int:
    return Entry.objects.filter(account__kind__in=kinds).aggregate(sum=Sum("amount_fen"))["sum"]


def test_what_a_coupon_costs_is_off_the_fees_and_the_price_before_it_is_what_they_are_a_part_of(today):
    order = make_completed_order(gig=make_gig(price_fen=100_000), coupon_code=make_coupon(amount_fen=500).code)
    assert order.discount_fen == 500
    compute_day(today)
    assert value("take", today) == booked("commission", "promotions") == booked("commission") - 500
    assert value("take.base", today) == 100_000
    assert value("gmv", today) == 100_000
    assert value("gmv.discount", today) == 500


def test_a_refund_after_the_end_lowers_fees_and_what_they_are_a_part_of_by_the_same_share(today):
    kept, order = (make_completed_order(gig=make_gig(price_fen=100_000)) for _two in range(2))
    rate = kept.commission_basis_points
    orders.refund_part(order_id=order.pk, actor=order.seller, amount_fen=40_000, reason="x")
    compute_day(today)
    assert value("take.base", today) == 160_000
    assert value("take", today) == booked("commission") == 160_000 * rate // 10_000
    tiles, _charts = draw(boards()["overview"], period_of({"period": "month"}))
    assert next(tile for tile in tiles if tile.figure.by == "take.base").value == rate


def test_where_more_was_taken_back_than_released_there_is_no_rate(today):
    Analytics.objects.create(day=today, metric="take", value=-1_000)
    Analytics.objects.create(day=today, metric="take.base", value=-10_000)
    tiles, _charts = draw(boards()["overview"], period_of({"period": "month"}))
    assert next(tile for tile in tiles if tile.figure.by == "take.base").value is None


def test_an_answer_counts_within_three_days_and_a_day_counted_later_is_the_same(today):
    seller, buyers = make_gig().seller, [make_user() for _two in range(2)]
    for hours, buyer in zip((71, 73), buyers, strict=True):
        talk = messaging.start_conversation(buyer=buyer, seller=seller)
        messaging.send_message(conversation_id=talk.pk, sender=buyer, body="在吗?")
        answer = messaging.send_message(conversation_id=talk.pk, sender=seller, body="在的。")
        asked = Message.objects.filter(conversation=talk, sender=buyer).get().created_at
        Message.objects.filter(pk=answer.pk).update(created_at=asked + timedelta(hours=hours))
    compute_day(today)
    assert (value("contacts", today), value("contacts.answered", today)) == (2, 1)


def test_a_review_that_leaves_the_scores_weeks_later_leaves_the_figures_in_the_night_after(today):
    review = make_public_review(stars=5)
    day = today - timedelta(days=40)
    Review.objects.filter(pk=review.pk).update(published_at=clock.now() - timedelta(days=40))
    compute_day(day)
    assert value("reviews", day) == 1
    Review.objects.filter(pk=review.pk).update(excluded_at=clock.now())
    compute_recent()
    assert value("reviews", day) == value("reviews.stars", day) == 0


def test_a_search_that_led_to_an_order_two_weeks_later_is_counted(today):
    day = today - timedelta(days=15)
    row = SearchDay.objects.create(day=day, folded="", searches=9, attributable=9)
    compute_day(day)
    row.ordered = 1
    row.save()
    compute_recent()
    assert value("search.ordered", day) == 1


def test_the_night_counts_no_order_older_than_three_days(today):
    """What never changes is not read again: the windows of the others must not widen the one of orders."""
    assert {one.key for one in registry.sources() if one.recounted_days > 4} == {"searched", "decided", "reviewed"}
    old = today - timedelta(days=9)
    Analytics.objects.create(day=old, metric="gmv", value=7)
    compute_recent()
    assert value("gmv", old) == 7


def test_days_that_nobody_counted_know_who_bought_and_by_which_way(today):
    order = make_paid_order()
    day = today - timedelta(days=20)
    moment = clock.now() - timedelta(days=20)
    Order.objects.filter(pk=order.pk).update(created_at=moment, paid_at=moment)
    mark = mark_of_account(order.buyer_id, day)
    VisitorDay.objects.create(day=day, visitor=mark, channel="search", is_member=True, pages=3)
    compute_missing()
    assert value("visits.ordered", day) == value("visits.paid", day) == 1
    assert OrderChannel.objects.get().channel == "search"
    assert value("orders.paid.channel", day) == 1


def test_the_sentence_of_cohorts_leaves_out_the_month_that_is_not_over(today):
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    before = (last - timedelta(days=1)).replace(day=1)
    for day, cohort, count in (
        (before, before, 10), (last, before, 5), (last, last, 10), (this, last, 1),
    ):  # fmt: skip
        Analytics.objects.create(day=day, metric="buyers.month", dimension=f"{cohort:%Y-%m}", value=count)
    _tiles, charts = draw(boards()["cohorts"], period_of({"period": "year"}))
    buyers = next(drawn for drawn in charts if drawn.chart.key == "buyers")
    assert "50%" in buyers.sentence
