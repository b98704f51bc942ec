"""The floor: on a small fixed market of six trades, for-you finds what comes next more often than popularity does."""

import json
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import CommandError, call_command

from marketplace.core import clock
from marketplace.discovery.models import Recommendation, RecommendationRun
from marketplace.discovery.recommending.evaluating import evaluate
from marketplace.gigs.models import Gig
from marketplace.orders.models import Order
from tests.factories import make_category, make_gig, make_paid_order, make_seller, make_user

pytestmark = pytest.mark.django_db
TRADES, KINDS, OF_KIND, PEOPLE, ORDERS = 6, 2, 4, 15, 5
# Measured: 0.68 of 117, where popularity finds 0.23. Lower, so that a change of a weight may cost a little.
FLOOR, ABOVE = 0.55, 0.25


def a_market(*, share: float) -> None:
    """People of six trades, who buy within theirs with this probability, anything else otherwise. Not fitted to anything:
    the only rule is that people of a trade need the same two kinds of work."""
    chance = Random(8)
    upper = make_category()
    shops: list[list[Gig]] = [[] for _ in range(TRADES)]
    for shop in shops:
        for _ in range(KINDS):
            kind = make_category(parent=upper)
            shop += [make_gig(category=kind, seller=make_seller()) for _ in range(OF_KIND)]
    everything = [gig for shop in shops for gig in shop]
    now = clock.now()
    moments = []
    for trade in range(TRADES):
        for _ in range(PEOPLE):
            person = make_user()
            for _ in range(ORDERS):
                gig = chance.choice(shops[trade] if chance.random() < share else everything)
                order = make_paid_order(buyer=person, gig=gig)
                moments.append((order.pk, now - timedelta(days=chance.uniform(1, 300))))
    for pk, at in moments:
        Order.objects.filter(pk=pk).update(created_at=at)


def test_for_you_stands_above_popularity_where_people_have_a_trade():
    a_market(share=0.8)
    found = evaluate()
    figures = {one.method: one for one in found.results}
    popular = max(figures["popular"].hit_rate, figures["popular_recent"].hit_rate)
    assert found.cases > 40
    assert figures["for_you"].hit_rate >= FLOOR
    assert figures["for_you"].hit_rate >= popular + ABOVE
    assert figures["for_you"].coverage >= figures["popular"].coverage


def test_the_command_prints_the_same_and_leaves_the_lists_alone():
    a_market(share=0.8)
    before = (Recommendation.objects.count(), RecommendationRun.objects.count())
    out = StringIO()
    call_command("evaluate_recommendations", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert {one["method"] for one in found["results"]} == {
        "popular",
        "popular_recent",
        "category",
        "together",
        "for_you",
    }
    low, high = found["better_by"][1:]
    assert low <= found["better_by"][0] <= high
    assert (Recommendation.objects.count(), RecommendationRun.objects.count()) == before
    plain = StringIO()
    call_command("evaluate_recommendations", stdout=plain)
    assert f"{found['cases']} purchases" in plain.getvalue()


def test_where_nobody_bought_anything_the_command_says_so():
    with pytest.raises(CommandError, match="nothing to try"):
        call_command("evaluate_recommendations")
