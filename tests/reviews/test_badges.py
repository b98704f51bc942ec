"""Badges and the band of an income: pure rules over figures, each at both sides of its thresholds, and on pages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.core.config import get_config
from marketplace.reviews import selectors
from marketplace.reviews.badges import Badge, BadgeFacts, badge_rules, badges_of, rule_text
from marketplace.reviews.earnings import EarningsBand, earnings_band
from marketplace.reviews.models import Reputation

NOW = datetime(2026, 11, 28, tzinfo=UTC)
RULES = {
    "fast_minutes": 60, "fast_percent": 90, "fast_contacts": 5, "on_time_percent": 95, "on_time_orders": 10,
    "repeat_percent": 30, "repeat_buyers": 10, "rising_days": 180, "rising_orders": 5, "rising_rating_hundredths": 470,
}  # fmt: skip
# Just enough for every badge.
ENOUGH = BadgeFacts(
    is_verified=True,
    seller_since=NOW - timedelta(days=180),
    rating_sum=25,
    rating_count=5,
    orders_completed=5,
    on_time_percent=95,
    on_time_of=10,
    repeat_buyer_percent=30,
    repeat_of_buyers=10,
    contacts=5,
    response_percent=90,
    response_minutes=60,
)


def borne(**changes):
    return badges_of(replace(ENOUGH, **changes), RULES, now=NOW)


def test_who_reaches_every_threshold_bears_every_badge():
    assert borne() == list(Badge)


def test_a_newcomer_without_figures_bears_none():
    assert badges_of(BadgeFacts(seller_since=NOW), RULES, now=NOW) == []


@pytest.mark.parametrize(
    ("badge", "changes"),
    [
        (Badge.VERIFIED, {"is_verified": False}),
        (Badge.FAST, {"response_minutes": 61}),
        (Badge.FAST, {"response_minutes": None}),
        (Badge.FAST, {"response_percent": 89}),
        (Badge.FAST, {"contacts": 4}),
        (Badge.ON_TIME, {"on_time_percent": 94}),
        (Badge.ON_TIME, {"on_time_of": 9}),
        (Badge.ON_TIME, {"on_time_percent": None, "on_time_of": 0}),
        (Badge.REPEAT, {"repeat_buyer_percent": 29}),
        (Badge.REPEAT, {"repeat_of_buyers": 9}),
        (Badge.RISING, {"seller_since": NOW - timedelta(days=180, seconds=1)}),
        (Badge.RISING, {"seller_since": None}),
        (Badge.RISING, {"orders_completed": 4}),
        (Badge.RISING, {"rating_sum": 24}),
        (Badge.RISING, {"rating_sum": 0, "rating_count": 0}),
    ],
)
def test_a_step_short_of_one_threshold_loses_that_badge_alone(badge, changes):
    assert set(Badge) - set(borne(**changes)) == {badge}


def test_the_rule_of_each_badge_names_its_thresholds():
    for badge, numbers in {
        Badge.FAST: ("90", "5", "60"),
        Badge.ON_TIME: ("95", "10"),
        Badge.REPEAT: ("30", "10"),
        Badge.RISING: ("180", "5", "4.7"),
    }.items():
        assert all(number in rule_text(badge, RULES) for number in numbers)
    assert rule_text(Badge.VERIFIED, RULES)


@pytest.mark.django_db
def test_the_thresholds_are_the_platforms_settings():
    assert badge_rules() == RULES
    assert get_config("badges.fast_minutes") == 60


@pytest.mark.parametrize(
    ("fen", "band"),
    [
        (0, None),
        (-500, None),
        (1, EarningsBand.BELOW_1K),
        (99_999, EarningsBand.BELOW_1K),
        (100_000, EarningsBand.FROM_1K),
        (499_999, EarningsBand.FROM_1K),
        (500_000, EarningsBand.FROM_5K),
        (1_999_999, EarningsBand.FROM_5K),
        (2_000_000, EarningsBand.FROM_20K),
        (9_999_999, EarningsBand.FROM_20K),
        (10_000_000, EarningsBand.FROM_100K),
        (10**12, EarningsBand.FROM_100K),
    ],
)
def test_an_income_falls_into_one_band(fen, band):
    assert earnings_band(fen) == band


@pytest.fixture
def known(seller):
    UserVerification.objects.filter(user=seller, kind=VerificationKind.REAL_NAME).update(
        status=VerificationStatus.APPROVED
    )
    return Reputation.objects.create(
        user=seller, contacts=9, response_percent=95, response_minutes=12, earned_fen=1_234_567, orders_completed=3,
        completion_percent=88,
    )  # fmt: skip


def test_badges_come_with_the_figures_in_one_query(known, seller, django_assert_num_queries):
    badge_rules()  # settings are kept
    with django_assert_num_queries(1):
        shown = selectors.seller_reputation(seller)
    assert [one.badge for one in shown.badges] == [Badge.VERIFIED, Badge.FAST]
    assert shown.earnings_band == EarningsBand.FROM_5K
    assert not hasattr(shown, "earned_fen")


def test_somebody_whose_papers_wait_is_not_verified(seller):
    Reputation.objects.create(user=seller)
    assert selectors.seller_reputation(seller).badges == ()


def test_a_badge_opens_its_rule_without_script(known, seller):
    source = '{% include "reviews/_badges.html" with badges=badges only %}'
    shown = Template(source).render(Context({"badges": selectors.seller_reputation(seller).badges}))
    assert shown.count("<details") == shown.count("<summary") == 2
    rule = rule_text(Badge.FAST, RULES)
    assert f"<p>{rule}</p>" in shown
    assert f'title="{rule}"' in shown


def test_the_public_page_shows_the_figures_and_the_band_never_the_sum(known, seller, gig, client):
    for address in (seller.profile.get_absolute_url(), gig.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "95%" in page
        assert "88%" in page
        assert str(EarningsBand.FROM_5K.label) in page
        assert "12345" not in page
        assert "12,345" not in page
        assert 'class="badges"' in page
