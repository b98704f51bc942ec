"""Twenty malformed shapes of a posting, written past the program, in SQL: the database takes none (reliability.md, I1, I2).

As the owner of the tables, who may do more than any role that the portal could be given.
"""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account, Entry, Transaction
from tests.ledger.books import capture, check_now, execute, new_account

pytestmark = pytest.mark.django_db
MOST = 2**63 - 1


class Attack:
    """What somebody with a connection can try. A posting of 100.00 yuan exists, and two accounts that it does not touch."""

    def __init__(self) -> None:
        self.old = capture("ORDER1", 10_000)
        self.one, self.other = new_account("escrow:A"), new_account("escrow:B")
        check_now()
        execute("SET CONSTRAINTS ALL DEFERRED")  # as they are when a transaction begins

    def begin(self, key: str | None = "attack") -> int:
        """A transaction without legs."""
        execute(
            "INSERT INTO ledger_transaction (kind, idempotency_key, reference, description, created_at)"
            " VALUES ('payment_captured', %s, '', '', now())",
            key,
        )
        return Transaction.objects.order_by("-pk").values_list("pk", flat=True)[0]

    def leg(self, posted: int | None, account: int | None, amount: int | str | None) -> None:
        """One leg."""
        execute(
            "INSERT INTO ledger_entry (transaction_id, account_id, amount_fen) VALUES (%s, %s, %s)",
            posted,
            account,
            amount,
        )

    def post(self, *amounts: int | str | None, key: str | None = "attack") -> None:
        """A transaction with legs of these amounts on the two accounts in turn."""
        posted = self.begin(key)
        for index, amount in enumerate(amounts):
            self.leg(posted, (self.one, self.other)[index % 2].pk, amount)

    def add_to_old(self, *amounts: int) -> None:
        """Legs for a posting that was committed long ago."""
        for amount in amounts:
            self.leg(self.old.pk, self.one.pk, amount)


Shape = tuple[Callable[[Attack], object], str]  # what is tried, and what the database says

SHAPES: dict[str, Shape] = {
    "no legs": (lambda attack: attack.begin(), "has 0 legs"),
    "one leg": (lambda attack: attack.post(100), "has 1 legs"),
    "one leg of nothing": (lambda attack: attack.post(0), "ledger_entry_not_zero"),
    "two legs of nothing": (lambda attack: attack.post(0, 0), "ledger_entry_not_zero"),
    "a fen too much": (lambda attack: attack.post(100, -99), "2 legs that sum to 1 fen"),
    "a fen too little": (lambda attack: attack.post(100, -101), "2 legs that sum to -1 fen"),
    "both legs the same way": (lambda attack: attack.post(100, 100), "2 legs that sum to 200 fen"),
    "three legs that do not sum up": (lambda attack: attack.post(100, -50, -49), "3 legs that sum to 1 fen"),
    "two that balance and one of nothing": (lambda attack: attack.post(100, -100, 0), "ledger_entry_not_zero"),
    "a leg without an amount": (lambda attack: attack.post(100, -100, None), "null value in column"),
    "amounts beyond what fits": (lambda attack: attack.post(MOST + 1, -MOST - 1), "out of range"),
    "amounts whose sum only wraps around": (lambda attack: attack.post(MOST, MOST, 2), "3 legs that sum to 1844"),
    "a leg of no transaction": (lambda attack: attack.leg(None, attack.one.pk, 100), "null value in column"),
    "a leg of a transaction that does not exist": (
        lambda attack: attack.leg(10**9, attack.one.pk, 100),
        "foreign key constraint|has 1 legs",
    ),
    "a leg on no account": (lambda attack: attack.leg(attack.begin(), None, 100), "null value in column"),
    "legs on an account that does not exist": (
        lambda attack: [attack.leg(posted, 10**9, amount) for posted in [attack.begin()] for amount in (100, -100)],
        "foreign key constraint",
    ),
    "without a key": (lambda attack: attack.post(100, -100, key=None), "null value in column"),
    "with a key that is taken": (
        lambda attack: attack.post(100, -100, key="payment:ORDER1:capture"),
        "idempotency_key",
    ),
    "one leg more for an old posting": (lambda attack: attack.add_to_old(100), "append-only: a leg added"),
    "two legs that balance for an old posting": (
        lambda attack: attack.add_to_old(100, -100),
        "append-only: a leg added",
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_database_takes_no_malformed_posting(shape):
    attack = Attack()
    act, says = SHAPES[shape]
    with pytest.raises(DatabaseError, match=says), transaction.atomic():  # noqa: PT012 what fails is the commit
        act(attack)
        check_now()
    assert (Transaction.objects.count(), Entry.objects.count()) == (1, 2)
    assert Account.objects.get(code="escrow:ORDER1").balance_fen == 10_000
    assert audit_books().violations == []


def test_control_a_well_formed_posting_is_taken():
    Attack().post(100, -100)
    check_now()
    assert (Transaction.objects.count(), Entry.objects.count()) == (2, 4)


def test_there_are_twenty_shapes():
    assert len(SHAPES) == 20
