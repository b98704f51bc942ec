"""Labour-income tax by the cumulative method (税务总局公告 2025-16)."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.payments.tax import BRACKETS, YearSoFar, withholding

AMOUNTS = st.integers(min_value=1, max_value=3_000_000_00)


def tax(gross_yuan, *, month=1, first_month=1, income_yuan=0, withheld_yuan=0):
    so_far = YearSoFar(first_month, income_yuan * 100, withheld_yuan * 100)
    return withholding(gross_fen=gross_yuan * 100, day=date(2026, month, 15), so_far=so_far).tax_fen / 100


def test_small_incomes_pay_nothing():
    assert tax(6_250) == 0  # 80 % of it are just the 5,000 of the month
    assert tax(6_260) == 0.24


def test_the_example_of_the_design_in_december():
    # 152,480 in the year, twelve months, 3,463.52 withheld before; the payment itself is 8,936.
    so_far = YearSoFar(1, 143_544_00, 3_463_52)
    line = withholding(gross_fen=8_936_00, day=date(2026, 12, 3), so_far=so_far)
    assert (line.income_fen, line.costs_fen, line.deduction_fen) == (152_480_00, 30_496_00, 60_000_00)
    assert (line.taxable_fen, line.percent, line.quick_fen) == (61_984_00, 10, 2_520_00)
    assert (line.due_fen, line.withheld_before_fen, line.tax_fen) == (3_678_40, 3_463_52, 214_88)


def test_a_month_without_income_brings_its_deduction_too():
    assert tax(12_500, month=2, first_month=1) == 0
    assert tax(12_500, month=2, first_month=2) == 150


def test_a_later_deduction_never_pays_back():
    assert tax(100, month=6, first_month=1, income_yuan=20_000, withheld_yuan=330) == 0


def test_the_quick_deductions_make_the_brackets_meet():
    for (limit, percent, quick), (_next, higher, next_quick) in pairwise(BRACKETS):
        assert limit * percent // 100 - quick == limit * higher // 100 - next_quick


@given(AMOUNTS, st.integers(1, 12))
def test_the_tax_is_at_least_zero_and_never_more_than_the_highest_rate(gross_fen, month):
    line = withholding(gross_fen=gross_fen, day=date(2026, month, 1), so_far=YearSoFar(month))
    assert 0 <= line.tax_fen <= gross_fen * 45 * 80 // 10_000 + 1


@given(AMOUNTS, AMOUNTS, st.integers(1, 12))
def test_more_income_never_means_less_tax(one, other, month):
    low, high = sorted((one, other))
    day, so_far = date(2026, month, 1), YearSoFar(1)
    taxes = [withholding(gross_fen=gross, day=day, so_far=so_far).tax_fen for gross in (low, high)]
    assert taxes[0] <= taxes[1]


@given(st.lists(st.integers(1, 300_000_00), min_size=2, max_size=12))
def test_how_a_month_is_cut_into_payments_does_not_change_its_tax(amounts):
    day, income, withheld = date(2026, 7, 1), 0, 0
    for amount in amounts:
        line = withholding(gross_fen=amount, day=day, so_far=YearSoFar(3, income, withheld))
        income, withheld = income + amount, withheld + line.tax_fen
    assert withheld == withholding(gross_fen=income, day=day, so_far=YearSoFar(3)).tax_fen


@pytest.mark.parametrize("month", range(1, 13))
def test_the_first_payment_of_a_year_deducts_one_month(month):
    assert tax(20_000, month=month, first_month=month) == pytest.approx(330)
