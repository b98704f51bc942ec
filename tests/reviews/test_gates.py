"""Gates: figures and settings in, what is met and what is missing out."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core.config import set_config
from marketplace.reviews.levels.gates import (
    Figures,
    Gate,
    GateName,
    gates_of,
    highest_met,
    missed,
    needs_of,
    next_level,
)

ONE = {
    GateName.SCORE: 50, GateName.RATING: 440, GateName.RESPONSE: 80,
    GateName.ORDERS: 5, GateName.BUYERS: 3, GateName.EARNED: 280_000,
}  # fmt: skip
TWO = {
    GateName.SCORE: 70, GateName.RATING: 460, GateName.RESPONSE: 90,
    GateName.ORDERS: 20, GateName.BUYERS: 10, GateName.EARNED: 1_400_000,
}  # fmt: skip
TOP = {
    GateName.SCORE: 90, GateName.RATING: 470, GateName.RESPONSE: 90,
    GateName.ORDERS: 40, GateName.BUYERS: 20, GateName.EARNED: 7_000_000,
}  # fmt: skip
NEEDS = {"new": {}, "level_1": ONE, "level_2": TWO, "top": TOP}
EXACTLY_ONE = Figures(50, 440, 80, 5, 3, 280_000)

amounts = st.one_of(st.none(), st.integers(0, 600))
# A machine that six people share stalls now and then: hypothesis would call the strategy slow.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
figures = st.builds(Figures, amounts, amounts, amounts, st.integers(0, 60), st.integers(0, 40), st.integers(0, 10**7))


@pytest.mark.django_db
def test_the_settings_begin_with_the_published_figures():
    assert {level: needs_of(level) for level in NEEDS} == NEEDS


@pytest.mark.django_db
def test_what_staff_turn_is_what_is_asked():
    set_config(key="levels.level_1_orders", value=9, reason="test")
    assert needs_of("level_1")[GateName.ORDERS] == 9


def test_exactly_what_is_asked_is_enough():
    assert missed(ONE, EXACTLY_ONE) == []
    assert highest_met(NEEDS, EXACTLY_ONE) == "level_1"


@pytest.mark.parametrize("name", list(GateName))
def test_each_gate_alone_holds_a_level_back(name):
    short = replace(EXACTLY_ONE, **{name.value: ONE[name] - 1})
    assert [gate.name for gate in missed(ONE, short)] == [name]
    assert missed(ONE, short)[0].missing == 1
    assert highest_met(NEEDS, short) == "new"


def test_nobody_can_answer_nobody():
    assert Gate(GateName.RESPONSE, 90, None).is_met
    assert not Gate(GateName.RESPONSE, 90, 0).is_met


@pytest.mark.parametrize("name", [GateName.SCORE, GateName.RATING])
def test_what_nothing_is_known_of_is_not_met(name):
    gate = Gate(name, 50, None)
    assert not gate.is_met
    assert gate.to_go
    assert gate.percent == 0


def test_what_is_missing_is_said_in_words():
    assert "2" in Gate(GateName.ORDERS, 5, 3).to_go
    assert "800" in Gate(GateName.EARNED, 280_000, 200_000).to_go
    assert Gate(GateName.ORDERS, 5, 5).to_go == ""


def test_a_gap_below_keeps_from_every_level_above():
    needs = {**NEEDS, "level_1": {GateName.ORDERS: 1000}}
    assert highest_met(needs, Figures(95, 490, 99, 50, 30, 8_000_000)) == "new"


def test_above_select_is_nothing():
    assert next_level("new") == "level_1"
    assert next_level("top") is None


@unhurried
@given(figures, st.integers(0, 30))
def test_more_orders_never_lower_the_level(reached, more):
    levels = list(NEEDS)
    better = replace(reached, orders=reached.orders + more)
    assert levels.index(highest_met(NEEDS, better)) >= levels.index(highest_met(NEEDS, reached))


@unhurried
@given(figures)
def test_a_bar_is_full_exactly_when_its_gate_is_met(reached):
    for gate in gates_of(TWO, reached):
        assert 0 <= gate.percent <= 100
        assert (gate.percent == 100) == gate.is_met == (gate.missing == 0)
