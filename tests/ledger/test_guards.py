"""The database itself refuses what must never be in the books, whatever the program does."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from marketplace.ledger.models import Account, AccountKind, Entry, Transaction

# ruff: noqa: PT012 what fails is the check at the end of the block: the rows before it are what it looks at
from tests.ledger.books import capture, check_now, execute, new_account

pytestmark = pytest.mark.django_db


def bare_transaction(key="raw"):
    execute(
        "INSERT INTO ledger_transaction (kind, idempotency_key, reference, description, created_at)"
        " VALUES ('payment_captured', %s, '', '', now())",
        key,
    )
    return Transaction.objects.get(idempotency_key=key).pk


def bare_entry(transaction_id, account_id, amount_fen):
    execute(
        "INSERT INTO ledger_entry (transaction_id, account_id, amount_fen) VALUES (%s, %s, %s)",
        transaction_id,
        account_id,
        amount_fen,
    )


def test_legs_that_do_not_sum_to_zero_fail_at_commit():
    one, other = new_account("escrow:A"), new_account("escrow:B")
    with pytest.raises(IntegrityError, match="2 legs that sum to 1 fen"), transaction.atomic():
        posted = bare_transaction()
        bare_entry(posted, one.pk, 100)
        bare_entry(posted, other.pk, -99)
        check_now()
    assert not Transaction.objects.exists()


def test_legs_that_sum_to_zero_pass_the_same_check():
    one, other = new_account("escrow:A"), new_account("escrow:B")
    posted = bare_transaction()
    bare_entry(posted, one.pk, 100)
    bare_entry(posted, other.pk, -100)
    check_now()
    assert Entry.objects.filter(transaction_id=posted).count() == 2


def test_a_transaction_without_legs_fails_at_commit():
    with pytest.raises(IntegrityError, match="has 0 legs"), transaction.atomic():
        bare_transaction()
        check_now()
    assert not Transaction.objects.exists()


def test_legs_added_later_fail_even_when_they_balance():
    posted = capture()
    check_now()
    with pytest.raises(IntegrityError, match="append-only: a leg added to transaction"), transaction.atomic():
        bare_entry(posted.pk, new_account("escrow:B").pk, 5)
        bare_entry(posted.pk, new_account("escrow:C").pk, -5)
        check_now()
    assert posted.entries.count() == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_entry SET amount_fen = amount_fen * 2",
        "DELETE FROM ledger_entry",
        "UPDATE ledger_transaction SET description = 'x'",
        "DELETE FROM ledger_transaction",
    ],
)
def test_what_is_written_is_never_changed_or_deleted(sql):
    posted = capture()
    check_now()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(sql)
    assert sorted(posted.entries.values_list("amount_fen", flat=True)) == [-10_000, 10_000]
    posted.refresh_from_db()
    assert posted.description == ""


def test_django_cannot_change_or_delete_an_entry_either():
    entry = capture().entries.first()
    check_now()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(amount_fen=1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        entry.delete()
    assert Entry.objects.get(pk=entry.pk).amount_fen == entry.amount_fen


@pytest.mark.parametrize(
    "kind", [AccountKind.USER_AVAILABLE, AccountKind.USER_PENDING, AccountKind.ESCROW, AccountKind.TAX_WITHHELD]
)
def test_an_account_of_a_person_or_an_order_never_goes_below_zero(kind):
    account = new_account("some:account", kind)
    with pytest.raises(IntegrityError, match="ledger_account_not_negative"), transaction.atomic():
        execute("UPDATE ledger_account SET balance_fen = -1 WHERE id = %s", account.pk)
    account.refresh_from_db()
    assert account.balance_fen == 0


@pytest.mark.parametrize("kind", [AccountKind.CLEARING, AccountKind.COMMISSION, AccountKind.PAYOUTS_IN_TRANSIT])
def test_a_hot_account_carries_no_balance_of_its_own(kind):
    account = new_account("hot:account", kind)
    with pytest.raises(IntegrityError, match="ledger_account_hot_is_summed"), transaction.atomic():
        execute("UPDATE ledger_account SET balance_fen = 1 WHERE id = %s", account.pk)
    account.refresh_from_db()
    assert account.balance_fen == 0


def test_an_entry_of_nothing_is_refused():
    posted = capture()
    with pytest.raises(IntegrityError, match="ledger_entry_not_zero"), transaction.atomic():
        bare_entry(posted.pk, new_account("escrow:B").pk, 0)
    assert posted.entries.count() == 2


def test_a_key_is_used_once():
    capture()
    with pytest.raises(IntegrityError, match="idempotency_key"), transaction.atomic():
        bare_transaction("payment:ORDER1:capture")
    assert Transaction.objects.count() == 1


def test_an_account_with_entries_cannot_be_deleted():
    account = capture().entries.get(amount_fen=10_000).account
    with pytest.raises(IntegrityError), transaction.atomic():
        account.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        execute("DELETE FROM ledger_account WHERE id = %s", account.pk)
        check_now()
    assert Account.objects.filter(pk=account.pk).exists()


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_transaction"])
def test_the_books_cannot_be_emptied(table):
    capture()
    check_now()
    with pytest.raises(DatabaseError, match="append-only: TRUNCATE"), transaction.atomic():
        execute(f"TRUNCATE {table} CASCADE")
    assert Entry.objects.count() == 2


def test_a_debt_never_turns_into_money_that_we_owe():
    account = new_account("user:1:debt", AccountKind.USER_DEBT)
    with pytest.raises(IntegrityError, match="ledger_account_debt_not_positive"), transaction.atomic():
        execute("UPDATE ledger_account SET balance_fen = 1 WHERE id = %s", account.pk)
    account.refresh_from_db()
    assert account.balance_fen == 0


def test_a_transaction_without_a_key_is_refused():
    with pytest.raises(IntegrityError, match="idempotency_key"), transaction.atomic():
        bare_transaction(None)
    assert not Transaction.objects.exists()
