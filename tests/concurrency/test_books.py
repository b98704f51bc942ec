"""Balances compared twice at once, two changed accounts, a debt that two incomes repay: each with its control."""

import threading
import time
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger import locks as ledger_locks
from marketplace.ledger.errors import LedgerError
from marketplace.ledger.models import Account, Clearing
from marketplace.ledger.postings_own_money import sum_fen
from marketplace.ledger.selectors import wallet_of
from marketplace.ledger.services import clear_earnings
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import locks, services
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import ReconciliationError
from marketplace.payments.gateways.base import BillKind, BillRow, BillRowKind, PaymentState, PaySnapshot
from marketplace.payments.models import (
    AccountBalance,
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
    PayoutDestination,
    PayoutDestinationKind,
)
from marketplace.payments.services import balances, destinations, own_money, reconciliation
from tests.concurrency.conftest import MeetingPoint
from tests.concurrency.rig import until_waited_for
from tests.databases import together
from tests.factories import make_finance, make_gig, make_order, make_verified_seller
from tests.payments.conftest import (  # noqa: F401 fixtures of the payments' tests, used here too
    alipay_keys,
    deliver_and_accept,
    earn,
    silent_alipay,
)

pytestmark = pytest.mark.usefixtures("committed_db")

DAY = timedelta(days=1)
A_WHILE = 0.4  # long enough for the other one to have read, if nothing keeps it from reading


def slowly(monkeypatch, module, name):
    """Make a function take a while after its work: whoever has not been kept from reading has read by then."""
    original = getattr(module, name)

    def slow(*args, **kwargs):
        result = original(*args, **kwargs)
        time.sleep(A_WHILE)
        return result

    monkeypatch.setattr(module, name, slow)


# A bill that two runs of the job have at the same time


@pytest.fixture
def bill(db):
    """Yesterday's account bill: ¥1 less than the day before, and nobody knows why."""
    day = timezone.localdate() - DAY
    for kind in BillKind:
        GatewayBill.objects.create(gateway="alipay", kind=kind.value, day=day, matched_at=clock.now())
    AccountBalance.objects.create(
        gateway="alipay", day=day - DAY, there_fen=1_000, here_fen=0, before_fen=1_000, unexplained_fen=0
    )
    return GatewayBill.objects.get(kind=BillKind.FUND)


def compare(bill):
    row = BillRow(BillRowKind.OTHER, "", "", "X1", 100, 0, clock.now(), moved_fen=-100, balance_fen=900)
    return balances.compare_balance(bill=bill, rows=[row])


def test_a_day_that_two_runs_compare_at_once_has_one_balance_and_one_difference(bill, meet_before, monkeypatch):
    meet_before(locks, "lock_bill")
    slowly(monkeypatch, balances, "_explain")
    results = together(partial(compare, bill), partial(compare, bill))
    assert [result.unexplained_fen for result in results] == [-100, -100]
    assert AccountBalance.objects.filter(day=bill.day).count() == Difference.objects.count() == 1


def test_control_without_the_lock_the_second_run_fails(bill, monkeypatch):
    point, explain = MeetingPoint(once=True), balances._explain

    def explain_together(balance):
        point.wait()
        explain(balance)

    monkeypatch.setattr(locks, "lock_bill", lambda bill_id: GatewayBill.objects.get(pk=bill_id))
    monkeypatch.setattr(balances, "_explain", explain_together)
    results = together(partial(compare, bill), partial(compare, bill))
    assert sorted(type(result).__name__ for result in results) == ["AccountBalance", IntegrityError.__name__]


# A line is booked while a colleague approves the balance that it explains


@pytest.fixture
def line(bill):
    """The ¥1 that is missing: a refund of which our books know nothing."""
    compare(bill)
    return Difference.objects.create(
        bill=bill, kind=DifferenceKind.MISSING_HERE, row_kind="refund", out_trade_no="X1", there_fen=100
    )


@pytest.fixture
def movement(line):
    """Somebody asked for the booking of the balance before the line was found."""
    whole = Difference.objects.get(kind=DifferenceKind.BALANCE)
    Difference.objects.filter(pk=line.pk).update(status=DifferenceStatus.RESOLVED)
    movement = own_money.ask_balance(difference_id=whole.pk, staff=make_finance())
    Difference.objects.filter(pk=line.pk).update(status=DifferenceStatus.OPEN)
    return movement


def book_line_and_approve_balance(line, movement):
    return together(
        partial(reconciliation.book_to_suspense, difference_id=line.pk, staff=make_finance()),
        partial(own_money.approve_own_movement, movement_id=movement.pk, staff=make_finance()),
    )


def suspense_fen():
    return sum_fen("suspense:alipay")


def test_a_line_and_its_balance_booked_at_once_are_booked_once(line, movement, meet_before, monkeypatch):
    meet_before(locks, "lock_bill")
    slowly(monkeypatch, balances, "_explain")
    booked, approved = book_line_and_approve_balance(line, movement)
    assert booked.status == DifferenceStatus.RESOLVED
    assert isinstance(approved, ReconciliationError)
    assert suspense_fen() == -100
    assert audit_money().violations == []


def test_control_without_the_bills_lock_the_same_money_is_booked_twice(line, movement, monkeypatch):
    point, explain, approver = MeetingPoint(once=True), balances._explain, locks.lock_own_movement
    approving, booked, book = threading.local(), threading.Event(), reconciliation.book_to_suspense

    def lock_own_movement(pk):
        approving.here = True
        return approver(pk)

    def explain_together(balance):
        explain(balance)
        point.wait()
        if getattr(approving, "here", False):
            assert booked.wait(60)

    def book_and_say_so(**kwargs):
        try:
            return book(**kwargs)
        finally:
            booked.set()

    monkeypatch.setattr(locks, "lock_own_movement", lock_own_movement)
    monkeypatch.setattr(locks, "lock_bill", lambda bill_id: GatewayBill.objects.get(pk=bill_id))
    monkeypatch.setattr(balances, "_explain", explain_together)
    monkeypatch.setattr(reconciliation, "book_to_suspense", book_and_say_so)
    book_line_and_approve_balance(line, movement)
    assert suspense_fen() == -200


# Two new accounts of one kind at the same time


@pytest.fixture
def seller(silent_alipay):  # noqa: F811
    """Has an account already."""
    person = make_verified_seller()
    change(person, "lin@example.com")
    return person


def change(person, account):
    return services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account=account)


def test_of_two_changes_of_an_account_at_once_one_account_is_left(seller, meet_before, monkeypatch):
    meet_before(locks, "lock_destinations")
    slowly(monkeypatch, destinations, "encrypt_text")  # between retiring the old one and making the new one
    results = together(partial(change, seller, "a@example.com"), partial(change, seller, "b@example.com"))
    assert not [result for result in results if isinstance(result, Exception)]
    assert PayoutDestination.objects.count() == 3
    assert PayoutDestination.objects.get(retired_at=None) in results


def test_of_two_first_accounts_named_at_once_one_is_left(meet_before, monkeypatch):
    newcomer = make_verified_seller()
    meet_before(locks, "lock_destinations")
    slowly(monkeypatch, destinations, "encrypt_text")
    results = together(partial(change, newcomer, "a@example.com"), partial(change, newcomer, "b@example.com"))
    assert not [result for result in results if isinstance(result, Exception)]
    assert PayoutDestination.objects.get(user=newcomer, retired_at=None) in results


def test_control_without_the_lock_one_change_fails(seller, monkeypatch):
    point = MeetingPoint(once=True)
    # Whoever retires the old account first waits until the other one has begun to, and so has not seen the new one.
    first, encrypt_text = threading.Lock(), destinations.encrypt_text

    def when_the_other_waits(text):
        if first.acquire(blocking=False):
            until_waited_for()
        return encrypt_text(text)

    monkeypatch.setattr(locks, "lock_destinations", lambda user_id: point.wait())
    monkeypatch.setattr(destinations, "encrypt_text", when_the_other_waits)
    results = together(partial(change, seller, "a@example.com"), partial(change, seller, "b@example.com"))
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


# A debt that a returned withdrawal and the income of another order repay at the same time


@pytest.fixture
def owing(silent_alipay):  # noqa: F811
    """Owes ¥4,200; ¥3,000 are in a withdrawal that is to be cancelled, ¥1,800 of another order are due to clear."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    change(person, "lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    destination = PayoutDestination.objects.get()
    payouts = [
        services.request_payout(user=person, destination_id=destination.pk, gross_fen=300_000, request_key=uuid4())
        for _ in range(2)
    ]
    orders.refund_part(order_id=Order.objects.get().pk, actor=make_finance(), amount_fen=800_000, reason="协商")
    order = make_order(gig=make_gig(seller=person, price_fen=200_000))
    payment = services.start_payment(order_id=order.pk, gateway_code="alipay")
    paid = PaySnapshot(payment.out_trade_no, PaymentState.PAID, "T2", payment.amount_fen, timezone.now())
    services.apply_snapshot(payment_id=payment.pk, snapshot=paid)
    deliver_and_accept(order)
    clearing = Clearing.objects.get(reference=f"order:{order.number}:release")
    assert (wallet_of(person).available_fen, wallet_of(person).debt_fen) == (0, 420_000)
    return (
        person,
        partial(services.cancel_payout, payout_id=payouts[0].pk, user=person),
        partial(clear_earnings, clearing_id=clearing.pk),
    )


def test_a_debt_that_two_incomes_repay_at_once_is_repaid_once(owing, meet_before, monkeypatch):
    person, cancel, clear = owing
    slowly(monkeypatch, ledger_locks, "lock_debt")
    meet_before(ledger_locks, "lock_debt")
    results = together(cancel, clear)
    assert not [result for result in results if isinstance(result, Exception)]
    assert (wallet_of(person).available_fen, wallet_of(person).debt_fen) == (60_000, 0)
    assert audit_money().violations == []


def test_control_without_the_lock_only_the_guard_of_the_database_stops_the_second_repayment(owing, monkeypatch):
    _person, cancel, clear = owing
    point = MeetingPoint(once=True)

    def unlocked(wallet, debt_code):
        owed_fen = -Account.objects.get(code=debt_code).balance_fen
        point.wait()
        return owed_fen

    monkeypatch.setattr(ledger_locks, "lock_debt", unlocked)
    results = together(cancel, clear)
    assert [type(result) for result in results if isinstance(result, Exception)] == [LedgerError]
