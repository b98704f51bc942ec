"""Postings of the platform's own money: its fees to its bank, tax to the tax office, suspense to where it belongs.

Each refuses more than is there; who may ask and who agrees is payments' business (payments/services/own_money.py).
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Sum

from marketplace.ledger import locks
from marketplace.ledger.errors import LedgerError, LedgerErrorCode
from marketplace.ledger.models import Account, AccountKind, Entry, Transaction, TransactionKind
from marketplace.ledger.postings_payouts import tax_account
from marketplace.ledger.postings_reconciliation import suspense_account
from marketplace.ledger.services import AccountRef, Leg, clearing_account, commission_account, post

# What these hold below zero was paid out of the common pot: our fees have to fill it before any of them is ours to take.
_HOLES = (AccountKind.GATEWAY_FEES, AccountKind.SUSPENSE, AccountKind.USER_DEBT, AccountKind.PROMOTIONS)


def sum_fen(code: str) -> int:
    """The sum of an account's entries, in fen; 0 for one that does not exist."""
    return Entry.objects.filter(account__code=code).aggregate(total=Sum("amount_fen"))["total"] or 0


def held_fen(gateway: str) -> int:
    """What a gateway holds for us by the books, in fen."""
    return -sum_fen(clearing_account(gateway).code)


def own_fen() -> int:
    """How much of the service fees is ours to take, in fen: what the commission account holds less every hole.

    Holes are what gateways kept as fees, what coupons cost, what is missing in suspense, what sellers owe: the pot is that
    much short, and whoever took the whole commission would take the difference from other people's escrow.
    """
    sums = Entry.objects.filter(account__kind__in=_HOLES).order_by().values_list("account__kind", "account__code")
    found = [(kind, total) for kind, _code, total in sums.annotate(total=Sum("amount_fen"))]
    return sum_fen(commission_account().code) + sum(min(0, total) for _kind, total in found)


@transaction.atomic
def withdraw_fees(*, gateway: str, reference: str, amount_fen: int) -> Transaction:
    """`amount_fen` of our service fees went from a gateway to our bank.

    Raises LedgerError INSUFFICIENT_FUNDS for more than is ours (`own_fen`) or than the gateway holds.
    """
    _lock(commission_account(), clearing_account(gateway))
    if amount_fen > min(own_fen(), sum_fen(commission_account().code), held_fen(gateway)):
        raise LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)
    return post(
        kind=TransactionKind.FEES_WITHDRAWN,
        key=f"own:{reference}",
        reference=reference,
        legs=[Leg(commission_account(), -amount_fen), Leg(clearing_account(gateway), amount_fen)],
    )


@transaction.atomic
def remit_tax(*, gateway: str, reference: str, amounts: Mapping[tuple[int, int], int]) -> Transaction:
    """Withheld tax went from a gateway to the tax office: fen by seller and year, each out of its own account.

    Raises LedgerError INSUFFICIENT_FUNDS for more than one of them or the gateway holds.
    """
    accounts = {tax_account(user_id=user_id, year=year): fen for (user_id, year), fen in amounts.items()}
    total_fen = sum(accounts.values())
    _lock(clearing_account(gateway), *accounts)
    if total_fen > held_fen(gateway):
        raise LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)
    legs = [Leg(account, -fen) for account, fen in accounts.items()]
    return post(
        kind=TransactionKind.TAX_REMITTED,
        key=f"own:{reference}",
        reference=reference,
        legs=[*legs, Leg(clearing_account(gateway), total_fen)],
    )


def advance_tax(*, reference: str, user_id: int, year: int, amount_fen: int) -> Transaction:
    """Tax that is already at the tax office is due back to a seller: we put it up until the office gives it back."""
    return post(
        kind=TransactionKind.TAX_REMITTED,
        key=f"own:{reference}",
        reference=reference,
        legs=[Leg(commission_account(), -amount_fen), Leg(tax_account(user_id=user_id, year=year), amount_fen)],
    )


def resolve_suspense(
    *, gateway: str, difference_id: int, reference: str, amount_fen: int, target: AccountRef
) -> Transaction:
    """What was booked as unexplained for a difference (signed, in fen) goes where it belongs, once.

    Raises LedgerError INSUFFICIENT_FUNDS when a debt would be repaid with more than is owed.
    """
    return post(
        kind=TransactionKind.ADJUSTMENT,
        key=f"difference:{difference_id}:resolved",
        reference=reference,
        legs=[Leg(suspense_account(gateway), -amount_fen), Leg(target, amount_fen)],
    )


def _lock(*accounts: AccountRef) -> None:
    """Lock what is checked before it is posted: hot accounts carry no balance that the database could guard."""
    codes = [account.code for account in accounts]
    locks.lock_accounts(Account.objects.filter(code__in=codes).values_list("pk", flat=True))
