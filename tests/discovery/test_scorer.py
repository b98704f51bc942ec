"""The formula in `marketplace/discovery/scorer.py`, part by part, without a database."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.config import DEFINITIONS, set_config
from marketplace.discovery import scorer
from marketplace.discovery.engines.base import Alternative, Candidate, Concept, Constraint, QueryPlan
from marketplace.discovery.explaining import score_line, score_parts
from marketplace.discovery.scorer import Weights, score_candidates, text_score, without_tail
from marketplace.discovery.weights import weights_in_force

NOW = datetime(2026, 11, 27, tzinfo=UTC)


def candidate(gig_id=1, title="海报", **fields):
    usual = {
        "seller_id": gig_id, "title_tokens": frozenset(title.split()), "tag_tokens": frozenset(), "body_tokens": frozenset(),
        "category_tokens": frozenset(), "seller_name": "白鹤", "category_slug": "design", "subcategory_slug": "posters",
        "price_fen": 10_000, "delivery_days": 3, "level": "new", "orders_completed": 10, "rating_sum": 46, "rating_count": 10,
        "created_at": NOW - timedelta(days=400),
    }  # fmt: skip
    return Candidate(gig_id=gig_id, title=title, **{**usual, **fields})


def concept(word, idf=2.0, **others):
    return Concept(
        word, (Alternative(word, 1.0), *(Alternative(term, weight) for term, weight in others.items())), idf=idf
    )


def order(candidates, plan, **weights):
    scores = score_candidates(candidates, plan, now=NOW, weights=Weights(**weights))
    return [score.gig_id for score in scores]


POSTER = QueryPlan("海报", (concept("海报", 宣传画=0.8),))


def test_fields_are_worth_what_the_formula_says():
    nothing = {"title": "别的", "title_tokens": frozenset(["别的"])}
    places = [
        candidate(1),
        candidate(2, **nothing, tag_tokens=frozenset(["海报"])),
        candidate(3, **nothing, category_tokens=frozenset(["海报"])),
        candidate(4, **nothing, body_tokens=frozenset(["海报"])),
        candidate(5, **nothing, seller_name="海报之家"),
    ]
    assert [round(text_score(one, POSTER).hits[0][1], 2) for one in places] == [1.0, 0.75, 0.45, 0.3, 0.25]


def test_a_synonym_is_worth_less_than_the_word_and_both_more_than_one():
    both = candidate(3, title="海报 宣传画")
    assert order([candidate(1, title="宣传画"), candidate(2), both], POSTER) == [3, 2, 1]


def test_a_hit_is_capped():
    everywhere = frozenset(["海报"])
    full = candidate(
        title="海报", tag_tokens=everywhere, category_tokens=everywhere, body_tokens=everywhere, seller_name="海报"
    )
    twice = concept("海报", 海=0.9)
    full = replace(full, title_tokens=frozenset(["海报", "海"]))
    assert scorer.concept_hit(concept("海报"), full) < scorer.HIT_CAP
    assert scorer.concept_hit(twice, full) == scorer.HIT_CAP


def test_all_words_are_worth_more_than_one_of_them_twice():
    plan = QueryPlan("婚礼海报", (concept("婚礼"), concept("海报")))
    one = candidate(1, title="海报", tag_tokens=frozenset(["海报"]))
    assert order([one, candidate(2, title="婚礼 海报")], plan) == [2, 1]


def test_words_that_stand_together_come_first():
    plan = QueryPlan("婚礼海报", (concept("婚礼"), concept("海报")), ("婚礼海报",))
    apart, together = (
        candidate(1, title="海报 开业 婚礼"),
        candidate(2, title="婚礼海报", title_tokens=frozenset(["婚礼", "海报"])),
    )
    assert order([apart, together], plan) == [2, 1]
    assert text_score(together, plan).phrase


def test_what_belongs_to_another_category_than_the_best_stands_behind():
    stray = candidate(9, subcategory_slug="courses", orders_completed=1000)
    assert order([*(candidate(number) for number in range(1, 6)), stray], POSTER)[-1] == 9


@given(
    st.integers(0, 100_000),
    st.integers(0, 5),
    st.integers(0, 10_000),
    st.sampled_from(sorted(scorer.LEVELS)),
    st.integers(-5, 5000),
)
def test_quality_is_bounded_and_never_lifts_a_gig_over_one_that_fits_more_than_15_percent_better(
    orders, stars, ratings, level, age
):
    best = candidate(
        2,
        title="别的",
        orders_completed=orders,
        rating_sum=stars * ratings,
        rating_count=ratings,
        level=level,
        created_at=NOW - timedelta(days=age),
        tag_tokens=frozenset(["海报"]),
    )
    assert 0 <= scorer.quality_of(best, now=NOW) <= 1
    worst = candidate(1, orders_completed=0, rating_sum=0, rating_count=0)
    # 1.0 in the title against 0.75 in the tags.
    assert order([best, worst], POSTER) == [1, 2]


def test_quality_decides_among_equals_and_newcomers_are_seen_for_a_while():
    assert order([candidate(1), candidate(2, orders_completed=500)], POSTER) == [2, 1]
    old, fresh = candidate(1, orders_completed=0), candidate(2, orders_completed=0, created_at=NOW)
    assert order([old, fresh], POSTER) == [2, 1]


@pytest.mark.parametrize(
    ("wish", "better"),
    [
        ("price", {"price_fen": 100}),
        ("speed", {"delivery_days": 1}),
        ("rating", {"rating_sum": 500, "rating_count": 100}),
        ("orders", {"orders_completed": 90}),
    ],
)
def test_a_wish_in_words_moves_what_fits_it_up_within_bounds(wish, better):
    plan = replace(POSTER, constraints=(Constraint("", "prefer", wish),))
    scores = score_candidates([candidate(1), candidate(2, **better)], plan, now=NOW)
    assert scores[0].gig_id == 2
    assert {round(score.wish, 2) for score in scores} == {0.85, 1.15}


def test_of_two_wishes_both_count_and_together_no_more_than_one():
    plan = replace(POSTER, constraints=(Constraint("", "prefer", "price"), Constraint("", "prefer", "speed")))
    cheap, quick = {"price_fen": 100}, {"delivery_days": 1}
    scores = score_candidates([candidate(1), candidate(2, **cheap), candidate(3, **cheap, **quick)], plan, now=NOW)
    assert [score.gig_id for score in scores] == [3, 2, 1]
    assert all(0.85 <= score.wish <= 1.15 for score in scores)


def test_a_sellers_name_comes_before_what_merely_holds_its_words():
    plan = QueryPlan("白鹤", (concept("白鹤"),), seller="白鹤", seller_share=1.0)
    assert order([candidate(1, title="白鹤 海报", seller_name="别人"), candidate(2, title="名片")], plan) == [2, 1]


def test_chance_hits_far_below_the_best_are_left_out():
    far = candidate(
        2, title="别的", title_tokens=frozenset(), body_tokens=frozenset(["宣传画"]), subcategory_slug="courses"
    )
    plan = QueryPlan("海报", (concept("海报", 宣传画=0.3),))
    scores = score_candidates([candidate(1), candidate(3), far], plan, now=NOW)
    assert [score.gig_id for score in without_tail(scores, plan)] == [1, 3]


@given(st.permutations(range(1, 7)))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(ids):
    every = {number: candidate(number, orders_completed=number % 3) for number in range(1, 7)}
    assert order([every[number] for number in ids], POSTER) == order(list(every.values()), POSTER)


def test_the_parts_of_a_score_can_be_read():
    [score] = score_candidates([candidate()], POSTER, now=NOW)
    parts = score_parts(score)
    assert parts["hits"] == {"海报": 1.0}
    assert parts["coverage"] == 1.0
    assert "海报 1.0" in score_line("标题", parts)


def test_every_weight_stands_in_the_settings_with_the_documented_value(db):
    for field in fields(Weights):
        assert DEFINITIONS[f"search.{field.name}"].default == round(field.default * 100), field.name
    assert weights_in_force() == Weights()
    assert DEFINITIONS["search.quality"].maximum == 15


def test_a_weight_that_staff_changed_counts_at_once(db):
    set_config(key="search.tags", value=20, reason="试试")
    assert weights_in_force().tags == 0.2
