"""Small books for the ledger's tests."""

from django.db import connection

from marketplace.accounts.models import User
from marketplace.ledger import services
from marketplace.ledger.models import Account, AccountKind, Transaction, TransactionKind
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
