"""The audit finds each kind of violation. Each is planted here with the database's guards asleep."""

import pytest
from django.utils import timezone

from marketplace.core.money import CommissionSplit
from marketplace.ledger import services
from marketplace.ledger.audit import audit_books
from marketplace.ledger.models import Account, Clearing
from tests.factories import make_seller
from tests.ledger.books import capture, execute, guards_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted():
    posted = capture()
    services.release_escrow(
        reference="ORDER1",
        seller=make_seller(),
        split=CommissionSplit(commission_fen=1000, seller_fen=9000),
        clears_at=timezone.now(),
        key="order:ORDER1:release",
    )
    assert audit_books().violations == []
    return posted


def violations():
    return "\n".join(audit_books().violations)


def test_sound_books_are_counted_and_summed(posted):
    report = audit_books()
    assert (report.transactions, report.entries, report.accounts) == (2, 5, 5)
    assert report.totals_fen == {
        "clearing": -10_000,
        "escrow": 0,
        "user_pending": 9000,
        "user_available": 0,
        "commission": 1000,
    }
    assert sum(report.totals_fen.values()) == 0


def test_a_changed_amount_is_found(posted):
    with guards_off():
        execute("UPDATE ledger_entry SET amount_fen = 10001 WHERE transaction_id = %s AND amount_fen > 0", posted.pk)
    assert "transaction payment:ORDER1:capture sums to 1 fen instead of 0" in violations()
    assert "account escrow:ORDER1 says 0 fen, its entries 1" in violations()


def test_a_transaction_that_lost_a_leg_is_found(posted):
    with guards_off():
        execute("DELETE FROM ledger_entry WHERE transaction_id = %s AND amount_fen < 0", posted.pk)
    assert "transaction payment:ORDER1:capture sums to 10000 fen" in violations()


def test_a_transaction_without_any_leg_is_found(posted):
    with guards_off():
        execute("DELETE FROM ledger_entry WHERE transaction_id = %s", posted.pk)
    assert "transaction payment:ORDER1:capture sums to None fen" in violations()


def test_an_edited_balance_is_found(posted):
    execute("UPDATE ledger_account SET balance_fen = 5 WHERE code = 'escrow:ORDER1'")
    assert audit_books().violations == ["account escrow:ORDER1 says 5 fen, its entries 0"]


def test_an_account_below_zero_is_found(posted):
    with guards_off():
        execute(
            "UPDATE ledger_entry SET amount_fen = -10001 WHERE amount_fen = -10000"
            " AND account_id = (SELECT id FROM ledger_account WHERE code = 'escrow:ORDER1')"
        )
    assert "account escrow:ORDER1 is below zero: -1 fen" in violations()


def test_a_wrong_running_balance_is_found(posted):
    with guards_off():
        execute("UPDATE ledger_entry SET balance_after_fen = 7 WHERE balance_after_fen = 9000")
    code = Account.objects.get(kind="user_pending").code
    assert audit_books().violations == [f"last entry of {code} carries 7 fen"]


def test_a_clearing_of_another_amount_is_found(posted):
    Clearing.objects.update(amount_fen=8999)
    code = Account.objects.get(kind="user_pending").code
    assert audit_books().violations == [f"{code}: 8999 fen wait to clear, the account holds 9000"]


def test_pending_money_that_waits_for_nothing_is_found(posted):
    Clearing.objects.update(cleared_at=timezone.now())
    code = Account.objects.get(kind="user_pending").code
    assert audit_books().violations == [f"{code}: 0 fen wait to clear, the account holds 9000"]
