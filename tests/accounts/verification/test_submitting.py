"""Handing in papers: what is kept, how, and what is refused."""

from datetime import date, timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse

from marketplace.accounts import selectors, services, tasks
from marketplace.accounts.errors import VerificationErrorCode
from marketplace.accounts.models import (
    ConsentDocument,
    ConsentRecord,
    RejectionReason,
    UserVerification,
    VerificationKind,
    VerificationPaper,
    VerificationStatus,
)
from marketplace.accounts.services import verification_submitting
from marketplace.core.encryption import decrypt_text
from tests.accounts.verification.conftest import (
    NUMBER,
    approve,
    credit_code,
    hand_in,
    hand_in_company,
    number_born,
    refused,
    stored_files,
)
from tests.factories import make_seller, make_verified_seller
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def raw_row(case):
    """The row as somebody reads it who got at the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_userverification WHERE id = %s", [case.pk])
        return "\n".join(str(value) for value in cursor.fetchone())


def test_papers_wait_for_a_moderator_and_the_separate_consent_is_recorded(seller, settings):
    case = hand_in(seller)
    assert (case.kind, case.status) == (VerificationKind.REAL_NAME, VerificationStatus.PENDING)
    assert selectors.cases_to_decide().get() == case
    assert [paper.kind for paper in case.papers.all()] == ["front", "back"]
    consent = ConsentRecord.objects.get(user=seller)
    assert (consent.document, consent.version) == ("identity", settings.CONSENT_VERSIONS["identity"])
    assert not selectors.may_sell(seller)
    assert selectors.verified_real_name(seller) == ""


def test_neither_name_nor_number_stands_in_the_database_in_the_clear(seller):
    case = hand_in(seller, name="林青山")
    raw = raw_row(case)
    assert NUMBER not in raw
    assert NUMBER[6:14] not in raw  # the date of birth
    assert "林青山" not in raw
    assert f"3301**********{NUMBER[-4:]}" in raw
    assert decrypt_text(case.number_encrypted) == NUMBER
    assert decrypt_text(case.name_encrypted) == "林青山"


def test_the_representative_of_a_company_is_encrypted_and_its_name_is_public():
    seller = make_verified_seller()
    case = hand_in_company(seller)
    raw = raw_row(case)
    assert "林青山" not in raw
    assert credit_code() not in raw
    assert case.company_name in raw


def test_no_file_in_the_storage_can_be_read(seller):
    hand_in(seller)
    files = stored_files()
    assert len(files) == 2
    for name in files:
        assert storages["private"].open(name).read().startswith(b"gAAAA")  # a Fernet token, nothing of the picture


def test_somebody_under_18_is_refused_and_nothing_is_kept(seller, today):
    tomorrow = today + timedelta(days=1)
    born = date(tomorrow.year - 18, tomorrow.month, tomorrow.day)
    refusal = refused(hand_in, seller, number=number_born(born))
    assert refusal.code == VerificationErrorCode.UNDER_AGE
    nothing_was_kept()


def test_who_turns_18_today_may_hand_in(seller, today):
    hand_in(seller, number=number_born(date(today.year - 18, today.month, today.day)))
    assert UserVerification.objects.get().status == VerificationStatus.PENDING


def test_papers_count_through_their_last_day_and_not_a_day_longer(seller, today):
    refusal = refused(hand_in, seller, valid_until=today - timedelta(days=1))
    assert refusal.code == VerificationErrorCode.PAPERS_EXPIRED
    nothing_was_kept()
    hand_in(seller, valid_until=today)
    assert UserVerification.objects.count() == 1


def test_a_second_case_waits_until_the_first_one_is_decided(seller, moderator):
    case = hand_in(seller)
    refusal = refused(hand_in, seller)
    assert refusal.code == VerificationErrorCode.ALREADY_PENDING
    assert (UserVerification.objects.count(), len(stored_files())) == (1, 2)
    services.reject_verification(
        verification_id=case.pk, moderator=moderator, reason_code=RejectionReason.UNREADABLE, words=""
    )
    hand_in(seller)
    assert [each.status for each in UserVerification.objects.order_by("pk")] == ["rejected", "pending"]


def test_who_is_verified_hands_in_again_only_when_the_papers_expire_soon(seller, moderator, today):
    approve(hand_in(seller, valid_until=today + timedelta(days=31)), moderator)
    refusal = refused(hand_in, seller)
    assert refusal.code == VerificationErrorCode.ALREADY_VERIFIED
    assert (UserVerification.objects.count(), len(stored_files())) == (1, 2)
    UserVerification.objects.update(valid_until=today + timedelta(days=30))
    hand_in(seller)
    assert selectors.may_sell(seller)  # the old papers count until the new ones do


def test_one_identity_verifies_one_account(seller, moderator):
    approve(hand_in(seller), moderator)
    other = make_seller(proved=False)
    refusal = refused(hand_in, other)
    assert refusal.code == VerificationErrorCode.NUMBER_IN_USE
    assert not UserVerification.objects.filter(user=other).exists()
    assert len(stored_files()) == 2


def test_a_number_that_only_waits_does_not_keep_its_owner_out(seller):
    """Otherwise anybody could block somebody else's number by handing it in with any picture."""
    hand_in(make_seller(proved=False))
    assert hand_in(seller).status == VerificationStatus.PENDING


def test_a_barred_number_is_refused_on_every_account(seller, moderator):
    case = approve(hand_in(seller), moderator)
    services.revoke_verification(verification_id=case.pk, moderator=moderator, words="证件系伪造", bar=True)
    for person in (seller, make_seller(proved=False)):
        assert refused(hand_in, person).code == VerificationErrorCode.NUMBER_BARRED
    assert UserVerification.objects.count() == 1
    hand_in(seller, number=number_born(date(1991, 1, 1)))  # control: the number is barred, not the person


def test_a_company_needs_its_persons_real_name_first(seller):
    assert refused(hand_in_company, seller).code == VerificationErrorCode.REAL_NAME_FIRST
    nothing_was_kept()
    hand_in_company(make_verified_seller())


def test_what_waits_can_be_taken_back_and_is_deleted_at_once(seller, moderator):
    case = hand_in(seller)
    services.withdraw_verification(user=seller, kind=VerificationKind.REAL_NAME)
    case.refresh_from_db()
    assert case.status == VerificationStatus.WITHDRAWN
    assert (case.name_encrypted, case.number_encrypted, case.number_digest) == ("", "", "")
    assert not case.papers.exists()
    assert stored_files() == set()
    assert not selectors.cases_to_decide().exists()
    assert not selectors.due_for_checking().exists()
    hand_in(seller)
    assert selectors.pending_case(seller, VerificationKind.REAL_NAME)


@pytest.mark.parametrize("decide", [approve, None])
def test_what_was_decided_or_never_handed_in_cannot_be_taken_back(decide, seller, moderator):
    if decide is not None:
        decide(hand_in(seller), moderator)
    before = list(UserVerification.objects.values())
    refusal = refused(services.withdraw_verification, user=seller, kind=VerificationKind.REAL_NAME)
    assert refusal.code == VerificationErrorCode.WRONG_STATE
    assert list(UserVerification.objects.values()) == before
    assert len(stored_files()) == (2 if decide else 0)


def test_papers_that_a_dying_process_left_are_deleted_by_the_nightly_job(seller, monkeypatch):
    hand_in(seller)
    monkeypatch.setattr(verification_submitting, "erase_papers", lambda **_case: None)  # it dies here
    services.withdraw_verification(user=seller, kind=VerificationKind.REAL_NAME)
    assert len(stored_files()) == 2
    assert tasks.forget_rejected_papers() == 1
    assert stored_files() == set()


def nothing_was_kept():
    assert not UserVerification.objects.exists()
    assert not VerificationPaper.objects.exists()
    assert not ConsentRecord.objects.exists()
    assert stored_files() == set()


def test_the_consent_to_identity_papers_is_taken_back_with_its_effect_which_is_said_before(seller, moderator):
    client = log_in(seller)
    name = approve(hand_in(seller), moderator)
    company = hand_in_company(seller)
    assert "撤回同意并删除我的身份资料" in client.get(reverse("accounts:privacy")).content.decode()
    client.post(reverse("accounts:consent_choose", args=["identity"]), {"given": "0"})
    name.refresh_from_db()
    company.refresh_from_db()
    assert (name.status, company.status) == (VerificationStatus.EXPIRED, VerificationStatus.WITHDRAWN)
    assert [name.name_encrypted, name.number_encrypted, name.number_digest, company.number_encrypted] == [""] * 4
    assert stored_files() == set()
    assert not selectors.has_consent(seller, ConsentDocument.IDENTITY)
    assert not selectors.sellers_in_order().filter(pk=seller.pk).exists()
    assert "撤回同意并删除我的身份资料" not in client.get(reverse("accounts:privacy")).content.decode()
