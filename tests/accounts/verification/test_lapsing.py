"""What time does: papers expire after a warning, papers of rejected cases are deleted."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from marketplace.accounts import selectors, services, tasks
from marketplace.accounts.models import RejectionReason, UserVerification, VerificationStatus
from marketplace.core import clock
from marketplace.notifications.models import Notification
from tests.accounts.verification.conftest import NUMBER, approve, hand_in, noted, number_born, stored_files
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


def test_papers_that_wait_are_kept_and_pictures_of_what_counts_go_in_time(moderator):
    hand_in(make_seller(proved=False))
    case = approve(hand_in(make_seller(proved=False)), moderator)
    with clock.moved_to(timezone.now() + timedelta(days=179)):
        assert tasks.forget_rejected_papers() == 0
    assert len(stored_files()) == 4
    with clock.moved_to(timezone.now() + timedelta(days=181)):
        assert tasks.forget_rejected_papers() == 1
        assert tasks.forget_rejected_papers() == 0
    assert len(stored_files()) == 2
    case.refresh_from_db()
    assert case.status == VerificationStatus.APPROVED
    assert all([case.name_encrypted, case.number_digest, case.papers_deleted_at])


@pytest.mark.parametrize("bar", [True, False])
def test_of_a_revoked_case_pictures_and_number_go_in_time_and_a_barred_digest_stays(bar, seller, moderator):
    case = approve(hand_in(seller), moderator)
    services.revoke_verification(verification_id=case.pk, moderator=moderator, words="冒用", bar=bar)
    with clock.moved_to(timezone.now() + timedelta(days=181)):
        assert tasks.forget_rejected_papers() == 1
        assert tasks.forget_rejected_papers() == 0
    assert stored_files() == set()
    case.refresh_from_db()
    assert (case.number_encrypted, bool(case.number_digest)) == ("", bar)


def test_who_closes_the_account_leaves_a_name_for_three_years_and_may_come_back_with_the_same_number(
    seller, moderator, django_capture_on_commit_callbacks
):
    case = approve(hand_in(seller), moderator)
    closing = services.ask_for_closing(user_id=seller.pk)
    with clock.moved_to(timezone.now() + timedelta(days=8)), django_capture_on_commit_callbacks(execute=True):
        assert services.carry_out_closing(closing_id=closing.pk)
    assert stored_files() == set()
    case.refresh_from_db()
    assert case.status == VerificationStatus.EXPIRED
    assert case.name_encrypted
    left = [case.number_encrypted, case.number_masked, case.number_digest, case.representative_encrypted]
    assert left == ["", "", "", ""]
    again = approve(hand_in(make_seller(proved=False)), moderator)
    for days, kept in ((8 + 3 * 365, True), (8 + 3 * 365 + 2, False)):
        with clock.moved_to(timezone.now() + timedelta(days=days)):
            tasks.forget_rejected_papers()
        assert UserVerification.objects.filter(pk=case.pk).exists() == kept
    assert UserVerification.objects.filter(pk=again.pk).exists()


def test_closing_twice_keeps_the_name_and_a_barred_digest(seller, moderator):
    case = approve(hand_in(seller), moderator)
    services.revoke_verification(verification_id=case.pk, moderator=moderator, words="冒用", bar=True)
    other = approve(hand_in(make_seller(proved=False), number=number_born(date(1991, 3, 7))), moderator)
    for _time in range(2):
        services.leave_names_only(user=seller)
        services.leave_names_only(user=other.user)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.status, case.number_encrypted, bool(case.number_digest)) == (VerificationStatus.REVOKED, "", True)
    assert other.name_encrypted


def test_a_look_at_a_paper_is_on_record_even_if_the_storage_does_not_answer(seller, moderator):
    paper = hand_in(seller).papers.first()
    paper.file.storage.delete(paper.file.name)
    with pytest.raises(FileNotFoundError):
        services.view_paper(paper=paper, staff=moderator)
    assert [action for action, _data in noted()] == ["verification.paper_viewed"]


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
