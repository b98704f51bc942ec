"""Writes to the books. Every posting balances, carries a unique key, and posting it twice returns the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import CommissionSplit
from marketplace.ledger import locks
from marketplace.ledger.errors import LedgerError, LedgerErrorCode, UnbalancedPosting
from marketplace.ledger.models import Account, AccountKind, Clearing, Entry, Transaction, TransactionKind, Wallet


@dataclass(frozen=True)
class Leg:
    """One side of a posting: positive increases what we owe the account's holder."""

    account: Account
    amount_fen: int


def escrow_account(reference: str) -> Account:
    """The escrow account of one order."""
    return _account(f"escrow:{reference}", AccountKind.ESCROW)


def clearing_account(gateway: str) -> Account:
    """What a gateway holds for us (negative: it owes us)."""
    return _account(f"clearing:{gateway}", AccountKind.CLEARING)


def commission_account() -> Account:
    """The platform's service fees."""
    return _account("platform:commission", AccountKind.COMMISSION)


def open_wallet(user: User) -> Wallet:
    """The wallet of a user, opened on first use."""
    wallet = Wallet.objects.select_related("available_account", "pending_account").filter(user=user).first()
    if wallet is not None:
        return wallet
    available = _account(f"user:{user.pk}:available", AccountKind.USER_AVAILABLE, owner=user)
    pending = _account(f"user:{user.pk}:pending", AccountKind.USER_PENDING, owner=user)
    wallet, _created = Wallet.objects.get_or_create(
        user=user, defaults={"available_account": available, "pending_account": pending}
    )
    return wallet


@transaction.atomic
def post(
    *,
    kind: TransactionKind,
    key: str,
    legs: Sequence[Leg],
    reference: str = "",
    description: str = "",
    at: datetime | None = None,
) -> Transaction:
    """Write one balanced transaction; with a key that exists already, return that one and write nothing.

    Raises UnbalancedPosting for legs that do not sum to zero or a key that belongs to other legs, and LedgerError
    INSUFFICIENT_FUNDS when a user or escrow account would fall below zero.
    """
    if sum(leg.amount_fen for leg in legs) != 0 or len(legs) < 2:
        raise UnbalancedPosting(key)
    try:
        with transaction.atomic():
            # The unique key is the lock between two copies of the same posting: the second waits here.
            posted = Transaction.objects.create(
                kind=kind,
                idempotency_key=key,
                reference=reference,
                description=description,
                created_at=at or clock.now(),
            )
    except IntegrityError:
        existing = Transaction.objects.get(idempotency_key=key)
        before = sorted(existing.entries.values_list("account_id", "amount_fen"))
        if before != sorted((leg.account.pk, leg.amount_fen) for leg in legs):
            raise UnbalancedPosting(f"{key} is already another posting") from None
        return existing

    balances = locks.lock_accounts(leg.account.pk for leg in legs if leg.account.keeps_balance)
    entries = []
    for leg in legs:
        account = balances.get(leg.account.pk)
        if account is not None:
            account.balance_fen += leg.amount_fen
            if account.balance_fen < 0:
                raise LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)
        entries.append(
            Entry(
                transaction=posted,
                account=leg.account,
                amount_fen=leg.amount_fen,
                balance_after_fen=account.balance_fen if account else None,
            )
        )
    Entry.objects.bulk_create(entries)
    Account.objects.bulk_update(balances.values(), ["balance_fen"])
    return posted


def hold_escrow(*, reference: str, gateway: str, amount_fen: int, key: str, at: datetime | None = None) -> Transaction:
    """A captured payment enters the escrow of its order."""
    return post(
        kind=TransactionKind.PAYMENT_CAPTURED,
        key=key,
        reference=reference,
        legs=[Leg(clearing_account(gateway), -amount_fen), Leg(escrow_account(reference), amount_fen)],
        at=at,
    )


@transaction.atomic
def release_escrow(
    *,
    reference: str,
    seller: User,
    split: CommissionSplit,
    clears_at: datetime,
    key: str,
    description: str = "",
    at: datetime | None = None,
) -> Transaction:
    """Accepted work: escrow becomes the seller's pending earnings and the platform's fee, and the clearing clock starts."""
    wallet = open_wallet(seller)
    total = split.commission_fen + split.seller_fen
    legs = [Leg(escrow_account(reference), -total)]
    if split.seller_fen:
        legs.append(Leg(wallet.pending_account, split.seller_fen))
    if split.commission_fen:
        legs.append(Leg(commission_account(), split.commission_fen))
    posted = post(
        kind=TransactionKind.ESCROW_RELEASED, key=key, reference=reference, description=description, legs=legs, at=at
    )
    if split.seller_fen:
        Clearing.objects.get_or_create(
            reference=key, defaults={"wallet": wallet, "amount_fen": split.seller_fen, "clears_at": clears_at}
        )
    return posted


def refund_escrow(
    *, reference: str, gateway: str, amount_fen: int, key: str, at: datetime | None = None
) -> Transaction:
    """The gateway gave money back to the buyer: it leaves the order's escrow."""
    return post(
        kind=TransactionKind.ESCROW_REFUNDED,
        key=key,
        reference=reference,
        legs=[Leg(escrow_account(reference), -amount_fen), Leg(clearing_account(gateway), amount_fen)],
        at=at,
    )


@transaction.atomic
def clear_earnings(*, clearing_id: int, at: datetime | None = None) -> Clearing:
    """Move one due amount from pending to available. Safe to run twice."""
    clearing = locks.lock_clearing(clearing_id)
    if clearing.cleared_at is not None:
        return clearing
    wallet = clearing.wallet
    posted = post(
        kind=TransactionKind.EARNINGS_CLEARED,
        key=f"{clearing.reference}:clear",
        reference=clearing.reference.removeprefix("order:").removesuffix(":release"),
        legs=[Leg(wallet.pending_account, -clearing.amount_fen), Leg(wallet.available_account, clearing.amount_fen)],
        at=at,
    )
    clearing.cleared_at = posted.created_at
    clearing.save(update_fields=["cleared_at"])
    return clearing


def _account(code: str, kind: AccountKind, *, owner: User | None = None) -> Account:
    account, _created = Account.objects.get_or_create(code=code, defaults={"kind": kind, "owner": owner})
    return account
