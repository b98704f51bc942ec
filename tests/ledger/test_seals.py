"""Each night is sealed, and a past that was changed afterwards is found."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from marketplace.ledger import seals
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import DaySeal
from tests.ledger.books import capture, execute, guards_off

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)


def seal(offset=0):
    return seals.seal_books(day=MONDAY + timedelta(days=offset))


def change_seals(assignment):
    execute("ALTER TABLE ledger_dayseal DISABLE TRIGGER USER")
    execute(f"UPDATE ledger_dayseal SET {assignment}")
    execute("ALTER TABLE ledger_dayseal ENABLE TRIGGER USER")


def test_a_night_seals_what_was_posted_since_the_one_before():
    capture("ONE")
    first = seal()
    capture("TWO")
    capture("THREE")
    second = seal(1)
    assert (first.transactions, second.transactions) == (1, 2)
    assert second.first_id == first.last_id + 1
    assert second.chain == seals.chain_of(first.chain, second.day, second.root)
    assert audit_books().violations == []


def test_a_day_is_sealed_once_and_a_quiet_day_too():
    assert seal().transactions == 0
    assert seal() is None
    assert seal(-1) is None
    assert seal(1).transactions == 0
    assert DaySeal.objects.count() == 2
    assert audit_books().violations == []


def test_without_a_day_it_is_yesterday_in_china(time_machine):
    time_machine.move_to("2026-11-23T16:30:00Z")  # the 24th already, in China
    assert seals.seal_books().day == date(2026, 11, 23)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_transaction SET description = 'nothing to see'",
        "UPDATE ledger_transaction SET created_at = created_at - interval '1 day'",
        "UPDATE ledger_entry SET amount_fen = amount_fen * 2",
        "UPDATE ledger_account SET code = 'escrow:OTHER' WHERE code = 'escrow:ONE'",
        "DELETE FROM ledger_entry WHERE amount_fen > 0",
    ],
)
def test_a_changed_past_is_found(change):
    capture("ONE")
    seal()
    with guards_off():
        execute(change)
    assert f"seal of {MONDAY}: the books of that day were changed after they were sealed" in audit_books().violations


def test_a_transaction_slipped_into_a_sealed_range_is_found():
    capture("ONE")
    seal()
    capture("TWO")
    change_seals("last_id = (SELECT max(id) FROM ledger_transaction)")
    assert any("were changed after they were sealed" in line for line in audit_books().violations)


def test_a_seal_made_anew_no_longer_fits_the_chain():
    capture("ONE")
    seal()
    capture("TWO")
    seal(1)
    change_seals(f"root = repeat('a', 64) WHERE day = '{MONDAY}'")
    found = audit_books().violations
    assert f"seal of {MONDAY}: the books of that day were changed after they were sealed" in found
    assert f"seal of {MONDAY}: does not follow from the seal before it" in found


@pytest.mark.parametrize(
    "sql", ["UPDATE ledger_dayseal SET root = ''", "DELETE FROM ledger_dayseal", "TRUNCATE ledger_dayseal"]
)
def test_a_seal_is_never_changed(sql):
    made = seal()
    refused = pytest.raises(DatabaseError, match="append-only")
    with refused, transaction.atomic():
        execute(sql)
    made.refresh_from_db()
    assert len(made.root) == 64
