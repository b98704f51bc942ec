"""The arithmetic of ratings holds for whatever people give, not only for the numbers of an example."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.ratings import (
    PRIOR_COUNT,
    PRIOR_RATING,
    PRIOR_SUM,
    bayesian_rating,
    rating_tenths,
    rating_tenths_sql,
    shown_rating,
    wilson_lower_bound,
)

# Whole numbers of stars, as people give them.
GIVEN = st.lists(st.integers(1, 5), max_size=60)
SOME = st.lists(st.integers(1, 5), min_size=1, max_size=60)
# The two figures are made of floats: nothing below counts as a difference.
NOISE = 1e-12


def both(stars):
    return bayesian_rating(sum(stars), len(stars)), wilson_lower_bound(sum(stars), len(stars))


@given(GIVEN)
def test_both_figures_stay_within_their_bounds(stars):
    mean, bound = both(stars)
    assert 1 <= mean <= 5
    assert 0 <= bound <= 1
    assert 10 <= rating_tenths(sum(stars), len(stars)) <= 50


@given(SOME)
def test_the_wilson_bound_is_never_more_than_the_share_it_bounds(stars):
    assert wilson_lower_bound(sum(stars), len(stars)) <= (sum(stars) - len(stars)) / (4 * len(stars)) + NOISE


@given(SOME, st.data())
def test_one_star_more_in_any_review_never_lowers_either_figure(stars, data):
    place = data.draw(st.sampled_from([n for n, given_stars in enumerate(stars) if given_stars < 5] or [None]))
    if place is None:
        return
    better = [*stars[:place], stars[place] + 1, *stars[place + 1 :]]
    assert bayesian_rating(sum(better), len(better)) > bayesian_rating(sum(stars), len(stars))
    assert wilson_lower_bound(sum(better), len(better)) >= wilson_lower_bound(sum(stars), len(stars)) - NOISE
    assert rating_tenths(sum(better), len(better)) >= rating_tenths(sum(stars), len(stars))


@given(SOME)
def test_one_bad_review_never_raises_either_figure(stars):
    for before, after in zip(both(stars), both([*stars, 1]), strict=True):
        assert after <= before + NOISE
    assert rating_tenths(sum(stars) + 1, len(stars) + 1) <= rating_tenths(sum(stars), len(stars))


def test_a_bad_first_review_lowers_the_mean_from_where_everybody_begins():
    assert bayesian_rating(1, 1) < PRIOR_RATING
    assert wilson_lower_bound(1, 1) == 0


@given(SOME, st.integers(2, 20))
def test_more_reviews_of_the_same_mean_say_it_with_more_certainty(stars, times):
    mean = sum(stars) / len(stars)
    some, many = both(stars), both(stars * times)
    assert many[1] >= some[1] - NOISE
    if mean > 1:
        assert many[1] > some[1]
    assert abs(many[0] - mean) <= abs(some[0] - mean) + NOISE


def test_nobody_has_rated():
    assert bayesian_rating(0, 0) == PRIOR_RATING
    assert wilson_lower_bound(0, 0) == 0
    assert shown_rating(0, 0) is None


def test_the_mean_of_the_platform_times_its_weight_is_a_whole_number():
    """Or the tenths that are shown would not be those of the mean."""
    assert pytest.approx(PRIOR_RATING * PRIOR_COUNT) == PRIOR_SUM


@given(SOME)
def test_what_is_shown_is_the_mean_rounded_half_up(stars):
    exact = Fraction(PRIOR_SUM + sum(stars), PRIOR_COUNT + len(stars))
    # To more places than any half needs, so that the rounding below decides alone.
    written = Decimal(exact.numerator) / Decimal(exact.denominator)
    assert shown_rating(sum(stars), len(stars)) == written.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("stars", "count", "shown"), [(5, 1, "4.6"), (4, 1, "4.5"), (1, 1, "4.3"), (50, 10, "4.8"), (10, 10, "2.8")]
)
def test_examples_that_people_can_follow(stars, count, shown):
    assert str(shown_rating(stars, count)) == shown


@pytest.mark.django_db
def test_sql_says_the_same_to_the_decimal():
    """Every sum that up to forty reviews can have, and large ones."""
    pairs = [(total, count) for count in range(1, 41) for total in range(count, 5 * count + 1)]
    pairs += [(4_543 * n, 1_000 * n) for n in (1, 7, 90)] + [(49_999, 10_000), (999_995, 200_000)]
    tenths = rating_tenths_sql("given.stars", "given.number")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT stars, number, {tenths} FROM unnest(%s::int[], %s::int[]) AS given (stars, number)",
            [[pair[0] for pair in pairs], [pair[1] for pair in pairs]],
        )
        found = cursor.fetchall()
    assert found == [(total, count, rating_tenths(total, count)) for total, count in pairs]
