"""Nobody can be bombed with codes, and no answer tells who has an account."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from marketplace.notifications.models import OutboundMessage
from tests.accounts.test_signing_up import sign_up
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PHONE, MAIL = "+8613800138000", "xiaoman@example.com"
BY_CODE, RESET = "/accounts/login/code/", "/accounts/password/reset/"


def person(*, phone=PHONE, email=MAIL):
    user = make_user(phone=phone, email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def ask_by_phone(client):
    return client.post(BY_CODE, {"phone": "13800138000"})


def ask_by_mail(client):
    return client.post(BY_CODE, {"email": MAIL})


def sign_up_by_phone(client):
    return sign_up(client, phone="13800138000")


def sign_up_by_mail(client):
    return sign_up(client, email=MAIL)


def reset_by_mail(client):
    return client.post(RESET, {"email": MAIL})


def sent(mailoutbox):
    return len(mailoutbox) + OutboundMessage.objects.count()


@pytest.mark.parametrize("known", [True, False], ids=["has an account", "has none"])
@pytest.mark.parametrize("ask", [ask_by_phone, ask_by_mail, sign_up_by_phone, sign_up_by_mail, reset_by_mail])
def test_one_number_or_mailbox_gets_one_message_a_minute_five_an_hour_and_ten_a_day(ask, known, mailoutbox):
    if known:
        person()
    begin = timezone.now().replace(hour=2, minute=0)
    with time_machine.travel(begin, tick=False) as traveller:
        # Every ten seconds of an hour; each time from another browser, as an attacker would.
        for _attempt in range(360):
            assert ask(Client(raise_request_exception=False)).status_code in (200, 302, 429)
            if _attempt == 5:
                assert sent(mailoutbox) == 1
            traveller.shift(timedelta(seconds=10))
            if sent(mailoutbox) == 5:
                break
        for _hour in range(20):
            traveller.shift(timedelta(minutes=61))
            for _attempt in range(3):
                ask(Client(raise_request_exception=False))
                traveller.shift(timedelta(seconds=61))
        assert sent(mailoutbox) == 10


def test_every_page_that_texts_a_number_takes_from_the_same_share(mailoutbox):
    person()
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        for ask in (ask_by_phone, sign_up_by_phone, ask_by_phone, sign_up_by_phone, ask_by_phone, sign_up_by_phone):
            ask(Client(raise_request_exception=False))
            traveller.shift(timedelta(seconds=61))
    assert OutboundMessage.objects.count() == 5


def test_one_machine_cannot_text_many_numbers(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"verify_phone": "1/60s/key,3/h/ip"}
    for number in range(5):
        Client(raise_request_exception=False).post(BY_CODE, {"phone": f"1380013800{number}"})
    assert OutboundMessage.objects.count() == 3


def test_the_limit_of_the_settings_is_a_share_of_an_address_too(settings):
    assert "60/h/ip" in settings.ACCOUNT_RATE_LIMITS["verify_phone"]
    assert "300/d/ip" in settings.ACCOUNT_RATE_LIMITS["verify_phone"]


def answer(ask):
    """What a browser sees: status, where it is sent, and the words without what differs each time."""
    cache.clear()
    client = Client(raise_request_exception=False)
    response = ask(client)
    target = response.headers.get("Location", "")
    page = client.get(target) if target else response
    words = re.sub(r"<[^>]*>|\s+", " ", re.sub(r"nonce=\S+|csrf\S+ value=\S+", "", page.content.decode()))
    return response.status_code, target, words


@pytest.mark.parametrize("ask", [ask_by_phone, ask_by_mail, sign_up_by_phone, sign_up_by_mail, reset_by_mail])
def test_the_answer_is_the_same_whether_there_is_an_account_or_not(ask):
    without = answer(ask)
    from marketplace.accounts.models import User

    User.objects.all().delete()
    person()
    assert answer(ask) == without


def test_a_wrong_password_and_an_unknown_number_are_told_in_the_same_words():
    person()
    known = Client().post("/accounts/login/", {"login": "13800138000", "password": "nope nope"})
    unknown = Client().post("/accounts/login/", {"login": "13900139000", "password": "nope nope"})
    assert known.context["form"].errors == unknown.context["form"].errors
    assert known.status_code == unknown.status_code == 200


def test_a_new_code_for_a_number_without_an_account_is_no_500():
    client = Client()
    ask_by_phone(client)
    assert client.post("/accounts/login/code/confirm/", {"action": "resend"}).status_code in (200, 302)
    assert client.post("/accounts/login/code/confirm/", {"code": "123456"}).status_code == 200
