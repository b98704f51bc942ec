"""The demo's outbox: what would have left the house."""

import pytest
from django.core.mail import send_mail
from django.test import Client
from django.urls import reverse

from marketplace.notifications.models import OutboundChannel, OutboundMessage
from tests.logins import code_from, code_of, log_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbound(db):
    return OutboundMessage.objects.create(
        channel=OutboundChannel.SMS, recipient="+8613800138000", body="验证码 482913，10分钟内有效。号码 13800138000"
    )


def test_the_demo_shows_codes_and_links(client: Client, settings, outbound):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "marketplace.notifications.backends.OutboxEmailBackend"
    send_mail("确认邮箱", "请打开 http://localhost:8000/accounts/confirm-email/abc/", None, ["a@example.com"])

    page = client.get(reverse("notifications:outbox")).content.decode()

    assert '<code class="hash">482913</code>' in page
    assert '<code class="hash">138001</code>' not in page
    assert 'href="http://localhost:8000/accounts/confirm-email/abc/"' in page


def test_outside_the_demo_there_is_no_outbox(client: Client, settings, outbound):
    settings.DEMO = False
    assert client.get(reverse("notifications:outbox")).status_code == 404


def test_what_a_message_says_is_never_markup(client: Client, settings, outbound):
    settings.DEMO = True
    OutboundMessage.objects.filter(pk=outbound.pk).update(body="<script>alert(1)</script>")
    assert "<script>alert(1)" not in client.get(reverse("notifications:outbox")).content.decode()


def test_the_demo_shows_what_an_app_would_show_and_nothing_else_does(client: Client, settings, buyer):
    settings.DEMO = settings.DEMO_SHOWS_APP_CODES = True
    code = code_of(buyer)
    page = client.get(reverse("notifications:outbox")).content.decode()
    assert f'data-app-code="{buyer.email}">{code}<' in page
    settings.DEMO_SHOWS_APP_CODES = False
    assert code not in client.get(reverse("notifications:outbox")).content.decode()


def test_setting_an_app_up_shows_the_code_in_the_demo_only(settings, buyer):
    browser = log_in(buyer)
    for shown in (True, False):
        settings.DEMO_SHOWS_APP_CODES = shown
        answer = browser.get("/accounts/2fa/totp/activate/")
        secret = answer.context["form"].secret
        assert (code_from(secret) in answer.content.decode()) is shown
