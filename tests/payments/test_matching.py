"""The matcher by itself: order does not matter, and each line is in exactly one class."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from marketplace.payments.gateways.base import BillRow, BillRowKind
from marketplace.payments.matching import OwnLine, match
from marketplace.payments.models import DifferenceKind

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def row(number, amount_fen=100, *, kind=BillRowKind.PAYMENT, fee_fen=0, gateway_no=""):
    reference = number if kind == BillRowKind.REFUND else ""
    return BillRow(kind, f"PA{number}" if reference else number, reference, gateway_no, amount_fen, fee_fen, AT)


def line(number, amount_fen=100, *, kind=BillRowKind.PAYMENT):
    return OwnLine(kind, number, number, amount_fen)


def kinds(result):
    return [(found.kind, found.reference or found.out_trade_no) for found in result.differences]


def test_what_agrees_is_matched_and_summed():
    result = match([row("A", 500, fee_fen=3), row("R", 200, kind=BillRowKind.REFUND)],
                   [line("A", 500), line("R", 200, kind=BillRowKind.REFUND)])  # fmt: skip
    assert (result.matched, result.paid_fen, result.refunded_fen, result.fee_fen) == (2, 500, 200, 3)
    assert result.differences == ()


def test_each_way_to_differ_has_its_name():
    result = match(
        [row("A"), row("B", 101), row("C"), row("C", gateway_no="2"), row("F", fee_fen=9)],
        [line("B"), line("C"), line("D"), line("F")],
        expected_fee={"F": 1},
    )
    assert set(kinds(result)) == {
        (DifferenceKind.MISSING_HERE, "A"),
        (DifferenceKind.AMOUNT, "B"),
        (DifferenceKind.DUPLICATE, "C"),
        (DifferenceKind.MISSING_THERE, "D"),
        (DifferenceKind.FEE, "F"),
    }


def test_a_line_of_the_day_beside_matches_and_is_not_missed():
    assert match([row("A")], [], known_elsewhere=[line("A"), line("B")]).differences == ()


NUMBERS = st.sampled_from("ABCDEFGH")
ROWS = st.lists(
    st.builds(row, NUMBERS, st.integers(1, 3), kind=st.sampled_from([BillRowKind.PAYMENT, BillRowKind.REFUND])),
    max_size=12,
)
LINES = st.lists(
    st.builds(line, NUMBERS, st.integers(1, 3), kind=st.sampled_from([BillRowKind.PAYMENT, BillRowKind.REFUND])),
    max_size=12,
    unique_by=lambda each: (each.kind, each.number),
)


@given(ROWS, LINES, st.randoms())
def test_the_order_of_the_lines_does_not_matter(rows, lines, random):
    shuffled = random.sample(rows, len(rows))
    assert match(rows, lines) == match(shuffled, random.sample(lines, len(lines)))


@given(ROWS, LINES)
def test_every_line_of_both_sides_is_in_exactly_one_class(rows, lines):
    result = match(rows, lines)
    there = [found for found in result.differences if found.kind == DifferenceKind.MISSING_THERE]
    assert result.matched + len(result.differences) - len(there) == len(rows)
    unlike = [found for found in result.differences if found.kind == DifferenceKind.AMOUNT]
    assert result.matched + len(unlike) + len(there) == len(lines)


@given(ROWS)
def test_a_bill_against_itself_agrees(rows):
    unique = list({(each.kind, each.reference or each.out_trade_no): each for each in rows}.values())
    own = [line(each.reference or each.out_trade_no, each.amount_fen, kind=each.kind) for each in unique]
    assert match(unique, own).differences == ()
