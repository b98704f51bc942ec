"""What time does: papers expire after a warning, papers of rejected cases are deleted."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from marketplace.accounts import selectors, services, tasks
from marketplace.accounts.models import RejectionReason, UserVerification, VerificationStatus
from marketplace.core import clock
from marketplace.notifications.models import Notification
from tests.accounts.verification.conftest import NUMBER, approve, hand_in, stored_files
from tests.factories import make_seller

pytestmark = pytest.mark.django_db
KEPT_DAYS = 30


def on(day):
    """Midday of a day in China."""
    return clock.moved_to(timezone.make_aware(datetime.combine(day, time(12)), timezone.get_default_timezone()))


def test_papers_count_through_their_last_day_in_china_and_expire_after_it(seller, moderator, today):
    last_day = today + timedelta(days=60)
    case = approve(hand_in(seller, valid_until=last_day), moderator)
    last_minute = datetime.combine(last_day, time(15, 59), tzinfo=UTC)  # 23:59 in China
    with clock.moved_to(last_minute):
        tasks.expire_verifications()
        assert selectors.may_sell(seller)
    with clock.moved_to(last_minute + timedelta(minutes=2)):
        assert tasks.expire_verifications() == 1
        assert tasks.expire_verifications() == 0
    case.refresh_from_db()
    assert case.status == VerificationStatus.EXPIRED
    assert not selectors.may_sell(seller)


def test_thirty_days_before_the_person_is_told_once(seller, moderator, today):
    approve(hand_in(seller, valid_until=today + timedelta(days=100)), moderator)
    Notification.objects.all().delete()
    for day, told in ((69, 0), (70, 1), (71, 1), (100, 1)):
        with on(today + timedelta(days=day)):
            tasks.expire_verifications()
        assert Notification.objects.count() == told
    assert selectors.may_sell(seller)


def test_papers_for_ever_and_cases_from_before_there_were_papers_never_expire(moderator, today):
    people = [make_seller(proved=False), make_seller(proved=False)]
    approve(hand_in(people[0]), moderator)
    services.confirm_real_name(user=people[1], real_name="林青山")
    with on(today + timedelta(days=20_000)):
        assert tasks.expire_verifications() == 0
    assert all(selectors.may_sell(person) for person in people)


def test_of_a_rejected_case_papers_and_number_are_deleted_in_time_and_the_reason_stays(seller, moderator, today):
    case = hand_in(seller)
    services.reject_verification(
        verification_id=case.pk, moderator=moderator, reason_code=RejectionReason.UNREADABLE, words="反光"
    )
    with clock.moved_to(timezone.now() + timedelta(days=KEPT_DAYS, minutes=-1)):
        assert tasks.forget_rejected_papers() == 0
    assert len(stored_files()) == 2
    with clock.moved_to(timezone.now() + timedelta(days=KEPT_DAYS, minutes=1)):
        assert tasks.forget_rejected_papers() == 1
        assert tasks.forget_rejected_papers() == 0
    assert stored_files() == set()
    case.refresh_from_db()
    assert not case.papers.exists()
    assert [case.name_encrypted, case.number_encrypted, case.number_digest] == ["", "", ""]
    assert (case.status, case.reason, case.number_masked[:4]) == (VerificationStatus.REJECTED, "反光", NUMBER[:4])


def test_papers_that_wait_or_count_are_kept(moderator):
    hand_in(make_seller(proved=False))
    approve(hand_in(make_seller(proved=False)), moderator)
    with clock.moved_to(timezone.now() + timedelta(days=1000)):
        assert tasks.forget_rejected_papers() == 0
    assert len(stored_files()) == 4


def test_a_process_that_died_between_the_files_and_the_rows_goes_on_in_the_next_run(seller, moderator):
    case = hand_in(seller)
    services.reject_verification(
        verification_id=case.pk, moderator=moderator, reason_code=RejectionReason.FORGED, words=""
    )
    paper = case.papers.first()
    paper.file.storage.delete(paper.file.name)  # so far it came
    with clock.moved_to(timezone.now() + timedelta(days=KEPT_DAYS, minutes=1)):
        assert tasks.forget_rejected_papers() == 1
    assert stored_files() == set()
    assert UserVerification.objects.get().papers_deleted_at


def test_of_whoever_leaves_the_papers_are_erased_whatever_became_of_them(seller, moderator):
    case = approve(hand_in(seller), moderator)
    services.erase_papers(verification=case)
    case.refresh_from_db()
    assert stored_files() == set()
    assert [case.name_encrypted, case.number_encrypted, case.number_digest] == ["", "", ""]
    assert case.status == VerificationStatus.APPROVED
    hand_in(make_seller(proved=False))  # the number is free for its owner's next account
