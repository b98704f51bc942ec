"""Two people who press at the same time about the platform's own money, each with its control without the lock."""

from functools import partial

import pytest

from marketplace.ledger import locks as ledger_locks
from marketplace.ledger.models import Account, Entry, Transaction
from marketplace.payments import locks
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import OwnMoneyError, OwnMoneyErrorCode
from marketplace.payments.models import OwnMovement, OwnMovementStatus
from marketplace.payments.services import own_money
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_finance, make_verified_seller
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    alipay_keys,
    earn,
    silent_alipay,
)

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def fees(silent_alipay):  # noqa: F811
    """¥1,000 of service fees, at Alipay."""
    earn(make_verified_seller(), amount_fen=900_000)


def ask(amount_fen, number="B1"):
    return own_money.ask_withdrawal(
        staff=make_finance(), gateway_code="alipay", amount_fen=amount_fen, bank_reference=number
    )


def approval(movement):
    return partial(own_money.approve_own_movement, movement_id=movement.pk, staff=make_finance())


def commission():
    return sum(Entry.objects.filter(account__code="platform:commission").values_list("amount_fen", flat=True))


def test_two_approvals_of_one_movement_at_once_book_it_once(fees, meet_before):
    movement = ask(60_000)
    meet_before(locks, "lock_own_movement")
    results = together(approval(movement), approval(movement))
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, OwnMoneyError)
    assert refusal.code == OwnMoneyErrorCode.NOT_WAITING
    assert commission() == 40_000
    assert audit_money().violations == []


def test_control_without_the_lock_both_approve_and_only_the_postings_key_books_once(fees, monkeypatch):
    movement, point = ask(40_000), MeetingPoint(once=True)

    def unlocked(movement_id):
        row = OwnMovement.objects.get(pk=movement_id)
        point.wait()
        return row

    monkeypatch.setattr(locks, "lock_own_movement", unlocked)
    results = together(approval(movement), approval(movement))
    assert sum(isinstance(result, OwnMovement) for result in results) == 2
    assert Transaction.objects.filter(reference=movement.reference).count() == 1


def test_two_withdrawals_at_once_never_take_more_than_our_fees(fees, meet_before):
    movements = [ask(60_000), ask(60_000, "B2")]
    meet_before(ledger_locks, "lock_accounts")
    results = together(*[approval(movement) for movement in movements])
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, OwnMoneyError)
    assert refusal.code == OwnMoneyErrorCode.BEYOND_WHAT_IS_THERE
    assert commission() == 40_000
    assert OwnMovement.objects.filter(status=OwnMovementStatus.POSTED).count() == 1
    assert audit_money().violations == []


def test_control_without_the_lock_more_than_our_fees_leaves(fees, monkeypatch):
    movements, point = [ask(60_000), ask(60_000, "B2")], MeetingPoint(once=True)

    def unlocked(account_ids):
        rows = {account.pk: account for account in Account.objects.filter(pk__in=list(account_ids))}
        point.wait()
        return rows

    monkeypatch.setattr(ledger_locks, "lock_accounts", unlocked)
    original = own_money.postings_own_money.held_fen
    looked = MeetingPoint(once=True)

    def hesitant(gateway):
        found = original(gateway)
        looked.wait()
        return found

    monkeypatch.setattr(own_money.postings_own_money, "held_fen", hesitant)
    together(*[approval(movement) for movement in movements])
    assert commission() == -20_000


def test_the_same_number_of_the_bank_asked_for_twice_at_once_is_one(fees):
    results = together(partial(ask, 1_000), partial(ask, 1_000))
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, OwnMoneyError)
    assert refusal.code == OwnMoneyErrorCode.ALREADY_ASKED_FOR
    assert OwnMovement.objects.count() == 1
