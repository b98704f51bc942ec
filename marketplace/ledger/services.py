"""Writes to the books. Every posting balances, carries a unique key, and posting it twice returns the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.money import CommissionSplit
from marketplace.ledger import locks
from marketplace.ledger.errors import LedgerError, LedgerErrorCode, UnbalancedPosting
from marketplace.ledger.models import Account, AccountKind, Clearing, Transaction, TransactionKind, Wallet


@dataclass(frozen=True)
class AccountRef:
    """An account by its code; the posting makes it when it is the first to need it."""

    code: str
    kind: AccountKind
    owner_id: int | None = None


@dataclass(frozen=True)
class Leg:
    """One side of a posting: positive increases what we owe the account's holder."""

    account: Account | AccountRef
    amount_fen: int


def escrow_account(reference: str) -> AccountRef:
    """The escrow account of one order."""
    return AccountRef(f"escrow:{reference}", AccountKind.ESCROW)


def clearing_account(gateway: str) -> AccountRef:
    """What a gateway holds for us (negative: it owes us)."""
    return AccountRef(f"clearing:{gateway}", AccountKind.CLEARING)


def commission_account() -> AccountRef:
    """The platform's service fees."""
    return AccountRef("platform:commission", AccountKind.COMMISSION)


def promotions_account() -> AccountRef:
    """What the platform put into orders for its coupons (negative: it is spent)."""
    return AccountRef("platform:promotions", AccountKind.PROMOTIONS)


def debt_account(user_id: int) -> AccountRef:
    """What a seller owes because a refund came after the money had left the wallet (zero or negative)."""
    return AccountRef(f"user:{user_id}:debt", AccountKind.USER_DEBT, user_id)


def open_wallet(user: User) -> Wallet:
    """The wallet of a user, opened on first use."""
    wallet = Wallet.objects.select_related("available_account", "pending_account").filter(user=user).first()
    if wallet is not None:
        return wallet
    available, pending = (
        Account.objects.get_or_create(code=f"user:{user.pk}:{name}", defaults={"kind": kind, "owner": user})[0]
        for name, kind in (("available", AccountKind.USER_AVAILABLE), ("pending", AccountKind.USER_PENDING))
    )
    wallet, _created = Wallet.objects.get_or_create(
        user=user, defaults={"available_account": available, "pending_account": pending}
    )
    return wallet


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

    One round trip, atomic by itself: accounts are made and locked, balances moved and entries written inside the
    database (`ledger_post`, migration 0004). Nothing is written when it refuses, so a caller may go on.
    Raises UnbalancedPosting for legs that do not sum to zero or a key that belongs to other legs, and LedgerError
    INSUFFICIENT_FUNDS when a user or escrow account would fall below zero.
    """
    if sum(leg.amount_fen for leg in legs) != 0 or len(legs) < 2:
        raise UnbalancedPosting(key)
    posted = Transaction(
        kind=kind,
        idempotency_key=key,
        reference=reference,
        description=description,
        created_at=at or clock.now(),
    )
    outcome, posted_id = locks.post_under_lock(posted, [(leg.account, leg.amount_fen) for leg in legs])
    if outcome == "conflict":
        raise UnbalancedPosting(f"{key} is already another posting")
    if outcome == "insufficient":
        raise LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)
    if outcome == "known":
        return Transaction.objects.get(pk=posted_id)
    posted.pk = posted_id
    posted._state.adding, posted._state.db = False, "default"
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
    """Accepted work: escrow becomes the seller's pending earnings and the platform's fee, and the clearing clock starts.

    The fee is booked in full; what of it a coupon of the platform cost is taken from promotions.
    """
    wallet = open_wallet(seller)
    legs = [Leg(escrow_account(reference), -split.paid_fen)]
    if split.seller_fen:
        legs.append(Leg(wallet.pending_account, split.seller_fen))
    if split.commission_fen:
        legs.append(Leg(commission_account(), split.commission_fen))
    if split.promotion_fen:
        legs.append(Leg(promotions_account(), -split.promotion_fen))
    posted = post(
        kind=TransactionKind.ESCROW_RELEASED, key=key, reference=reference, description=description, legs=legs, at=at
    )
    if split.seller_fen:
        Clearing.objects.get_or_create(
            reference=key, defaults={"wallet": wallet, "amount_fen": split.seller_fen, "clears_at": clears_at}
        )
    return posted


@transaction.atomic
def reverse_release(
    *,
    reference: str,
    seller: User,
    split: CommissionSplit,
    release_key: str,
    key: str,
    may_owe: bool,
    at: datetime | None = None,
) -> Transaction:
    """Put a released amount back into escrow, so that it can be refunded.

    The seller's part comes first from what has not cleared of this very order, then from what is available; what is
    not there any more becomes a debt when it `may_owe`. The platform's part comes back from its fees, less what its coupon
    put into it.
    Raises LedgerError INSUFFICIENT_FUNDS when the seller's part is not there and may not be owed.
    """
    wallet = open_wallet(seller)
    clearing = locks.lock_clearing_of(release_key)
    accounts = locks.lock_accounts([wallet.pending_account_id, wallet.available_account_id])
    waiting_fen = clearing.amount_fen if clearing is not None and clearing.cleared_at is None else 0
    from_pending = min(split.seller_fen, waiting_fen)
    from_available = min(split.seller_fen - from_pending, accounts[wallet.available_account_id].balance_fen)
    if from_pending + from_available < split.seller_fen and not may_owe:
        raise LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)
    parts = [
        Leg(wallet.pending_account, -from_pending),
        Leg(wallet.available_account, -from_available),
        Leg(debt_account(seller.pk), from_pending + from_available - split.seller_fen),
        Leg(commission_account(), -split.commission_fen),
        Leg(promotions_account(), split.promotion_fen),
        Leg(escrow_account(reference), split.paid_fen),
    ]
    posted = post(
        kind=TransactionKind.RELEASE_REVERSED,
        key=key,
        reference=reference,
        legs=[leg for leg in parts if leg.amount_fen],
        at=at,
    )
    if clearing is not None and from_pending:
        clearing.amount_fen -= from_pending
        if not clearing.amount_fen:
            clearing.cleared_at = posted.created_at  # nothing is left to wait for
        clearing.save(update_fields=["amount_fen", "cleared_at"])
    return posted


@transaction.atomic
def repay_debt(*, user: User, reference: str, key: str, at: datetime | None = None) -> Transaction | None:
    """What is available repays what the person owes, as far as it goes. None when nothing is owed or nothing is there.

    Called wherever money comes back to a wallet, so that a debt never stands beside money that could be taken out.
    """
    wallet, debt = open_wallet(user), debt_account(user.pk)
    owed_fen = locks.lock_debt(wallet, debt.code)
    if not owed_fen:
        return None
    available = locks.lock_accounts([wallet.available_account_id])[wallet.available_account_id]
    repaid_fen = min(owed_fen, available.balance_fen)
    if not repaid_fen:
        return None
    return post(
        kind=TransactionKind.DEBT_REPAID,
        key=key,
        reference=reference,
        legs=[Leg(available, -repaid_fen), Leg(debt, repaid_fen)],
        at=at,
    )


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
    """Move one due amount from pending to available; a debt is repaid first, outside custody. Safe to run twice.

    In custody the institution takes a refund of settled money from the seller's own account there: that refund repays
    the debt (`return_settlement`), and income that repaid it too would be kept from the seller for good.
    """
    clearing = locks.lock_clearing(clearing_id)
    if clearing.cleared_at is not None:
        return clearing
    wallet, moment = clearing.wallet, at or clock.now()
    debt = debt_account(wallet.user_id)
    is_repaid_from_income = settings.SETTLEMENT_MODE == "transfer"
    repaid_fen = min(clearing.amount_fen, locks.lock_debt(wallet, debt.code)) if is_repaid_from_income else 0
    if repaid_fen:
        post(
            kind=TransactionKind.DEBT_REPAID,
            key=f"{clearing.reference}:debt",
            reference=clearing.subject_reference,
            legs=[Leg(wallet.pending_account, -repaid_fen), Leg(debt, repaid_fen)],
            at=moment,
        )
    if left_fen := clearing.amount_fen - repaid_fen:
        post(
            kind=TransactionKind.EARNINGS_CLEARED,
            key=f"{clearing.reference}:clear",
            reference=clearing.subject_reference,
            legs=[Leg(wallet.pending_account, -left_fen), Leg(wallet.available_account, left_fen)],
            at=moment,
        )
    clearing.cleared_at = moment
    clearing.save(update_fields=["cleared_at"])
    return clearing
