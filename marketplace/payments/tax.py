"""Income tax on labour (劳务报酬) of sellers, withheld by the platform: the cumulative method.

Source: 税务总局公告 2025 年第 16 号 (in force since 2025-10-01) with 个人所得税法 §3 and its table for comprehensive income.
In a year, income counts with 80 % (20 % are costs), less ¥5,000 for each month since the first one with income; the
annual table gives the tax on that, less what was withheld before. What a negative result leaves is settled by the
seller in the annual return, not by the platform: nothing is paid back here.
"""

from dataclasses import dataclass
from datetime import date

MONTHLY_DEDUCTION_FEN = 5_000_00
COUNTED_PERCENT = 80
# Upper bound of the taxable amount in fen (None: no bound), percent, quick deduction in fen.
BRACKETS: tuple[tuple[int | None, int, int], ...] = (
    (36_000_00, 3, 0),
    (144_000_00, 10, 2_520_00),
    (300_000_00, 20, 16_920_00),
    (420_000_00, 25, 31_920_00),
    (660_000_00, 30, 52_920_00),
    (960_000_00, 35, 85_920_00),
    (None, 45, 181_920_00),
)


@dataclass(frozen=True)
class YearSoFar:
    """A seller's income and tax of one year before a payout, in fen; `first_month` is 1 to 12."""

    first_month: int
    income_fen: int = 0
    withheld_fen: int = 0


@dataclass(frozen=True)
class Withholding:
    """How the tax on one payment comes about, line by line as the preview shows it; amounts in fen."""

    income_fen: int  # of the year, this payment included
    costs_fen: int
    months: int
    deduction_fen: int
    taxable_fen: int
    percent: int
    quick_fen: int
    due_fen: int  # on the whole year so far
    withheld_before_fen: int
    tax_fen: int  # of this payment


def withholding(*, gross_fen: int, day: date, so_far: YearSoFar) -> Withholding:
    """The tax to withhold when `gross_fen` is paid on `day` (China's calendar) after `so_far`: never below zero.

    Never more than the payment itself either: a year that began with too little withheld cannot take a payment whole.
    """
    income_fen = so_far.income_fen + gross_fen
    counted_fen = income_fen * COUNTED_PERCENT // 100
    months = day.month - so_far.first_month + 1
    deduction_fen = MONTHLY_DEDUCTION_FEN * months
    taxable_fen = max(0, counted_fen - deduction_fen)
    percent, quick_fen = _bracket(taxable_fen)
    due_fen = (taxable_fen * percent + 50) // 100 - quick_fen
    return Withholding(
        income_fen=income_fen,
        costs_fen=income_fen - counted_fen,
        months=months,
        deduction_fen=deduction_fen,
        taxable_fen=taxable_fen,
        percent=percent,
        quick_fen=quick_fen,
        due_fen=due_fen,
        withheld_before_fen=so_far.withheld_fen,
        tax_fen=min(max(0, due_fen - so_far.withheld_fen), gross_fen),
    )


def _bracket(taxable_fen: int) -> tuple[int, int]:
    """Percent and quick deduction of a taxable amount."""
    for limit, percent, quick_fen in BRACKETS:
        if limit is None or taxable_fen <= limit:
            return percent, quick_fen
    raise AssertionError("the last bracket has no bound")
