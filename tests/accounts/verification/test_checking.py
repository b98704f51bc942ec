"""The automated check: asked once at a time, again when it is silent, and never the one that decides unless told to."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.accounts import identity_checks, selectors, services, tasks
from marketplace.accounts.identity_checks import sandbox
from marketplace.accounts.models import CheckResult, RejectionReason, UserVerification, VerificationStatus
from marketplace.accounts.services.verification_checking import RETRY_MINUTES
from marketplace.core import clock
from marketplace.core.config import set_config
from tests.accounts.verification.conftest import NUMBER, approve, hand_in, noted
from tests.factories import make_seller

pytestmark = pytest.mark.django_db


class Asked(sandbox.SandboxIdentityChecker):
    """The sandbox, counting."""

    calls: list[tuple[str, str]] = []
    in_transaction: list[int] = []

    def check(self, *, name, number):
        self.calls.append((name, number))
        self.in_transaction.append(len(transaction.get_connection().savepoint_ids))
        return super().check(name=name, number=number)


@pytest.fixture(autouse=True)
def asked(settings):
    settings.IDENTITY_CHECK_BACKEND = f"{__name__}.Asked"
    Asked.calls.clear()
    Asked.in_transaction.clear()
    return Asked.calls


def test_after_handing_in_the_job_asks_once_and_keeps_the_answer(seller, asked):
    case = hand_in(seller, name="林青山")
    assert asked == []
    assert tasks.check_identities() == 1
    assert asked == [("林青山", NUMBER)]
    assert Asked.in_transaction == [0]  # no savepoint: in no transaction of ours
    case.refresh_from_db()
    assert case.check_result == CheckResult.MATCH
    assert case.check_reference.startswith("SANDBOX-")
    assert case.status == VerificationStatus.PENDING
    assert tasks.check_identities() == 0
    assert len(asked) == 1


def test_a_mismatch_is_shown_to_the_moderator_and_rejects_nobody(seller):
    case = hand_in(seller, number=sandbox.MISMATCH_NUMBER)
    set_config(key="verification.approve_on_match", value=1, reason="测试")
    tasks.check_identities()
    case.refresh_from_db()
    assert (case.check_result, case.status) == (CheckResult.MISMATCH, VerificationStatus.PENDING)


@pytest.mark.parametrize("number", [sandbox.UNKNOWN_NUMBER, sandbox.UNAVAILABLE_NUMBER])
def test_no_answer_is_asked_for_again_later_each_time_and_at_last_given_up(seller, number, asked):
    case = hand_in(seller, number=number)
    moment = timezone.now()
    for minutes in RETRY_MINUTES:
        with clock.moved_to(moment):
            assert tasks.check_identities() == 1
            assert tasks.check_identities() == 0  # not before its time
        moment += timedelta(minutes=minutes, seconds=5)
    with clock.moved_to(moment):
        assert tasks.check_identities() == 1
    with clock.moved_to(moment + timedelta(days=30)):
        assert tasks.check_identities() == 0
    assert len(asked) == len(RETRY_MINUTES) + 1
    case.refresh_from_db()
    assert (case.check_result, case.status) == (CheckResult.UNKNOWN, VerificationStatus.PENDING)


def test_a_match_approves_alone_only_where_the_platform_says_so(seller):
    set_config(key="verification.approve_on_match", value=1, reason="测试")
    case = hand_in(seller)
    tasks.check_identities()
    case.refresh_from_db()
    assert (case.status, case.reviewed_by) == (VerificationStatus.APPROVED, None)
    assert selectors.may_sell(seller)
    assert noted() == []


def test_a_match_with_a_number_in_use_is_left_to_a_person(seller, moderator):
    first, second = hand_in(seller), hand_in(make_seller(proved=False))
    approve(first, moderator)
    set_config(key="verification.approve_on_match", value=1, reason="测试")
    tasks.check_identities()
    second.refresh_from_db()
    assert (second.check_result, second.status) == (CheckResult.MATCH, VerificationStatus.PENDING)


def test_what_was_decided_meanwhile_is_not_asked_about(seller, moderator, asked):
    approve(hand_in(seller), moderator)
    assert tasks.check_identities() == 0
    assert asked == []


def test_an_answer_that_comes_after_the_decision_changes_nothing(seller, moderator, monkeypatch):
    case = hand_in(seller)
    answer = sandbox.SandboxIdentityChecker.check

    def decided_while_asking(self, *, name, number):
        services.reject_verification(
            verification_id=case.pk, moderator=moderator, reason_code=RejectionReason.OTHER, words="重复提交"
        )
        return answer(self, name=name, number=number)

    monkeypatch.setattr(sandbox.SandboxIdentityChecker, "check", decided_while_asking)
    set_config(key="verification.approve_on_match", value=1, reason="测试")
    tasks.check_identities()
    case.refresh_from_db()
    assert (case.status, case.check_result) == (VerificationStatus.REJECTED, "")


def test_without_a_service_people_decide_alone(seller, settings, asked):
    settings.IDENTITY_CHECK_BACKEND = ""
    assert identity_checks.identity_checker() is None
    hand_in(seller)
    assert UserVerification.objects.get().check_due_at is None
    assert tasks.check_identities() == 0
    assert asked == []
