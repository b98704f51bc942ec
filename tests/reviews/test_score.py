"""The explained score: its bounds and directions for whatever happens, and what orders make of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders import services as orders
from marketplace.reviews.models import Review, ReviewSide, ScoreException
from marketplace.reviews.peers import peer_group_of
from marketplace.reviews.score import score_of, score_tenths_of, scores_of
from marketplace.reviews.score_formula import (
    PRIOR_VALUE,
    Ending,
    Happening,
    Part,
    band_of,
    hundredths,
    median_fen,
    shares,
    tenths,
    weight_of,
    weighted_score,
)
from tests.factories import (
    decide_finally,
    make_category,
    make_completed_order,
    make_delivered_order,
    make_gig,
    make_moderator,
    make_paid_order,
    make_seller,
)
from tests.offers.situations import complete, make_plan
from tests.reviews.level_situations import make_reputation

stars = st.one_of(st.none(), st.integers(1, 5))
parts = st.builds(Part, st.sampled_from(Ending), stars, st.one_of(st.none(), st.booleans()), st.booleans())
happenings = st.builds(
    Happening,
    st.just("X"),
    st.lists(parts, min_size=1, max_size=3).map(tuple),
    st.integers(0, 730),
    st.integers(1, 10_000_000),
)
# A machine that six people share stalls now and then: hypothesis would call the strategy slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
pairs = st.lists(st.tuples(st.floats(0.01, 2), st.floats(0, 1)), max_size=20)
BAND = 2
TINY = 1e-9


# The formula.


@unhurried
@given(parts)
def test_what_an_order_is_worth_lies_between_0_and_1(part):
    assert 0 <= part.value <= 1


@unhurried
@given(happenings, st.integers(0, 5))
def test_a_weight_lies_between_0_and_2(happening, band):
    assert 0 < weight_of(happening, band) <= 2


@unhurried
@given(pairs)
def test_a_score_lies_between_1_and_10(given_pairs):
    assert 1 <= weighted_score(given_pairs) <= 10
    assert 10 <= tenths(weighted_score(given_pairs)) <= 100


@unhurried
@given(pairs.filter(bool), st.data())
def test_a_better_event_never_lowers_the_score(given_pairs, data):
    place = data.draw(st.integers(0, len(given_pairs) - 1))
    weight, value = given_pairs[place]
    better = [*given_pairs]
    better[place] = (weight, data.draw(st.floats(value, 1)))
    assert weighted_score(better) >= weighted_score(given_pairs) - TINY


@unhurried
@given(pairs, st.floats(0.01, 2), st.floats(0, 1))
def test_an_event_that_is_worse_than_the_score_never_raises_it(given_pairs, weight, share):
    score = weighted_score(given_pairs)
    worse = share * (score - 1) / 9
    assert weighted_score([*given_pairs, (weight, worse)]) <= score + TINY


@unhurried
@given(pairs)
def test_the_beginning_and_what_every_event_adds_or_takes_are_the_score_to_the_hundredth(given_pairs):
    assert hundredths(weighted_score([])) + sum(shares(given_pairs)) == hundredths(weighted_score(given_pairs))
    for (_weight, value), share in zip(given_pairs, shares(given_pairs), strict=True):
        assert share <= 0 if value < PRIOR_VALUE else share >= 0


@unhurried
@given(st.lists(happenings, max_size=10), happenings)
def test_an_order_with_one_star_never_raises_the_score(others, happening):
    bad = replace(happening, parts=tuple(replace(part, stars=1) for part in happening.parts))
    before = [(weight_of(other, BAND), other.value) for other in others]
    assert weighted_score([*before, (weight_of(bad, BAND), bad.value)]) <= weighted_score(before) + TINY


@unhurried
@given(parts)
def test_one_star_is_never_better_than_no_review_or_more_stars(part):
    values = [replace(part, stars=given_stars).value for given_stars in (1, 2, 3, 4, 5)]
    assert values == sorted(values)
    assert values[0] <= replace(part, stars=None).value


@unhurried
@given(parts)
def test_late_is_never_better_than_on_time(part):
    assert replace(part, is_late=True).value <= replace(part, is_late=False).value


@unhurried
@given(pairs)
def test_the_order_of_events_makes_no_difference(given_pairs):
    assert weighted_score(given_pairs) == weighted_score(given_pairs[::-1])


@unhurried
@given(st.integers(1, 10**8), st.integers(1, 10**8))
def test_a_larger_order_never_weighs_less(one, other):
    small, large = (Happening("X", (Part(Ending.COMPLETED),), 0, price) for price in sorted((one, other)))
    assert 0.5 <= weight_of(small, BAND) <= weight_of(large, BAND) <= 2


def test_an_order_weighs_half_after_180_days():
    new = Happening("X", (Part(Ending.COMPLETED),), 0, 54_800)
    assert weight_of(replace(new, days_ago=180), BAND) == pytest.approx(weight_of(new, BAND) / 2)


def test_the_numbers_of_the_page_are_these():
    assert tenths(weighted_score([])) == 64
    assert tenths(weighted_score([(1.0, 0.97)])) == 71
    assert [hundredths(points) for points in (0.125, -0.125, 0.0)] == [13, -13, 0]
    assert median_fen([3, 1, 2, 4]) == 2
    assert [band_of(price) for price in (9_999, 10_000, 1_000_000)] == [0, 1, 5]


# What orders make of it.


def reviewed(order, given_stars, *, published=True, **fields):
    """A buyer's review as it is stored, public or still hidden. How one is written is another part's test."""
    return Review.objects.create(
        order=order,
        gig_id=order.gig_id,
        side=ReviewSide.BUYER,
        author_id=order.buyer_id,
        subject_id=order.seller_id,
        stars=given_stars,
        published_at=clock.now() if published else None,
        **fields,
    )


def only_part(seller):
    (event,) = score_of(seller.pk).events
    (part,) = event.happening.parts
    return part


@pytest.mark.django_db
def test_before_the_first_order_there_is_no_score(seller):
    assert score_tenths_of(seller.pk) is None


@pytest.mark.django_db
def test_a_completed_order_counts_once_with_the_buyers_stars(order, seller):
    assert only_part(seller) == Part(Ending.COMPLETED, None, False)
    reviewed(order, 5)
    assert only_part(seller).stars == 5


@pytest.mark.django_db
def test_a_review_that_nobody_may_read_yet_does_not_show_in_the_score(order, seller):
    before = score_of(seller.pk)
    reviewed(order, 1, published=False)
    assert score_of(seller.pk) == before


@pytest.mark.django_db
def test_a_review_that_is_excluded_counts_as_none(order, seller):
    before = score_of(seller.pk)
    reviewed(order, 5, excluded_at=clock.now())
    assert score_of(seller.pk) == before


@pytest.mark.django_db
def test_one_star_lowers_the_score(order, seller):
    before = score_of(seller.pk).exact
    reviewed(order, 1)
    assert score_of(seller.pk).exact < before


@pytest.mark.django_db
def test_who_cancels_alone_bears_it_and_who_was_left_early_does_not(seller):
    gig = make_gig(seller=seller)
    left = make_paid_order(gig=make_gig(seller=seller, requirements=1))
    orders.cancel_order(order_id=left.pk, user=left.buyer)
    assert score_of(seller.pk).events == ()
    begun = make_paid_order(gig=make_gig(seller=seller, requirements=1))
    orders.skip_requirements(order_id=begun.pk, seller=seller, message="先开始。")
    orders.cancel_order(order_id=begun.pk, user=begun.buyer)
    assert score_of(seller.pk).events == ()
    given_up = make_paid_order(gig=gig)
    orders.cancel_order(order_id=given_up.pk, user=seller)
    assert only_part(seller).ending == Ending.SELLER_CANCELLED


@pytest.mark.django_db
def test_a_buyer_who_cancels_what_is_very_late_counts_against_the_seller(seller):
    order = make_paid_order(gig=make_gig(seller=seller))
    with clock.moved_to(order.due_at + timedelta(days=10)):
        orders.cancel_order(order_id=order.pk, user=order.buyer)
        assert only_part(seller).ending == Ending.VERY_LATE


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refund_fen", "ending"), [(0, Ending.FOR_SELLER), (4_000, Ending.SPLIT), (10_000, Ending.FOR_BUYER)]
)
def test_a_dispute_counts_for_how_it_was_decided(seller, refund_fen, ending):
    order = make_delivered_order(gig=make_gig(seller=seller))
    orders.open_dispute(order_id=order.pk, user=order.buyer, reason_code="not_as_described", reason="和说好的不一样。")
    decide_finally(order, refund_fen=refund_fen)
    assert only_part(seller).ending == ending


@pytest.mark.django_db
def test_a_late_order_says_so(seller):
    with clock.moved_to(clock.now() - timedelta(days=30)):
        order = make_paid_order(gig=make_gig(seller=seller))
    file = ContentFile(b"the work", name="work.txt")
    orders.deliver_order(order_id=order.pk, seller=seller, message="晚了。", files=[file])
    orders.accept_delivery(order_id=order.pk, buyer=order.buyer)
    assert only_part(seller).is_late
    assert len(score_of(seller.pk).events[0].reasons) == 2


@pytest.mark.django_db
def test_a_buyer_who_comes_back_is_a_small_plus(seller, buyer):
    gig = make_gig(seller=seller)
    for _number in range(2):
        make_completed_order(gig=gig, buyer=buyer)
    newest, oldest = score_of(seller.pk).events
    assert newest.happening.parts[0].is_repeat
    assert not oldest.happening.parts[0].is_repeat
    assert newest.happening.value > oldest.happening.value


@pytest.mark.django_db
def test_an_agreement_in_stages_is_one_event(seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer, amounts=(100_000, 150_000))
    for position in (1, 2):
        stage = plan.milestones.get(position=position)
        complete(stage.order or orders.fund_stage(plan_id=plan.pk, buyer=buyer))
    (event,) = score_of(seller.pk).events
    assert len(event.happening.parts) == 2
    assert event.happening.price_fen == 250_000


@pytest.mark.django_db
def test_an_order_that_a_person_left_out_is_out(order, seller):
    ScoreException.objects.create(
        order=order, words="买家换了需求", decided_by=make_moderator(), decided_at=clock.now()
    )
    assert score_of(seller.pk).events == ()


@pytest.mark.django_db
def test_what_ended_long_ago_is_no_part_of_it(order, seller):
    with clock.moved_to(clock.now() + timedelta(days=get_config("reputation.orders_days") + 1)):
        assert score_tenths_of(seller.pk) is None


@pytest.mark.django_db
def test_age_is_counted_by_days_in_china(order, seller):
    with clock.moved_to(clock.now() + timedelta(days=10)):
        expected = (timezone.localdate(clock.now()) - timezone.localdate(order.completed_at)).days
        assert score_of(seller.pk).events[0].happening.days_ago == expected == 10


@pytest.mark.django_db
def test_many_sellers_cost_one_query_and_get_the_same_scores(django_assert_num_queries):
    sellers = [make_completed_order().seller for _number in range(3)]
    get_config("reputation.orders_days")
    with django_assert_num_queries(1):
        together = scores_of([seller.pk for seller in sellers])
    assert together == {seller.pk: score_of(seller.pk) for seller in sellers}


# The peer group.


@pytest.mark.django_db
def test_the_peer_group_is_of_the_same_top_category_and_price_band_and_says_nothing_below_five():
    top = make_category()
    mine = make_completed_order(gig=make_gig(category=make_category(parent=top))).seller
    make_reputation(mine, score_tenths=70)
    for number in range(5):
        group = peer_group_of(mine.pk, 70)
        assert (group.category, group.size, group.below_percent) == (top, number, None)
        peer = make_completed_order(gig=make_gig(category=make_category(parent=top))).seller
        make_reputation(peer, score_tenths=60 + 5 * number)
        forget_peers(top, group.band)
    for stranger in (make_gig(price_fen=10_000), make_gig(category=make_category(parent=top), price_fen=900_000)):
        make_reputation(make_completed_order(gig=stranger).seller, score_tenths=10)
    forget_peers(top, group.band)
    group = peer_group_of(mine.pk, 70)
    assert (group.size, group.below_percent) == (5, 40)


@pytest.mark.django_db
def test_who_has_sold_nothing_has_no_peers():
    assert peer_group_of(make_seller().pk, None) is None


def forget_peers(category, band):
    cache.delete(f"peers:{category.pk}:{band}")
