"""Withdrawals in the admin and on the seller's page: who may see and decide, and that a refusal changes nothing."""

import csv
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from marketplace.core import clock
from marketplace.ledger.selectors import wallet_of
from marketplace.payments import payout_selectors, services
from marketplace.payments.gateways.base import TransferSnapshot, TransferState
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind, PayoutStatus, TaxYear
from tests.factories import make_finance, make_moderator, make_user, make_verified_seller
from tests.logins import log_in
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]


@pytest.fixture
def seller(silent_alipay):
    """Verified, ¥9,000 available, an Alipay account that can be used."""
    person = make_verified_seller()
    earn(person, amount_fen=900_000)
    services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now() - timedelta(days=400))
    return person


def request(person, gross_fen):
    destination = PayoutDestination.objects.get(user=person)
    return services.request_payout(user=person, destination_id=destination.pk, gross_fen=gross_fen, request_key=uuid4())


@pytest.fixture
def waiting(seller):
    """A withdrawal that two people have to approve."""
    return request(seller, 600_000)


def untouched(payout):
    payout.refresh_from_db()
    assert (payout.status, payout.first_approver) == (PayoutStatus.AWAITING_APPROVAL, None)
    assert wallet_of(payout.user).available_fen == 300_000


def as_staff(client, person):
    log_in(person, client=client)
    return client


def test_finance_sees_approves_and_refuses_withdrawals(waiting, client):
    as_staff(client, make_finance())
    page = client.get(reverse("payments_payouts")).content.decode()
    assert waiting.reference in page
    assert "¥6,000.00" in page
    client.post(reverse("payments_payout_approve", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert waiting.first_approver is not None
    reject = reverse("payments_payout_reject", args=[waiting.pk])
    client.post(reject, {"reason": ""})
    waiting.refresh_from_db()
    assert waiting.status == PayoutStatus.AWAITING_APPROVAL  # why it is refused has to be said
    client.post(reject, {"reason": "姓名不符"})
    waiting.refresh_from_db()
    assert (waiting.status, waiting.problem) == (PayoutStatus.REJECTED, "姓名不符")
    assert wallet_of(waiting.user).available_fen == 900_000


def test_a_moderator_sees_and_changes_nothing(waiting, client):
    as_staff(client, make_moderator())
    today = timezone.localdate()
    for url in (
        reverse("payments_payouts"),
        reverse("payments_tax_report", args=[today.year, (today.month + 2) // 3]),
    ):
        answer = client.get(url)
        assert answer.status_code in (302, 403)
        assert waiting.reference not in answer.content.decode()
        assert "林青山" not in answer.content.decode()
    for name, form in (("payments_payout_approve", {}), ("payments_payout_reject", {"reason": "不行"})):
        assert client.post(reverse(name, args=[waiting.pk]), form).status_code in (302, 403)
        untouched(waiting)


def test_looking_decides_nothing(waiting, client):
    as_staff(client, make_finance())
    for name in ("payments_payout_approve", "payments_payout_reject"):
        assert client.get(reverse(name, args=[waiting.pk])).status_code == 405
    untouched(waiting)


def test_a_refusal_without_the_permission_or_of_ones_own_is_refused_itself(waiting, seller):
    with pytest.raises(PermissionDenied):
        services.reject_payout(payout_id=waiting.pk, staff=make_moderator(), reason="不行")
    untouched(waiting)
    seller.groups.set(make_finance().groups.all())
    with pytest.raises(PermissionDenied):
        services.reject_payout(payout_id=waiting.pk, staff=type(seller).objects.get(pk=seller.pk), reason="不行")
    untouched(waiting)


def test_a_stranger_finds_no_withdrawal_and_cancels_none(waiting, seller):
    for person in (make_user(), make_finance(), make_verified_seller(name="别人")):
        client = log_in(person)
        assert client.get(reverse("payments:payout", args=[waiting.reference])).status_code == 404
        assert client.post(reverse("payments:payout_cancel", args=[waiting.reference])).status_code == 404
        untouched(waiting)
    owner = log_in(seller)
    assert owner.get(reverse("payments:payout", args=[waiting.reference])).status_code == 200
    assert owner.get(reverse("payments:payout_cancel", args=[waiting.reference])).status_code == 405
    untouched(waiting)
    assert owner.post(reverse("payments:payout_cancel", args=[waiting.reference])).status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == PayoutStatus.CANCELLED


# The tax report and the year of tax


def quarter(day):
    return day.year, (day.month + 2) // 3


def moved(payout, **when):
    """As if it had been asked for, or come back, then."""
    Payout.objects.filter(pk=payout.pk).update(**when)


def bounce(payout):
    for state in (TransferState.DONE, TransferState.FAILED):
        Payout.objects.filter(pk=payout.pk, status=PayoutStatus.APPROVED).update(status=PayoutStatus.SENT)
        services.apply_transfer_snapshot(
            TransferSnapshot(payout.reference, state, "T1", payout.amount_fen), gateway_code="alipay"
        )
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED


def report(client, at):
    answer = client.get(reverse("payments_tax_report", args=quarter(at)))
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))[1:]


def test_the_report_counts_what_left_in_its_quarter_and_what_did_not_come_back(seller, client):
    now = timezone.now()
    kept, gone, other = request(seller, 100_000), request(seller, 200_000), request(seller, 300_000)
    services.cancel_payout(payout_id=gone.pk, user=seller)
    moved(other, created_at=now - timedelta(days=100))
    as_staff(client, make_finance())
    today = timezone.localdate()
    name = f"{today.year}-Q{quarter(today)[1]}"
    assert report(client, today) == [[str(seller.pk), "林青山", name, "1", "1000.00", "0.00", "1000.00"]]
    assert [row[4] for row in report(client, today - timedelta(days=100))] == ["3000.00"]
    assert kept.status == PayoutStatus.APPROVED


def test_what_comes_back_after_its_quarter_was_reported_is_a_negative_line_of_the_later_one(seller, client):
    payout = request(seller, 400_000)
    long_ago = timezone.now() - timedelta(days=100)
    moved(payout, created_at=long_ago)
    before = payout_selectors.income_of_quarter(*quarter(timezone.localtime(long_ago)))
    bounce(payout)
    earlier, later = timezone.localtime(long_ago).date(), timezone.localdate()
    assert payout_selectors.income_of_quarter(*quarter(earlier)) == before  # what was reported stays as it was
    (line,) = payout_selectors.income_of_quarter(*quarter(later))
    assert (line.seller, line.gross_fen, line.tax_fen, line.payments) == (seller, -400_000, 0, -1)
    as_staff(client, make_finance())
    name = f"{earlier.year}-Q{quarter(earlier)[1]}"
    assert report(client, later) == [[str(seller.pk), "林青山", name, "-1", "-4000.00", "0.00", "-4000.00"]]


def test_the_report_asks_for_names_once_however_many_sellers_there_are(seller, client, django_assert_max_num_queries):
    as_staff(client, make_finance())
    request(seller, 100_000)
    with django_assert_max_num_queries(1_000) as few:
        report(client, timezone.localdate())
    for name in ("江一", "江二", "江三"):
        person = make_verified_seller(name=name)
        earn(person, amount_fen=90_000)
        services.set_destination(user=person, kind=PayoutDestinationKind.ALIPAY, account="lin@example.com")
        PayoutDestination.objects.update(usable_from=timezone.now())
        request(person, 10_000)
    with django_assert_max_num_queries(len(few)):
        assert {row[1] for row in report(client, timezone.localdate())} == {"林青山", "江一", "江二", "江三"}


def test_a_year_whose_only_withdrawal_came_back_begins_with_the_next_one(seller):
    march = timezone.now().replace(month=3, day=5)
    with clock.moved_to(march):
        payout = request(seller, 400_000)
        assert TaxYear.objects.get().first_month == 3
        services.cancel_payout(payout_id=payout.pk, user=seller)
    with clock.moved_to(march.replace(month=8)):
        assert services.preview_tax(user=seller, gross_fen=800_000).months == 1
        assert request(seller, 800_000).tax_fen == 4_200  # 80 % less 5,000 of one month, not of six
        assert TaxYear.objects.get().first_month == 8


def test_when_the_first_withdrawal_of_a_year_comes_back_the_year_begins_with_the_one_that_is_left(seller):
    march = timezone.now().replace(month=3, day=5)
    with clock.moved_to(march):
        first = request(seller, 100_000)
        moved(first, created_at=march)
    with clock.moved_to(march.replace(month=8)):
        second = request(seller, 100_000)
        moved(second, created_at=march.replace(month=8))
        services.cancel_payout(payout_id=first.pk, user=seller)
    year = TaxYear.objects.get()
    assert (year.first_month, year.income_fen) == (8, 100_000)
