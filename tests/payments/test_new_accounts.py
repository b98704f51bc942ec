"""Who names a withdrawal account is told outside the portal, where a stolen session does not reach."""

from datetime import timedelta

import pytest
from django.core import mail

from marketplace.core import clock
from marketplace.notifications.models import OutboundMessage
from marketplace.payments import services, tasks
from marketplace.payments.models import PayoutDestination, PayoutDestinationKind
from tests.factories import make_verified_seller

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return make_verified_seller()


def name_account(seller, account="lin@example.com"):
    return services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account=account)


def test_the_owner_is_mailed_once_about_a_new_account(seller):
    seller.email = "mo@example.com"
    seller.save()
    named = name_account(seller)
    assert mail.outbox == []  # never inside the request
    assert [tasks.tell_of_new_accounts() for _twice in range(2)] == [1, 0]
    (sent,) = mail.outbox
    assert sent.to == ["mo@example.com"]
    assert named.account_masked in sent.body
    assert "lin@example.com" not in sent.body
    assert "如果不是你本人操作" in sent.body


def test_who_has_no_mailbox_gets_a_text_message(seller):
    type(seller).objects.filter(pk=seller.pk).update(email="", phone="+8613800138000")
    name_account(seller)
    assert tasks.tell_of_new_accounts() == 1
    assert OutboundMessage.objects.get().recipient == "+8613800138000"
    assert mail.outbox == []


def test_an_account_that_can_be_used_already_or_was_replaced_is_told_of_no_more(seller):
    first = name_account(seller)
    second = name_account(seller, "other@example.com")
    assert list(PayoutDestination.objects.filter(retired_at=None)) == [second]
    with clock.moved_to(first.usable_from + timedelta(minutes=1)):
        assert tasks.tell_of_new_accounts() == 0


def test_a_mail_server_that_does_not_answer_is_asked_again(seller, settings):
    seller.email = "mo@example.com"
    seller.save()
    name_account(seller)
    kept = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    assert tasks.tell_of_new_accounts() == 0
    settings.EMAIL_BACKEND = kept
    assert tasks.tell_of_new_accounts() == 1
