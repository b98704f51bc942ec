from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import display_yuan, parse_yuan, split_commission, yuan_text

amounts = st.integers(min_value=0, max_value=10**12)
rates = st.integers(min_value=0, max_value=10_000)


@pytest.mark.parametrize("rate", [1000, 333, 3000])
def test_fee_and_net_are_the_gross_for_every_amount_up_to_ten_thousand_yuan(rate):
    """All of them, not a sample: what every order up to ¥10,000 pays (facts/reliability.md, I12)."""
    for amount in range(1, 1_000_001):
        split = split_commission(amount_fen=amount, rate_basis_points=rate)
        if split.commission_fen + split.seller_fen != amount or split.commission_fen < 0 or split.seller_fen < 0:
            pytest.fail(f"{amount} fen at {rate} basis points is split into {split}")


@given(amount=amounts, rate=rates)
def test_the_two_parts_of_a_price_always_sum_to_the_whole(amount, rate):
    split = split_commission(amount_fen=amount, rate_basis_points=rate)
    assert split.commission_fen + split.seller_fen == amount
    assert 0 <= split.commission_fen <= amount
    # Rounded half up: never further than half a fen from the exact share.
    assert abs(split.commission_fen * 10_000 - amount * rate) * 2 <= 10_000


@pytest.mark.parametrize(
    ("amount", "rate", "commission"),
    [(12_800, 1000, 1280), (5, 1000, 1), (4, 1000, 0), (1, 10_000, 1), (99_999, 0, 0), (15, 333, 0), (3333, 1000, 333)],
)
def test_the_fee_is_rounded_half_up_to_the_fen(amount, rate, commission):
    split = split_commission(amount_fen=amount, rate_basis_points=rate)
    assert (split.commission_fen, split.seller_fen) == (commission, amount - commission)


@pytest.mark.parametrize(("amount", "rate"), [(-1, 1000), (100, -1), (100, 10_001)])
def test_a_split_that_makes_no_sense_is_refused(amount, rate):
    with pytest.raises(ValueError, match="cannot split"):
        split_commission(amount_fen=amount, rate_basis_points=rate)


@given(amount=st.integers(min_value=-(10**12), max_value=10**12))
def test_what_is_written_for_a_gateway_reads_back_the_same(amount):
    assert parse_yuan(yuan_text(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (1, "0.01"), (10, "0.10"), (128_000, "1280.00"), (-5, "-0.05"), (-12_345, "-123.45")],
)
def test_a_gateway_reads_yuan_with_two_places(amount, text):
    assert yuan_text(amount) == text


@pytest.mark.parametrize(
    ("amount", "shown", "exact"),
    [
        (128_000, "1,280", "1,280.00"),
        (128_050, "1,280.50", "1,280.50"),
        (7, "0.07", "0.07"),
        (0, "0", "0.00"),
        (-128_000, "−1,280", "−1,280.00"),
        (123_456_789_00, "123,456,789", "123,456,789.00"),
    ],
)
def test_people_see_fen_only_when_there_are_any(amount, shown, exact):
    assert display_yuan(amount) == shown
    assert display_yuan(amount, exact=True) == exact


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1280", 128_000), ("0.1", 10), ("0.10", 10), ("12.3400", 1234), (Decimal("0.05"), 5), ("-3", -300)],
)
def test_an_amount_in_yuan_becomes_fen(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "abc", "0.001", "12.345", "NaN", "sNaN", "Infinity", "-Infinity", "1,280", "¥5", "1e999999", "1e-5"]
)
def test_what_is_not_a_whole_number_of_fen_is_refused(text):
    with pytest.raises(ValueError, match="not a"):
        parse_yuan(text)


@given(st.text(max_size=12))
def test_whatever_is_typed_as_an_amount_is_fen_or_a_value_error(text):
    try:
        fen = parse_yuan(text)
    except ValueError:
        return
    assert isinstance(fen, int)
    assert Decimal(text) * 100 == fen
