"""Withdrawals that race each other, each with its control without the lock."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from marketplace.ledger.selectors import wallet_of
from marketplace.payments import locks, services
from marketplace.payments.audit import audit_money
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.gateways.base import TransferSnapshot, TransferState
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus, TaxYear
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
def seller(silent_alipay):  # noqa: F811
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    return person


def request(person, gross_fen, key=None):
    destination = PayoutDestination.objects.get(user=person)
    return services.request_payout(
        user=person, destination_id=destination.pk, gross_fen=gross_fen, request_key=key or uuid4()
    )


@pytest.fixture
def tax_years_unlocked(monkeypatch, seller):
    """The control: both threads have read the year of tax before either goes on."""
    point, today = MeetingPoint(once=True), timezone.localdate()
    TaxYear.objects.create(user=seller, year=today.year, first_month=today.month)

    def unlocked(*, user_id, year, month):
        row = TaxYear.objects.get(user_id=user_id, year=year)
        point.wait()
        return row

    monkeypatch.setattr(locks, "lock_tax_year", unlocked)


def test_two_payouts_at_once_are_taxed_as_one_year(seller, meet_before):
    meet_before(locks, "lock_tax_year")
    one, other = together(partial(request, seller, 450_000), partial(request, seller, 450_000))
    assert one.tax_fen + other.tax_fen == 6_600  # 9,000 × 80 % − 5,000, 3 % of it
    year = TaxYear.objects.get()
    assert (year.income_fen, year.withheld_fen) == (900_000, 6_600)
    assert wallet_of(seller).available_fen == 0
    assert audit_money().violations == []


def test_control_without_the_lock_the_year_forgets_a_payout(seller, tax_years_unlocked):
    one, other = together(partial(request, seller, 450_000), partial(request, seller, 450_000))
    assert one.tax_fen + other.tax_fen == 0
    assert TaxYear.objects.get().income_fen == 450_000


def test_two_payouts_of_the_whole_balance_at_once_are_one(seller, meet_before):
    meet_before(locks, "lock_tax_year")
    results = together(partial(request, seller, 800_000), partial(request, seller, 800_000))
    (refusal,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, PayoutError)
    assert refusal.code == PayoutErrorCode.NOT_ENOUGH
    assert Payout.objects.count() == 1
    assert audit_money().violations == []


def test_a_form_sent_twice_at_once_is_one_payout(seller, meet_before):
    key = uuid4()
    meet_before(locks, "lock_tax_year")
    one, other = together(partial(request, seller, 100_000, key), partial(request, seller, 100_000, key))
    assert one == other
    assert wallet_of(seller).available_fen == 800_000


def test_control_without_the_lock_the_database_stops_the_second_form(seller, tax_years_unlocked, meet_before):
    key = uuid4()
    meet_before(Payout.objects, "create")
    results = together(partial(request, seller, 100_000, key), partial(request, seller, 100_000, key))
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


@pytest.fixture
def payouts_unlocked(monkeypatch):
    """The control: both threads have read the payout before either goes on."""
    point = MeetingPoint(once=True)

    def unlocked(payout_id):
        payout = Payout.objects.select_related("user", "destination", "tax_year").get(pk=payout_id)
        point.wait()
        return payout

    monkeypatch.setattr(locks, "lock_payout", unlocked)


def approve(payout, staff):
    return services.approve_payout(payout_id=payout.pk, staff=staff)


def test_two_approvals_at_once_are_two(seller, meet_before):
    payout = request(seller, 600_000)
    meet_before(locks, "lock_payout")
    together(*[partial(approve, payout, make_finance()) for _ in range(2)])
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.APPROVED
    assert payout.first_approver != payout.second_approver


def test_control_without_the_lock_an_approval_is_lost(seller, payouts_unlocked):
    payout = request(seller, 600_000)
    together(*[partial(approve, payout, make_finance()) for _ in range(2)])
    payout.refresh_from_db()
    assert (payout.status, payout.second_approver) == (PayoutStatus.AWAITING_APPROVAL, None)


def test_a_failure_told_twice_at_once_brings_the_money_back_once(seller, meet_before):
    payout = request(seller, 450_000)
    services.send_payout(payout=payout)
    failed = TransferSnapshot(payout.reference, TransferState.FAILED, "T", payout.amount_fen)
    meet_before(locks, "lock_tax_year")
    assert together(*[partial(services.apply_transfer_snapshot, failed, gateway_code="alipay")] * 2) == ["", ""]
    assert wallet_of(seller).available_fen == 900_000
    assert TaxYear.objects.get().income_fen == 0
    assert audit_money().violations == []


def test_a_cancellation_and_the_sending_at_once_have_one_winner(seller):
    payout = request(seller, 450_000)
    cancel = partial(services.cancel_payout, payout_id=payout.pk, user=seller)
    results = together(cancel, partial(services.send_payout, payout=payout))
    payout.refresh_from_db()
    if isinstance(results[0], PayoutError):
        assert payout.status == PayoutStatus.SENT
        assert wallet_of(seller).available_fen == 450_000
    else:
        assert payout.status == PayoutStatus.CANCELLED
        assert wallet_of(seller).available_fen == 900_000
    assert audit_money().violations == []
