"""Constants as people read and type them."""

import pytest
from django.utils.translation import override

from marketplace.core.config import DEFINITIONS
from marketplace.core.config_definition import GROUPS, Kind
from marketplace.core.config_words import in_words, read_typed, typed


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("payouts.minimum_fen", 1050, "¥10.50"),
        ("payments.commission_basis_points", 1000, "10%"),
        ("payments.gateway_fee_basis_points", 60, "0.6%"),
        ("orders.auto_accept_days", 3, "3 days"),
        ("payments.gateway_fee_is_checked", 1, "On"),
        ("safety.contacts_level", 3, "Hold back"),
        ("levels.level_1_score_tenths", 45, "4.5 points"),
        ("levels.top_rating_hundredths", 470, "4.7 stars"),
    ],
)
def test_a_value_is_said_as_people_say_it(key, value, words):
    with override("en"):
        assert in_words(DEFINITIONS[key], value) == words


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("payouts.minimum_fen", "10.5", 1050),
        ("payouts.maximum_fen", "20,000", 2_000_000),
        ("payments.commission_basis_points", "8.25", 825),
        ("payments.commission_basis_points", "8%", 800),
        ("orders.auto_accept_days", " 5 ", 5),
        ("levels.level_1_score_tenths", "4.5", 45),
        ("levels.top_rating_hundredths", "4.65", 465),
    ],
)
def test_a_value_is_typed_as_people_say_it(key, text, value):
    assert read_typed(DEFINITIONS[key], text) == value


@pytest.mark.parametrize("text", ["", "abc", "10.505", "1e", "NaN", "Infinity", "1e999999999"])
def test_what_is_no_such_number_is_not_rounded(text):
    with pytest.raises(ValueError, match=r".*"):
        read_typed(DEFINITIONS["payouts.minimum_fen"], text)


def test_every_value_in_the_form_reads_as_itself():
    for definition in DEFINITIONS.values():
        for value in (definition.default, definition.minimum, definition.maximum):
            if definition.kind not in (Kind.SWITCH, Kind.CHOICE):
                assert read_typed(definition, typed(definition, value)) == value, definition.key


def test_every_constant_stands_in_a_group_and_every_value_of_a_choice_has_words():
    for definition in DEFINITIONS.values():
        assert definition.key.partition(".")[0] in GROUPS, definition.key
        if definition.choices:
            assert [value for value, _words in definition.choices] == list(
                range(definition.minimum, definition.maximum + 1)
            )


def test_what_is_about_money_needs_two():
    alone = {key for key, definition in DEFINITIONS.items() if not definition.is_money}
    prefixes = ("payments.", "payouts.", "invoices.", "ledger.clearing", "coupons.", "orders.tip_c")
    assert not {key for key in alone if key.startswith(prefixes)}
    assert {key for key in alone if key.endswith("_fen") and not key.startswith(("levels.", "moderation."))} == set()
