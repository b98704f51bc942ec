"""The way of a text message from the row to the provider."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace.core import clock
from marketplace.notifications import tasks
from marketplace.notifications.models import OutboundMessage, OutboundStatus
from marketplace.notifications.sms import (
    SmsRefused,
    SmsTemplate,
    SmsUnknown,
    SmsUnreachable,
    deliver_sms,
    send_sms,
    sending,
)

pytestmark = pytest.mark.django_db
NUMBER = "+8613800138000"


class Provider:
    """A backend that really would send: it writes down what it was given."""

    keeps = False
    sent: list = []
    problems: list = []

    def send(self, message):
        if self.problems:
            raise self.problems.pop(0)
        self.sent.append(message)
        return "biz-1"


@pytest.fixture(autouse=True)
def provider(settings):
    Provider.sent, Provider.problems = [], []
    settings.SMS_BACKEND = f"{__name__}.Provider"
    return Provider


def test_a_code_leaves_after_the_commit_and_is_not_kept(provider, django_capture_on_commit_callbacks, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = True
    with django_capture_on_commit_callbacks() as afterwards:
        message = send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482913")
        assert provider.sent == []
    assert len(afterwards) == 1
    tasks.send_text_message(message.pk)
    (text,) = provider.sent
    assert (text.recipient, text.template, text.parameters) == (NUMBER, SmsTemplate.CODE, {"code": "482913"})
    message.refresh_from_db()
    assert (message.status, message.provider_reference) == (OutboundStatus.SENT, "biz-1")
    assert "482913" not in message.body
    assert message.parameters == {}


def test_what_is_rolled_back_was_never_sent(provider):
    try:
        with transaction.atomic():
            send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482913")
            raise RuntimeError
    except RuntimeError:
        pass
    assert tasks.send_waiting_text_messages() == 0
    assert provider.sent == []


def test_a_message_leaves_once_however_often_it_is_asked_for(provider):
    message = send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT)
    assert [deliver_sms(message_id=message.pk) for _again in range(2)] == [True, False]
    assert len(provider.sent) == 1


def test_the_sweep_sends_what_the_provider_did_not_take_at_first(provider):
    provider.problems = [SmsUnreachable("ReadTimeout")]
    message = send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT)
    assert not deliver_sms(message_id=message.pk)
    assert tasks.send_waiting_text_messages() == 0
    with clock.moved_to(timezone.now() + sending.PAUSES[0]):
        assert tasks.send_waiting_text_messages() == 1
    message.refresh_from_db()
    assert (message.status, message.attempts) == (OutboundStatus.SENT, 2)


def test_a_provider_that_stays_away_is_asked_with_growing_pauses_and_given_up(provider):
    provider.problems = [SmsUnreachable("ConnectTimeout") for _attempt in range(100)]
    message, now, tried = send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT), timezone.now(), []
    for second in range(0, 12 * 3600, 20):
        with clock.moved_to(now + timedelta(seconds=second)):
            tasks.send_waiting_text_messages()
        tried.append(len(provider.problems))
    message.refresh_from_db()
    assert (message.status, message.attempts) == (OutboundStatus.FAILED, len(sending.PAUSES) + 1)
    assert tried[-1] == 100 - len(sending.PAUSES) - 1


def test_a_text_that_may_have_left_is_not_sent_again(provider):
    provider.problems = [SmsUnknown("ReadTimeout")]
    message = send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT)
    assert not deliver_sms(message_id=message.pk)
    with clock.moved_to(timezone.now() + timedelta(hours=1)):
        assert tasks.send_waiting_text_messages() == 0
    message.refresh_from_db()
    assert (message.status, message.problem) == (OutboundStatus.FAILED, "may have arrived: ReadTimeout")
    assert provider.sent == []


def test_what_a_killed_worker_held_may_have_left_and_is_not_sent_again(provider):
    message = send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT)
    OutboundMessage.objects.filter(pk=message.pk).update(status=OutboundStatus.SENDING, tried_at=timezone.now())
    assert tasks.send_waiting_text_messages() == 0  # it may still be at it
    assert OutboundMessage.objects.get().status == OutboundStatus.SENDING
    with clock.moved_to(timezone.now() + timedelta(minutes=2)):
        assert tasks.send_waiting_text_messages() == 0
    message.refresh_from_db()
    assert message.status == OutboundStatus.FAILED
    assert message.problem.startswith("may have arrived")
    assert provider.sent == []


def test_what_is_refused_or_too_late_is_not_tried_again(provider):
    provider.problems = [SmsRefused("isv.MOBILE_NUMBER_ILLEGAL")]
    refused = send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482913")
    assert not deliver_sms(message_id=refused.pk)
    late = send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482914")
    with clock.moved_to(timezone.now() + timedelta(minutes=11)):
        assert tasks.send_waiting_text_messages() == 0
    for message in (refused, late):
        message.refresh_from_db()
        assert message.status == OutboundStatus.FAILED
        assert message.problem
        assert message.body == ""
        assert message.parameters == {}
    assert provider.sent == []


def test_the_demo_keeps_the_words(settings):
    settings.SMS_BACKEND = "marketplace.notifications.sms.OutboxSmsBackend"
    message = send_sms(recipient=NUMBER, template=SmsTemplate.CODE, code="482913")
    assert message.status == OutboundStatus.KEPT
    assert "482913" in message.body
    assert not deliver_sms(message_id=message.pk)


def test_a_text_without_its_parameter_is_a_programming_error():
    with pytest.raises(KeyError):
        send_sms(recipient=NUMBER, template=SmsTemplate.CODE)
    assert not OutboundMessage.objects.exists()


def test_a_warning_is_worth_sending_hours_later(provider):
    send_sms(recipient=NUMBER, template=SmsTemplate.NUMBER_CHANGED, number="139****9000")
    with clock.moved_to(timezone.now() + timedelta(hours=5)):
        assert tasks.send_waiting_text_messages() == 1
    send_sms(recipient=NUMBER, template=SmsTemplate.NUMBER_CHANGED, number="139****9000")
    with clock.moved_to(timezone.now() + timedelta(hours=25)):
        assert tasks.send_waiting_text_messages() == 0


def test_numbers_are_forgotten_after_a_month(provider):
    send_sms(recipient=NUMBER, template=SmsTemplate.NO_ACCOUNT)
    tasks.send_waiting_text_messages()
    with clock.moved_to(timezone.now() + timedelta(days=29)):
        assert tasks.forget_old_messages() == 0
    with clock.moved_to(timezone.now() + timedelta(days=31)):
        assert tasks.forget_old_messages() == 1
    assert not OutboundMessage.objects.exists()
