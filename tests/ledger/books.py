"""Small books for the ledger's tests."""

from datetime import datetime, timedelta

from django.db import connection

from marketplace.accounts.models import User
from marketplace.core.money import CommissionSplit
from marketplace.ledger import services
from marketplace.ledger.models import Account, AccountKind, Clearing, Entry, Transaction, TransactionKind
from marketplace.ledger.services import Leg


def capture(reference: str = "ORDER1", amount_fen: int = 10_000) -> Transaction:
    """A payment in escrow."""
    return services.hold_escrow(
        reference=reference, gateway="alipay", amount_fen=amount_fen, key=f"payment:{reference}:capture"
    )


def fund_available(user: User, amount_fen: int) -> Account:
    """Money straight into somebody's available account, out of the gateway's."""
    account = services.open_wallet(user).available_account
    services.post(
        kind=TransactionKind.EARNINGS_CLEARED,
        key=f"test:fund:{user.pk}",
        legs=[Leg(services.clearing_account("alipay"), -amount_fen), Leg(account, amount_fen)],
    )
    account.refresh_from_db()
    return account


def debit(account: Account, amount_fen: int, key: str) -> Transaction:
    """What a payout will be: out of the user's account, back to the gateway's."""
    return services.post(
        kind=TransactionKind.EARNINGS_CLEARED,
        key=key,
        legs=[Leg(account, -amount_fen), Leg(services.clearing_account("alipay"), amount_fen)],
    )


def new_account(code: str, kind: str = AccountKind.ESCROW) -> Account:
    """An empty account."""
    return Account.objects.create(code=code, kind=kind)


def execute(sql: str, *parameters: object) -> None:
    """Talk to the database behind Django's back."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def check_now() -> None:
    """Run the deferred checks that a commit would run."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")


class guards_off:
    """Within the block the ledger's triggers sleep, so that a test can plant what they would refuse."""

    TABLES = ("ledger_entry", "ledger_transaction")

    def __enter__(self) -> None:
        check_now()  # a table with waiting checks cannot be altered
        for table in self.TABLES:
            execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")

    def __exit__(self, *_error: object) -> None:
        for table in self.TABLES:
            execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def earn(user: User, reference: str, *, at: datetime, share_fen: int = 9_000, fee_fen: int = 1_000) -> None:
    """An order's money: into escrow, out to the seller and the platform; it clears seven days later."""
    capture(reference, share_fen + fee_fen)
    services.release_escrow(
        reference=reference,
        seller=user,
        split=CommissionSplit(commission_fen=fee_fen, seller_fen=share_fen),
        clears_at=at + timedelta(days=7),
        key=f"order:{reference}:release",
        description=f"服务 {reference}",
        at=at,
    )


def clear(reference: str) -> None:
    """What an order brought becomes available, at its time."""
    clearing = Clearing.objects.get(reference=f"order:{reference}:release")
    services.clear_earnings(clearing_id=clearing.pk, at=clearing.clears_at)


def write_history(user: User, number: int, *, first: datetime, description: str = "") -> None:
    """As many small incomes, an hour apart, with the keys and balances that postings would have: by the thousand."""
    account = services.open_wallet(user).pending_account
    escrow = new_account(f"escrow:{user.pk}", AccountKind.CLEARING)  # of a kind that carries no balance
    rows = Transaction.objects.bulk_create(
        Transaction(
            kind=TransactionKind.ESCROW_RELEASED,
            idempotency_key=f"order:H{user.pk}N{index}:release",
            reference=f"H{user.pk}N{index}",
            description=description,
            created_at=first + index * timedelta(hours=1),
        )
        for index in range(number)
    )
    legs = []
    for index, row in enumerate(rows, start=1):
        legs.append(Entry(transaction=row, account=escrow, amount_fen=-100))
        legs.append(Entry(transaction=row, account=account, amount_fen=100, balance_after_fen=100 * index))
    Entry.objects.bulk_create(legs)
    Account.objects.filter(pk=account.pk).update(balance_fen=100 * number)
    # As autovacuum does soon after so many rows. Without it the planner may know these tables as empty, from a look while
    # all tests had rolled back, and join ten thousand rows with ten thousand row by row.
    execute("ANALYZE ledger_entry, ledger_transaction, ledger_account")
