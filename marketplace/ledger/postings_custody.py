"""Postings of custody: the institution itself pays the seller, our books mirror it."""

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.ledger import locks
from marketplace.ledger.models import Account, AccountKind, Transaction, TransactionKind, Wallet
from marketplace.ledger.services import AccountRef, Leg, clearing_account, open_wallet, post


def transit_account() -> AccountRef:
    """Money on its way to sellers, by transfer or by settlement."""
    return AccountRef("platform:payouts_in_transit", AccountKind.PAYOUTS_IN_TRANSIT)


def begin_settlement(*, seller: User, order_number: str, settlement_reference: str, amount_fen: int) -> Transaction:
    """The institution is about to release the seller's share: it leaves the wallet. Raises LedgerError."""
    return post(
        kind=TransactionKind.CUSTODY_SETTLED,
        key=f"settlement:{settlement_reference}",
        reference=order_number,
        legs=[Leg(open_wallet(seller).available_account, -amount_fen), Leg(transit_account(), amount_fen)],
    )


def finish_settlement(*, gateway: str, order_number: str, settlement_reference: str, amount_fen: int) -> Transaction:
    """The institution has released it: it no longer holds this for us."""
    return post(
        kind=TransactionKind.CUSTODY_SETTLED,
        key=f"settlement:{settlement_reference}:done",
        reference=order_number,
        legs=[Leg(transit_account(), -amount_fen), Leg(clearing_account(gateway), amount_fen)],
    )


@transaction.atomic
def cancel_settlement(
    *, seller: User, order_number: str, settlement_reference: str, amount_fen: int, repays_fen: int
) -> Transaction:
    """A settlement never came about: the seller's share (`amount_fen`) is back in the wallet, as before it was begun.

    Refunds of the order that were decided meanwhile found the share gone and made a debt: it is repaid from it, at most
    `repays_fen`, for the institution now pays them from the money it still holds and not from the seller's own account.
    """
    wallet, debt, owed_fen = _wallet_and_debt(seller)
    repaid_fen = min(amount_fen, owed_fen, repays_fen)
    legs = [Leg(transit_account(), -amount_fen)]
    if debt and repaid_fen:
        legs.append(Leg(debt, repaid_fen))
    if amount_fen > repaid_fen:
        legs.append(Leg(wallet.available_account, amount_fen - repaid_fen))
    return post(
        kind=TransactionKind.CUSTODY_CANCELLED,
        key=f"settlement:{settlement_reference}:cancelled",
        reference=order_number,
        legs=legs,
    )


@transaction.atomic
def return_settlement(
    *, gateway: str, seller: User, order_number: str, refund_reference: str, amount_fen: int
) -> Transaction:
    """A refund of settled money was taken from the seller's own account at the institution.

    The books had noted that share as the seller's debt (or taken it from the wallet) when the refund was decided: the
    debt is paid by it, and what the wallet gave comes back to it.
    """
    wallet, debt, owed_fen = _wallet_and_debt(seller)
    repaid_fen = min(amount_fen, owed_fen)
    legs = [Leg(clearing_account(gateway), -amount_fen)]
    if debt and repaid_fen:
        legs.append(Leg(debt, repaid_fen))
    if amount_fen > repaid_fen:
        legs.append(Leg(wallet.available_account, amount_fen - repaid_fen))
    return post(
        kind=TransactionKind.CUSTODY_RETURNED,
        key=f"refund:{refund_reference}:custody",
        reference=order_number,
        legs=legs,
    )


def _wallet_and_debt(seller: User) -> tuple[Wallet, Account | None, int]:
    """A seller's wallet and debt, both locked, and how much is owed, in fen."""
    wallet = open_wallet(seller)
    debts = Account.objects.filter(owner=seller, kind=AccountKind.USER_DEBT).values_list("pk", flat=True)
    locked = locks.lock_accounts([*debts, wallet.available_account_id])
    debt = next((account for account in locked.values() if account.kind == AccountKind.USER_DEBT), None)
    return wallet, debt, -debt.balance_fen if debt else 0
