"""What moderators decide: every move of the table and no other, told to the person, noted in the staff log."""

from datetime import datetime, time, timedelta
from itertools import product

import pytest
from django.core import mail
from django.utils import timezone

from marketplace.accounts import selectors, services, tasks
from marketplace.accounts.errors import VerificationErrorCode
from marketplace.accounts.models import RejectionReason, UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.states import VERIFICATION_TRANSITIONS
from marketplace.core import clock, staff_log
from marketplace.notifications import sms
from marketplace.notifications.models import Notification, NotificationSettings, OutboundMessage
from tests.accounts.verification.conftest import NUMBER, approve, hand_in, hand_in_company, noted, refused
from tests.factories import make_moderator, make_seller, make_user

pytestmark = pytest.mark.django_db
S = VerificationStatus


def reject(case, moderator, *, code=RejectionReason.UNREADABLE, words="请在光线好的地方重拍。"):
    return services.reject_verification(verification_id=case.pk, moderator=moderator, reason_code=code, words=words)


def expire(case, moderator, words="证件已挂失"):
    return services.expire_verification(verification_id=case.pk, moderator=moderator, words=words)


def revoke(case, moderator, words="本人举报被冒用"):
    return services.revoke_verification(verification_id=case.pk, moderator=moderator, words=words, bar=False)


ACTS = {S.APPROVED: approve, S.REJECTED: reject, S.EXPIRED: expire, S.REVOKED: revoke}


def case_in(status, seller, moderator):
    """A case that services brought into this state."""
    case = hand_in(seller)
    if status in (S.APPROVED, S.EXPIRED, S.REVOKED):
        approve(case, moderator)
    if status in (S.REJECTED, S.EXPIRED, S.REVOKED):
        ACTS[status](case, moderator)
    if status == S.WITHDRAWN:
        services.withdraw_verification(user=seller, kind=VerificationKind.REAL_NAME)
    case.refresh_from_db()
    assert case.status == status
    return case


@pytest.mark.parametrize(("source", "target"), list(product(S, ACTS)))
def test_every_act_in_every_state_does_what_the_table_says_or_nothing(source, target, seller, moderator):
    case = case_in(source, seller, moderator)
    before, lines, told = (
        UserVerification.objects.filter(pk=case.pk).values().get(),
        noted(),
        Notification.objects.count(),
    )
    if VERIFICATION_TRANSITIONS.allows(source, target, "moderator"):
        ACTS[target](case, moderator)
        case.refresh_from_db()
        assert case.status == target
        assert len(noted()) == len(lines) + 1
        assert Notification.objects.count() == told + 1
        return
    assert refused(ACTS[target], case, moderator).code == VerificationErrorCode.WRONG_STATE
    assert UserVerification.objects.filter(pk=case.pk).values().get() == before
    assert noted() == lines
    assert Notification.objects.count() == told


def test_approved_papers_make_a_seller_whose_name_is_known(seller, moderator, today):
    case = hand_in(seller, name="林青山", valid_until=today)
    later = today + timedelta(days=3650)
    services.approve_verification(verification_id=case.pk, moderator=moderator, valid_until=later)
    case.refresh_from_db()
    assert (case.status, case.reviewed_by, case.valid_until) == (S.APPROVED, moderator, later)
    assert selectors.may_sell(seller)
    assert selectors.verified_real_name(seller) == "林青山"
    assert noted() == [("verification.approved", {"verification": case.pk, "user": seller.pk, "kind": "real_name"})]


def test_papers_that_expired_while_they_waited_are_not_approved(seller, moderator, today):
    case = hand_in(seller, valid_until=today)
    refusal = refused(
        services.approve_verification,
        verification_id=case.pk,
        moderator=moderator,
        valid_until=today - timedelta(days=1),
    )
    assert refusal.code == VerificationErrorCode.PAPERS_EXPIRED
    assert not selectors.may_sell(seller)


@pytest.mark.parametrize("act", list(ACTS.values()))
def test_nobody_decides_their_own_case(act, moderator):
    colleague_case = hand_in(moderator)
    if act in (expire, revoke):
        approve(colleague_case, make_moderator())
    before = UserVerification.objects.values().get()
    assert refused(act, colleague_case, moderator).code == VerificationErrorCode.OWN_CASE
    assert UserVerification.objects.values().get() == before


def test_another_reason_than_those_of_the_list_needs_words(seller, moderator):
    case = hand_in(seller)
    refusal = refused(reject, case, moderator, code=RejectionReason.OTHER, words=" ")
    assert refusal.code == VerificationErrorCode.REASON_MISSING
    assert UserVerification.objects.get().status == S.PENDING


def test_ending_what_counted_needs_words(seller, moderator):
    case = approve(hand_in(seller), moderator)
    for act in (expire, revoke):
        assert refused(act, case, moderator, words=" ").code == VerificationErrorCode.REASON_MISSING
    assert selectors.may_sell(seller)


@pytest.mark.parametrize("act", [expire, revoke])
def test_what_counts_no_longer_stops_selling_and_withdrawing_at_once(act, seller, moderator):
    case = approve(hand_in(seller), moderator)
    act(case, moderator)
    assert not selectors.may_sell(seller)
    assert selectors.verified_real_name(seller) == ""
    hand_in(seller)  # and new papers may be handed in
    assert selectors.pending_case(seller, "real_name")


def test_new_papers_take_the_place_of_the_old_ones_without_a_word_about_those(seller, moderator, today):
    old = approve(hand_in(seller, valid_until=today + timedelta(days=5)), moderator)
    Notification.objects.all().delete()
    new = hand_in(seller, name="林青山")
    approve(new, moderator)
    old.refresh_from_db()
    assert (old.status, new.status) == (S.EXPIRED, S.PENDING)  # `new` is the row as it was handed in
    assert selectors.approved_case(seller, "real_name") == new
    assert Notification.objects.count() == 1


def test_two_accounts_with_one_number_waiting_only_the_first_is_approved(seller, moderator):
    first, second = hand_in(seller), hand_in(make_seller(proved=False))
    approve(first, moderator)
    assert refused(approve, second, moderator).code == VerificationErrorCode.NUMBER_IN_USE
    second.refresh_from_db()
    assert second.status == S.PENDING


def test_a_company_is_not_approved_when_its_persons_name_was_revoked_meanwhile(seller, moderator):
    name = approve(hand_in(seller), moderator)
    company = hand_in_company(seller)
    revoke(name, moderator)
    assert refused(approve, company, moderator).code == VerificationErrorCode.REAL_NAME_FIRST
    assert not selectors.is_verified_company(seller)


def test_an_approved_company_sells_as_one(seller, moderator):
    approve(hand_in(seller), moderator)
    approve(hand_in_company(seller), moderator)
    assert selectors.is_verified_company(seller)


def test_a_look_at_a_document_or_at_the_number_is_noted_with_whose_and_which(seller, moderator):
    case = hand_in(seller)
    front = case.papers.get(kind="front")
    assert services.view_paper(paper=front, staff=moderator).startswith(b"RIFF")
    assert services.view_number(verification=case, staff=moderator) == NUMBER
    about = {"verification": case.pk, "user": seller.pk, "kind": "real_name"}
    assert noted() == [
        ("verification.paper_viewed", about | {"paper": "front"}),
        ("verification.number_viewed", about),
    ]


def test_when_the_log_cannot_be_written_nobody_sees_anything(seller, moderator, monkeypatch):
    case = hand_in(seller)
    monkeypatch.setattr(staff_log, "_writers", [])
    with pytest.raises(RuntimeError):
        services.view_number(verification=case, staff=moderator)
    with pytest.raises(RuntimeError):
        services.view_paper(paper=case.papers.first(), staff=moderator)


def test_the_person_reads_the_reason_and_the_next_step_at_the_bell_and_by_mail_once(seller, moderator):
    reject(hand_in(seller), moderator, code=RejectionReason.UNREADABLE, words="请在光线好的地方重拍。")
    line = Notification.objects.get(recipient=seller)
    assert "请在光线好的地方重拍。" in line.body
    assert line.url == "/settings/verification/"
    assert OutboundMessage.objects.count() == len(mail.outbox) == 0  # not inside the transaction that decides
    assert tasks.tell_of_verifications() == 1
    (letter,) = mail.outbox
    assert letter.to == [seller.email]
    assert letter.subject == line.title
    assert "请在光线好的地方重拍。" in letter.body
    assert "/settings/verification/" in letter.body
    assert tasks.tell_of_verifications() == 0


def test_who_has_no_address_gets_a_text_message_without_the_reason(moderator):
    person = make_user(phone="+8613800138000")
    person.email = ""
    person.save()
    reject(hand_in(person), moderator, words="照片模糊")
    assert tasks.tell_of_verifications() == 1
    message = OutboundMessage.objects.get(channel="sms")
    assert message.recipient == "+8613800138000"
    assert "照片模糊" not in message.body


def at_night(hour: int) -> datetime:
    """Of the night that follows, in China: the evening of today, the morning of tomorrow."""
    today = timezone.localtime(timezone.now()).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1 if hour < 12 else 0)


def test_a_text_message_about_papers_keeps_to_the_quiet_hours(moderator, settings):
    settings.SMS_BACKEND = "tests.notifications.test_sending_sms.Provider"
    person = make_user(phone="+8613800138000")
    person.email = ""
    person.save()
    case = hand_in(person)
    NotificationSettings.objects.create(user=person, quiet_from=time(22), quiet_until=time(8))
    with clock.moved_to(at_night(23)):
        approve(case, moderator)
        assert tasks.tell_of_verifications() == 1
        assert sms.waiting_sms() == []
        message = OutboundMessage.objects.get()
        assert not sms.deliver_sms(message_id=message.pk)
    with clock.moved_to(at_night(8)):
        assert sms.waiting_sms() == [message.pk]
        assert sms.deliver_sms(message_id=message.pk)


def test_a_mail_server_that_refuses_is_tried_again_in_the_next_run(seller, moderator, settings, caplog):
    approve(hand_in(seller), moderator)
    settings.EMAIL_BACKEND = "tests.accounts.verification.test_deciding.BrokenMail"
    assert tasks.tell_of_verifications() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tasks.tell_of_verifications() == 1


class BrokenMail:
    """A mail server that is down."""

    def __init__(self, *_args, **_options):
        pass

    def send_messages(self, _messages):
        raise OSError


@pytest.mark.parametrize("act", [expire, revoke])
def test_a_company_counts_no_longer_than_the_real_name_it_rests_on(act, seller, moderator):
    name = approve(hand_in(seller), moderator)
    company = approve(hand_in_company(seller), moderator)
    act(name, moderator)
    company.refresh_from_db()
    assert company.status == S.EXPIRED
    assert company.reason
    assert company.ended_at
    assert not selectors.is_verified_company(seller)


def test_an_approved_company_alone_opens_no_shelf(seller, moderator):
    name = approve(hand_in(seller), moderator)
    approve(hand_in_company(seller), moderator)
    assert selectors.sellers_in_order().filter(pk=seller.pk).exists()
    UserVerification.objects.filter(pk=name.pk).update(status=S.REVOKED)
    assert not selectors.sellers_in_order().filter(pk=seller.pk).exists()
    assert selectors.identity_state(seller) == "none"
