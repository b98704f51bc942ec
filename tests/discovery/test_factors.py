"""The table of a score's factors adds up to the score, whatever was typed."""

from math import prod

import pytest
from django.utils import translation

from marketplace.discovery.engines.base import Constraint, QueryPlan
from marketplace.discovery.factors import explained_results, score_factors
from marketplace.discovery.scorer import Weights, score_candidates
from tests.discovery.test_scorer import NOW, candidate, concept

WEIGHTS = Weights(title=0.9, coverage=0.6, phrase=0.3, bigrams=0.2, quality=0.1)

TWO_WORDS = (concept("海报", idf=3.0), concept("招聘", idf=1.0))
PLANS = {
    "nothing": QueryPlan(""),
    "a word": QueryPlan("海报", (concept("海报"),)),
    "words together": QueryPlan("招聘海报", TWO_WORDS, phrases=("招聘海报",)),
    "a category": QueryPlan("海报", (concept("海报"),), category_slugs=frozenset({"posters"})),
    "all of it a category": QueryPlan(
        "海报", (concept("海报"),), category_slugs=frozenset({"posters"}), is_category=True
    ),
    "a seller": QueryPlan("白鹤海报", (concept("海报"),), seller="白鹤", seller_share=0.5),
    "a seller alone": QueryPlan("白鹤", (), seller="白鹤", seller_share=1.0),
    "part of a seller": QueryPlan("白 海报", (concept("海报"),), seller="白", seller_share=0.2),
    "a wish": QueryPlan("海报", (concept("海报"),), constraints=(Constraint("便宜", "prefer", "price"),)),
}
GIGS = [
    candidate(1, title="招聘 海报"),
    candidate(2, title="海报", price_fen=20_000, tag_tokens=frozenset({"招聘海报"})),
    candidate(3, title="海报 招聘会", seller_name="黑熊", price_fen=5_000),
    candidate(4, title="别的", body_tokens=frozenset({"海报"}), subcategory_slug="other", category_slug="else"),
]


@pytest.mark.parametrize("name", PLANS)
def test_what_is_added_times_what_multiplies_is_the_total(name):
    plan = PLANS[name]
    scores = score_candidates(GIGS, plan, now=NOW, weights=WEIGHTS, leanings={"other": 0.5})
    assert any(score.total for score in scores)
    for score in scores:
        factors = score_factors(score, plan, WEIGHTS)
        added = [factor.adds for factor in factors if factor.adds is not None]
        if plan.concepts or plan.seller:
            # Each by itself, not only together: the last factor is worked out from the others.
            assert sum(added) == pytest.approx(score.text.score)
        assert sum(added) * prod(one.times for one in factors if one.times is not None) == pytest.approx(score.total)


def test_each_factor_says_what_it_is_what_it_weighs_and_what_it_comes_to():
    plan = PLANS["words together"]
    [score] = [one for one in score_candidates(GIGS, plan, now=NOW, weights=WEIGHTS) if one.gig_id == 1]
    with translation.override("en"):
        rows = {one.name: (one.value, one.weight, one.contribution) for one in score_factors(score, plan, WEIGHTS)}
    assert rows["Word: 海报"] == ("0.90", "0.75", "+0.675")
    assert rows["The words stand together"] == ("1.00", "0.30", "+0.300")
    assert rows["Quality: orders, rating, level, freshness"][1] == "0.10"
    # The subcategory of the best is not held against them, and no other factor counts beside these.
    assert rows["Share of its subcategory among the best"][2] == "×1.100"
    assert "Your own categories lately" not in rows


def test_the_readers_own_categories_are_a_factor_of_what_lies_in_them_alone():
    plan = PLANS["a word"]
    scores = score_candidates(GIGS, plan, now=NOW, weights=WEIGHTS, leanings={"other": 0.5})
    with translation.override("en"):
        own = {
            score.gig_id: [
                one for one in score_factors(score, plan, WEIGHTS) if one.name == "Your own categories lately"
            ]
            for score in scores
        }
    assert [(one.weight, one.contribution) for one in own.pop(4)] == [("0.06", "×1.030")]
    assert not any(own.values())


def test_places_go_on_from_page_to_page_and_what_was_not_scored_has_no_table():
    plan = PLANS["a word"]
    scores = {score.gig_id: score for score in score_candidates(GIGS, plan, now=NOW)}
    found = explained_results([(1, "甲"), (99, "乙"), (2, "丙")], scores, plan, Weights(), first_place=25)
    assert [(one.gig_id, one.place, one.title) for one in found] == [(1, 25, "甲"), (2, 27, "丙")]
    assert found[0].total == scores[1].total
