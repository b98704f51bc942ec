"""What a statement's page says: a sentence for each line, the kinds to choose from, the periods to choose from."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.core.money import display_yuan
from marketplace.ledger.models import AccountKind, TransactionKind
from marketplace.ledger.periods import Period, months_between
from marketplace.ledger.statement import KINDS, Choice, Movement, Span, StatementLine, Totals

# Always there, so that the row of choices keeps its shape; the rarer ones come when a period has them.
_USUAL = (Movement.INCOME, Movement.PAYOUT, Movement.TAKEN_BACK, Movement.TAX)


@dataclass(frozen=True)
class Chip:
    """One kind of movement to choose."""

    value: str
    text: str
    is_current: bool


def chips(choice: Choice, totals: Totals) -> list[Chip]:
    """All, the usual kinds, and those that the period has."""
    present = {turnover.kind for turnover in totals.kinds}
    shown = [
        movement
        for movement in Movement
        if movement in _USUAL
        or movement == choice.movement
        or (movement != Movement.TAX and present.intersection(KINDS[movement]))
    ]
    return [
        Chip("", _("All"), not choice.movement),
        *(Chip(movement.value, str(movement.label), movement == choice.movement) for movement in shown),
    ]


def periods(choice: Choice, span: Span | None) -> list[tuple[str, list[Period]]]:
    """The periods to choose from, by year: its months, then the whole year; the newest first."""
    last = timezone.localdate(clock.now())
    if span is not None:
        last = max(last, timezone.localdate(span.newest))
    months = months_between(timezone.localdate(span.first) if span else last, last)
    if choice.period.is_month and choice.period not in months:
        months = sorted({*months, choice.period}, key=lambda month: month.key, reverse=True)
    years: dict[str, list[Period]] = {}
    for month in months:
        years.setdefault(month.key[:4], []).append(month)
    return [(str(Period.year(int(year))), [*own, Period.year(int(year))]) for year, own in years.items()]


def sentence(line: StatementLine) -> str:
    """What happened, in the words of the person whose account it is."""
    entry, amount_fen = line.entry, line.entry.amount_fen
    match entry.transaction.kind:
        case TransactionKind.ESCROW_RELEASED if line.promotion_fen:
            return _(
                "¥%(whole)s out of escrow and ¥%(coupon)s for the platform's coupon, less ¥%(fee)s service fee"
            ) % {
                "whole": _yuan(-line.escrow_fen),
                "coupon": _yuan(-line.promotion_fen),
                "fee": _yuan(line.fee_fen),
            }
        case TransactionKind.ESCROW_RELEASED if line.fee_fen:
            return _("¥%(whole)s out of escrow, less ¥%(fee)s service fee") % {
                "whole": _yuan(-line.escrow_fen),
                "fee": _yuan(line.fee_fen),
            }
        case TransactionKind.ESCROW_RELEASED:
            return _("Out of escrow, without a service fee")
        case TransactionKind.EARNINGS_CLEARED:
            return _("Can be withdrawn now") if amount_fen > 0 else _("Moved on to the available balance")
        case TransactionKind.RELEASE_REVERSED:
            return _reversal(line)
        case TransactionKind.DEBT_REPAID:
            return _("Less is owed") if amount_fen > 0 else _("Repays what a refund left open")
        case TransactionKind.PAYOUT_REQUESTED if line.tax_fen:
            return _("¥%(net)s to your account, ¥%(tax)s income tax withheld") % {
                "net": _yuan(-amount_fen - line.tax_fen),
                "tax": _yuan(line.tax_fen),
            }
        case TransactionKind.PAYOUT_REQUESTED:
            return _("To your account, no income tax withheld")
        case TransactionKind.PAYOUT_RETURNED if line.tax_fen:
            return _("Was not paid out: all of it is back, with ¥%(tax)s of tax") % {"tax": _yuan(-line.tax_fen)}
        case TransactionKind.PAYOUT_RETURNED:
            return _("Was not paid out: all of it is back")
        case TransactionKind.CUSTODY_SETTLED:
            return _("Paid by the payment institution to your account there")
        case TransactionKind.CUSTODY_RETURNED:
            return _("A refund was taken from your account at the payment institution")
        case TransactionKind.CUSTODY_CANCELLED if entry.account.kind == AccountKind.USER_DEBT:
            return _("Less is owed")
        case TransactionKind.CUSTODY_CANCELLED:
            return _("The payment institution did not pay it: it is back and will be paid again")
    return entry.transaction.description


def _reversal(line: StatementLine) -> str:
    texts = {
        AccountKind.USER_PENDING: _("For a refund to the buyer, from what had not cleared"),
        AccountKind.USER_AVAILABLE: _("For a refund to the buyer, from the available balance"),
        AccountKind.USER_DEBT: _("For a refund to the buyer: more than your wallet held, so the next income repays it"),
    }
    text = texts[AccountKind(line.entry.account.kind)]
    if not line.fee_fen:
        return text
    return _("%(what)s. ¥%(fee)s of service fee was given back too") % {"what": text, "fee": _yuan(-line.fee_fen)}


def _yuan(amount_fen: int) -> str:
    return display_yuan(amount_fen, exact=True)
