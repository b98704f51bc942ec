from functools import partial

import pytest
from django.db import IntegrityError

from marketplace.ledger import locks, services
from marketplace.ledger.audit import audit_books
from marketplace.ledger.errors import LedgerError, LedgerErrorCode
from marketplace.ledger.models import Account, Clearing, Transaction
from marketplace.ledger.selectors import wallet_of
from tests.databases import together
from tests.factories import make_completed_order, make_user
from tests.ledger.books import capture, debit, execute, fund_available

pytestmark = pytest.mark.usefixtures("committed_db")


def test_a_commit_runs_the_balance_check_without_being_asked():
    with pytest.raises(IntegrityError, match="has 0 legs"):
        execute(
            "INSERT INTO ledger_transaction (kind, idempotency_key, reference, description, created_at)"
            " VALUES ('payment_captured', 'raw', '', '', now())"
        )
    assert not Transaction.objects.exists()


def test_two_postings_with_one_key_at_once_are_one(meet_before):
    meet_before(locks, "post_under_lock")
    first, second = together(capture, capture)
    assert first == second
    assert Transaction.objects.count() == 1
    assert Account.objects.get(code="escrow:ORDER1").balance_fen == 10_000
    assert audit_books().violations == []


def test_control_with_two_keys_the_same_money_is_booked_twice(meet_before):
    hold = partial(services.hold_escrow, reference="ORDER1", gateway="alipay", amount_fen=10_000)
    meet_before(locks, "post_under_lock")
    together(partial(hold, key="a"), partial(hold, key="b"))
    assert Account.objects.get(code="escrow:ORDER1").balance_fen == 20_000
    assert audit_books().violations == []


def test_two_debits_at_once_never_overdraw_an_account(meet_before):
    account = fund_available(make_user(), 10_000)
    meet_before(locks, "post_under_lock")
    results = together(partial(debit, account, 6_000, "payout:1"), partial(debit, account, 6_000, "payout:2"))
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, LedgerError)
    assert refusal.code == LedgerErrorCode.INSUFFICIENT_FUNDS
    account.refresh_from_db()
    assert account.balance_fen == 4_000
    assert audit_books().violations == []


def test_control_without_the_lock_more_is_paid_out_than_there_was(account_locks_off):
    account = fund_available(make_user(), 10_000)
    account_locks_off()
    results = together(partial(debit, account, 6_000, "payout:1"), partial(debit, account, 6_000, "payout:2"))
    assert [type(result) for result in results] == [Transaction, Transaction]
    assert f"account {account.code} says 4000 fen, its entries -2000" in audit_books().violations


def test_postings_over_the_same_accounts_in_opposite_order_do_not_deadlock(meet_before):
    one, other = fund_available(make_user(), 10_000), fund_available(make_user(), 10_000)

    def move(source, target, key):
        legs = [services.Leg(source, -1_000), services.Leg(target, 1_000)]
        return services.post(kind="earnings_cleared", key=key, legs=legs)

    meet_before(locks, "post_under_lock")
    results = together(partial(move, one, other, "there"), partial(move, other, one, "back"))
    assert [type(result) for result in results] == [Transaction, Transaction]
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.balance_fen, other.balance_fen) == (10_000, 10_000)


def test_two_runs_of_the_clearing_job_clear_once(meet_before):
    order = make_completed_order()
    clearing = Clearing.objects.get()
    meet_before(locks, "lock_clearing")
    clear = partial(services.clear_earnings, clearing_id=clearing.pk)
    first, second = together(clear, clear)
    assert first.cleared_at == second.cleared_at is not None
    wallet = wallet_of(order.seller)
    assert (wallet.available_fen, wallet.pending_fen) == (9_000, 0)
    assert audit_books().violations == []


def test_two_first_earnings_at_once_open_one_wallet():
    seller = make_user()
    first, second = together(partial(services.open_wallet, seller), partial(services.open_wallet, seller))
    assert first == second
    assert seller.ledger_accounts.count() == 2
