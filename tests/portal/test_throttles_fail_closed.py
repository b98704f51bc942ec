"""With Valkey away nobody is counted, so nobody who ought to be counted is let through: a sentence, and never a 500."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from redis.exceptions import ConnectionError as ValkeyIsGone

from marketplace.accounts.models import User
from marketplace.notifications.models import OutboundMessage
from tests.factories import PASSWORD, make_user
from tests.faults.valkey import take_away
from tests.logins import log_in

pytestmark = pytest.mark.django_db
PHONE, MAIL = "13800138000", "xiaoman@example.com"


@pytest.fixture
def valkey_goes(settings) -> Callable[[], None]:
    return lambda: take_away(settings)


def assert_refused(answer, language: str = "zh-hans") -> None:
    """503 with a sentence in the person's language, that says when to try again and that nobody keeps."""
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["Cache-Control"] == "private, no-store"
    with translation.override(language):
        sentence = gettext("We are away for a moment")
    assert sentence in answer.content.decode()
    assert f'<html lang="{language}"' in answer.content.decode()


def person() -> User:
    user = make_user(phone=f"+86{PHONE}", email=MAIL)
    EmailAddress.objects.create(user=user, email=MAIL, verified=True, primary=True)
    return user


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_nobody_logs_in_with_a_password_right_or_wrong(valkey_goes, prefix):
    person()
    valkey_goes()
    for password in (PASSWORD, "wrong"):
        client = Client()
        answer = client.post(f"{prefix}/accounts/login/", {"login": PHONE, "password": password})
        assert_refused(answer, "en" if prefix else "zh-hans")
        assert django_settings.SESSION_COOKIE_NAME not in client.cookies


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/accounts/login/code/", {"phone": PHONE}),
        ("/accounts/login/code/", {"email": MAIL}),
        ("/accounts/password/reset/", {"email": MAIL}),
    ],
)
def test_no_code_leaves(valkey_goes, path, data):
    person()
    valkey_goes()
    assert_refused(Client().post(path, data))
    assert not OutboundMessage.objects.exists()


def test_a_program_reads_a_code_and_not_a_page(valkey_goes):
    person()
    valkey_goes()
    data = {"login": PHONE, "password": PASSWORD}
    answer = Client().post("/accounts/login/", data, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "10")


def test_a_withdrawal_is_never_a_500(valkey_goes):
    """Money is held by PostgreSQL and its locks, and by the recent log-in in the session: Valkey counts nothing of it."""
    client = log_in(make_user())
    valkey_goes()
    answer = client.post(reverse("payments:withdraw"), {"amount": "1.00"})
    assert answer.status_code in {200, 302, 403, 409, 503}


def test_outside_a_view_it_is_the_same_page(monkeypatch):
    def gone(*_arguments, **_named):
        raise ValkeyIsGone

    monkeypatch.setattr("marketplace.accounts.middleware.BlockMiddleware.__call__", gone)
    assert_refused(Client(raise_request_exception=False).get("/"))
