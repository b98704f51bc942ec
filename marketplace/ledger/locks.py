"""The only place of the ledger that takes row locks. Order of the house: order → payment → accounts by pk (docs/locking.md)."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from django.db import connection

from marketplace.ledger.models import Account, Clearing, Transaction, Wallet

POST = (
    "SELECT outcome, posted_id FROM ledger_post(%s, %s, %s, %s, %s, %s::text[], %s::text[], %s::bigint[], %s::bigint[])"
)


class PostedAccount(Protocol):
    """What a posting must know of an account, whether it exists yet or not."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def owner_id(self) -> int | None: ...


def post_under_lock(row: Transaction, legs: Sequence[tuple[PostedAccount, int]]) -> tuple[str, int]:
    """Write a posting under the locks of its accounts, taken in ascending pk, in one round trip.

    Returns what `ledger_post` answers: "posted", "known", "conflict" or "insufficient", and the transaction's key.
    """
    accounts = [account for account, _amount in legs]
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            [
                row.kind,
                row.idempotency_key,
                row.reference,
                row.description,
                row.created_at,
                [account.code for account in accounts],
                [str(account.kind) for account in accounts],
                [account.owner_id for account in accounts],
                [amount_fen for _account, amount_fen in legs],
            ],
        )
        outcome, posted_id = cursor.fetchone()
    return outcome, posted_id


def lock_accounts(account_ids: Iterable[int]) -> dict[int, Account]:
    """Lock the accounts, always in ascending pk, so that two postings over the same accounts cannot deadlock."""
    rows = Account.objects.filter(pk__in=list(account_ids)).order_by("pk").select_for_update(of=("self",), no_key=True)
    return {account.pk: account for account in rows}


def lock_clearing(clearing_id: int) -> Clearing:
    """Lock one clearing, so that two runs of the job cannot both move it."""
    return Clearing.objects.select_for_update(of=("self",), no_key=True).get(pk=clearing_id)


def lock_clearing_of(reference: str) -> Clearing | None:
    """Lock the clearing of one release, if it brought the seller anything."""
    return Clearing.objects.select_for_update(of=("self",), no_key=True).filter(reference=reference).first()


def lock_debt(wallet: Wallet, debt_code: str) -> int:
    """Lock a wallet's accounts and its debt, in ascending pk; returns what is owed, in fen."""
    debt = Account.objects.filter(code=debt_code).first()
    if debt is None:
        return 0
    locked = lock_accounts([wallet.pending_account_id, wallet.available_account_id, debt.pk])
    return -locked[debt.pk].balance_fen


def freeze_postings() -> int:
    """Wait until no posting is under way, and let none begin until the transaction ends; returns the highest key.

    Below it nothing can appear any more, which a plain look could not promise: keys are given out before a commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_transaction IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_transaction")
        (last_id,) = cursor.fetchone()
    return int(last_id)


def freeze_seals() -> None:
    """Let no second seal be made until the transaction ends; postings and reading go on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_dayseal IN SHARE ROW EXCLUSIVE MODE")


def freeze_escrow_proofs() -> None:
    """Let no second proof of escrow be published until the transaction ends; reading goes on."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger_escrowproof IN SHARE ROW EXCLUSIVE MODE")
