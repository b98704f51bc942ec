"""Two moderators, or a moderator and a person, at the same time; each race with its control without the lock."""

from functools import partial

import pytest

from marketplace.accounts import locks, services
from marketplace.accounts.errors import VerificationError, VerificationErrorCode
from marketplace.accounts.models import RejectionReason, UserVerification, VerificationKind, VerificationStatus
from marketplace.notifications.models import Notification
from tests.accounts.verification.conftest import _own_folder, hand_in, noted  # noqa: F401 a fixture of those tests, used here too
from tests.concurrency.conftest import MeetingPoint
from tests.databases import together
from tests.factories import make_moderator, make_seller

pytestmark = pytest.mark.usefixtures("committed_db")


def approval(case, moderator=None):
    return partial(
        services.approve_verification,
        verification_id=case.pk,
        moderator=moderator or make_moderator(),
        valid_until=None,
    )


def rejection(case):
    return partial(
        services.reject_verification,
        verification_id=case.pk,
        moderator=make_moderator(),
        reason_code=RejectionReason.FORGED,
        words="",
    )


def refusals(results):
    return [result.code for result in results if isinstance(result, VerificationError)]


def unlocked(point):
    """The rows as they are, without a lock, read by both before either goes on."""

    def read(user_id, kind):
        rows = list(UserVerification.objects.filter(user_id=user_id, kind=kind).order_by("pk"))
        point.wait()
        return rows

    return read


def test_two_moderators_who_decide_at_once_decide_once(meet_before):
    case = hand_in(make_seller(proved=False))
    meet_before(locks, "lock_verifications")
    results = together(approval(case), rejection(case))
    assert refusals(results) == [VerificationErrorCode.WRONG_STATE]
    (decided,) = [result for result in results if isinstance(result, UserVerification)]
    case.refresh_from_db()
    assert case.status == decided.status
    assert len(noted()) == 1
    assert Notification.objects.filter(recipient=case.user).count() == 1


def test_control_without_the_lock_both_decide_and_the_person_is_told_two_things(monkeypatch):
    case, point = hand_in(make_seller(proved=False)), MeetingPoint(once=True)
    monkeypatch.setattr(locks, "lock_verifications", unlocked(point))
    results = together(approval(case), rejection(case))
    assert point.was_used
    assert refusals(results) == []
    assert len(noted()) == 2
    assert Notification.objects.filter(recipient=case.user).count() == 2


def test_a_moderator_who_approves_what_is_taken_back_at_once_comes_first_or_not_at_all(meet_before):
    case = hand_in(make_seller(proved=False))
    withdrawal = partial(services.withdraw_verification, user=case.user, kind=VerificationKind.REAL_NAME)
    meet_before(locks, "lock_verifications")
    results = together(approval(case), withdrawal)
    assert refusals(results) == [VerificationErrorCode.WRONG_STATE]
    case.refresh_from_db()
    is_approved = case.status == VerificationStatus.APPROVED
    assert is_approved == bool(case.number_encrypted) == case.papers.exists()


def test_two_accounts_with_one_number_approved_at_once_only_one_counts(meet_before):
    """Two people, so no common lock: the constraint of the database decides."""
    cases = [hand_in(make_seller(proved=False)), hand_in(make_seller(proved=False))]
    meet_before(locks, "lock_verifications")
    results = together(*[approval(case) for case in cases])
    assert refusals(results) == [VerificationErrorCode.NUMBER_IN_USE]
    assert UserVerification.objects.filter(status=VerificationStatus.APPROVED).count() == 1
    assert len(noted()) == 1


def test_a_form_that_is_sent_twice_at_once_is_one_case(meet_before):
    person = make_seller(proved=False)
    meet_before(locks, "lock_user")
    results = together(*[partial(hand_in, person)] * 2)
    assert refusals(results) == [VerificationErrorCode.ALREADY_PENDING]
    assert UserVerification.objects.count() == 1


def test_control_without_the_lock_the_second_one_is_an_error_of_the_database(monkeypatch):
    person, point = make_seller(proved=False), MeetingPoint(once=True)
    require_room = services.verification_submitting._require_room

    def both_have_room(case):
        require_room(case)
        point.wait()

    monkeypatch.setattr(locks, "lock_user", lambda _user_id: None)
    monkeypatch.setattr(services.verification_submitting, "_require_room", both_have_room)
    results = together(*[partial(hand_in, person)] * 2)
    assert point.was_used
    assert sum(type(result).__name__ == "IntegrityError" for result in results) == 1
    assert UserVerification.objects.count() == 1
