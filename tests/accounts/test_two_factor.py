"""Second factors: at log-in, for staff, at rest, against guessing. Traps: facts/accounts.md, section 2."""

import json
import re
import time
from types import SimpleNamespace

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from allauth.mfa.utils import decrypt
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services
from marketplace.notifications.models import Notification, OutboundMessage
from tests import logins
from tests.factories import PASSWORD, make_moderator, make_user
from tests.logins import BACKEND, app_of, code_from, code_of, log_in

pytestmark = pytest.mark.django_db

LOGIN, SECOND, SET_UP = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/"
ACTIVATE, DEACTIVATE, CODES = (
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
)
REAUTHENTICATE = "/accounts/2fa/reauthenticate/"
PHONE = "13800138000"


@pytest.fixture(autouse=True)
def _the_clock_of_codes_stands(monkeypatch):
    """In the middle of a half minute: a code of the one before would else run out while a slow machine is typing it."""
    middle = time.time() // 30 * 30 + 15
    standing = SimpleNamespace(time=lambda: middle)
    monkeypatch.setattr(auth, "time", standing)
    monkeypatch.setattr(logins, "time", standing)


@pytest.fixture
def person():
    """Somebody with a number, a password and an authenticator app."""
    user = make_user(name="林小满", phone=f"+86{PHONE}")
    app_of(user)
    return user


def by_password(client, **typed):
    return client.post(LOGIN, {"login": PHONE, "password": PASSWORD} | typed)


def who(client):
    return client.session.get("_auth_user_id")


def test_the_password_alone_grants_nothing(person):
    client = Client()
    assert by_password(client)["Location"] == SECOND
    assert who(client) is None
    for path in ("/settings/", "/wallet/", SET_UP, ACTIVATE, "/accounts/sessions/", "/accounts/password/change/"):
        assert client.get(path)["Location"].startswith(LOGIN), path
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.post(reverse("device_end", args=[1]))["Location"].startswith(LOGIN)


def test_password_and_code_log_in(person):
    client = Client()
    by_password(client)
    assert client.post(SECOND, {"code": "000000"}).status_code == 200
    assert who(client) is None
    assert client.post(SECOND, {"code": code_of(person)}).status_code == 302
    assert who(client) == str(person.pk)


def test_a_code_by_text_message_is_followed_by_the_second_step_too(person):
    client = Client()
    client.post("/accounts/login/code/", {"phone": PHONE})
    code = re.search(r"\d{6}", OutboundMessage.objects.get().body)[0]
    assert client.post("/accounts/login/code/confirm/", {"code": code})["Location"] == SECOND
    assert who(client) is None


def test_a_recovery_code_logs_in_once(person):
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (str(person.pk), None):
        client = Client()
        by_password(client)
        client.post(SECOND, {"code": code})
        assert who(client) == expected


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_telephone_half_a_minute_off_is_right_and_its_code_opens_one_door(person, steps):
    code = code_of(person, steps=steps)
    for expected in (str(person.pk), None):
        client = Client()
        by_password(client)
        client.post(SECOND, {"code": code})
        assert who(client) == expected
        cache_of_allauth_runs_out(person, code)


def cache_of_allauth_runs_out(person, code):
    """allauth forgets a used code after half a minute, while a tolerant server takes it for longer."""
    from django.core.cache import cache

    cache.delete(f"allauth.mfa.totp.used?user={person.pk}&code={code}")


def test_guessing_codes_is_slowed_down_until_the_right_one_waits_too(person):
    client = Client()
    by_password(client)
    for guess in range(5):
        client.post(SECOND, {"code": f"{guess:06d}"})
    answer = client.post(SECOND, {"code": code_of(person)})
    assert who(client) is None
    assert answer.context["form"].errors.as_data()["code"][0].code == "too_many_login_attempts"
    other = Client(REMOTE_ADDR="10.9.8.7")  # another address does not help
    by_password(other)
    other.post(SECOND, {"code": code_of(person)})
    assert who(other) is None


def test_guessing_at_reauthentication_is_slowed_down_as_well(person):
    client = log_in(person, minutes_ago=6, second_factor=True)
    for guess in range(5):
        client.post(REAUTHENTICATE, {"code": f"{guess:06d}", "next": SET_UP})
    assert client.post(REAUTHENTICATE, {"code": code_of(person), "next": SET_UP}).status_code == 200


FORGED = [
    "[]",
    "7",
    '"x"',
    "not JSON",
    "{}",
    '{"id": "x"}',
    '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}',
]


def test_forged_passkeys_are_refused_and_slowed_down():
    client = Client()
    attempts = [client.post("/accounts/2fa/webauthn/login/", {"credential": FORGED[i % 7]}) for i in range(11)]
    assert [answer.status_code for answer in attempts] == [302] * 10 + [429]
    assert who(client) is None


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_passkey_is_no_second_step_and_is_not_added(person, forged):
    client = Client()
    by_password(client)
    assert client.post(SECOND, {"credential": forged}).status_code == 200
    assert who(client) is None
    inside = log_in(person, second_factor=True)
    inside.get("/accounts/2fa/webauthn/add/")
    assert inside.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": forged}).status_code == 200
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_secrets_lie_encrypted_in_the_table(person):
    RecoveryCodes.activate(person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, data::text FROM mfa_authenticator WHERE user_id = %s", [person.pk])
        raw = dict(cursor.fetchall())
    for kind, field in (("totp", "secret"), ("recovery_codes", "seed")):
        stored = json.loads(raw[kind])[field]
        assert stored.startswith("gAAAAA")  # Fernet's mark
        assert decrypt(stored) not in raw[kind]


def test_an_app_shows_our_name_and_the_persons_address(person):
    url = get_adapter().build_totp_url(person, "ABCD")
    assert "issuer=%E5%8C%A0%E9%9B%86" in url
    assert person.email.replace("@", "%40") in url


def test_passkeys_belong_to_the_public_host(settings):
    settings.SITE_URL = "https://www.jiangji.example"
    assert get_adapter().get_public_key_credential_rp_entity() == {"id": "www.jiangji.example", "name": "匠集"}


def test_the_session_key_changes_at_each_step_that_makes_a_session_worth_more(person):
    client = Client()
    client.get(LOGIN)
    by_password(client)
    half = client.session.session_key
    client.post(SECOND, {"code": code_of(person)})
    logged_in = client.session.session_key
    assert logged_in != half
    client.post(REAUTHENTICATE, {"code": code_of(person, steps=1), "next": SET_UP})
    again = client.session.session_key
    assert again != logged_in
    assert UserSession.objects.get().session_key == again
    thief = Client()
    for known in (half, logged_in):
        thief.cookies["session"] = known
        assert thief.get("/settings/")["Location"].startswith(LOGIN)


def test_setting_an_app_up_changes_the_session_key_and_counts_as_its_use():
    client = log_in(make_user())
    before = client.session.session_key
    client.post(ACTIVATE, {"code": code_from(client.get(ACTIVATE).context["form"].secret)})
    assert client.session.session_key != before
    assert client.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["method"] == "mfa"
    assert client.get(reverse("mfa_generate_recovery_codes")).status_code == 200, "not asked once more"


@pytest.mark.parametrize(("remember", "ends_with_browser"), [({"remember": "on"}, False), ({}, True)])
def test_who_does_not_stay_logged_in_is_logged_out_with_the_browser_through_both_steps(
    person, remember, ends_with_browser
):
    client = Client()
    by_password(client, **remember)
    answer = client.post(SECOND, {"code": code_of(person)})
    assert who(client) == str(person.pk)
    assert (answer.cookies["session"]["max-age"] == "") is ends_with_browser
    assert client.session.get_expire_at_browser_close() is ends_with_browser


def test_recovery_codes_are_shown_once(person):
    client = log_in(person, second_factor=True)
    assert client.post(reverse("mfa_generate_recovery_codes"))["Location"] == CODES
    first = client.get(CODES).content.decode()
    codes = RecoveryCodes(Authenticator.objects.get(user=person, type="recovery_codes")).get_unused_codes()
    assert len(codes) == 10
    assert all(code in first for code in codes)
    assert "只显示这一次" in first
    second = client.get(CODES).content.decode()
    assert not any(code in second for code in codes)
    assert client.get(reverse("mfa_download_recovery_codes")).status_code == 403


def test_taking_the_app_away_ends_the_other_devices_and_tells_the_owner(
    person, mailoutbox, django_capture_on_commit_callbacks
):
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    here, there = log_in(person, second_factor=True), log_in(person, second_factor=True)
    for client in (here, there):
        assert client.get("/settings/").status_code == 200
    assert here.post(DEACTIVATE)["Location"] == SET_UP
    assert here.get("/settings/").status_code == 200
    assert there.get("/settings/")["Location"].startswith(LOGIN)
    assert not Authenticator.objects.exists()
    assert [mail.to for mail in mailoutbox] == [[person.email]]


@pytest.mark.parametrize(
    "path",
    [
        ACTIVATE,
        DEACTIVATE,
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/password/set/",
        "/accounts/password/change/",
    ],
)
def test_what_changes_how_one_gets_in_asks_once_more(person, path):
    if path == ACTIVATE:
        Authenticator.objects.all().delete()
        client, way = log_in(person, minutes_ago=6), "/accounts/reauthenticate/"
    else:
        client, way = log_in(person, minutes_ago=6, second_factor=True), REAUTHENTICATE
    assert client.get(path)["Location"].startswith(f"{way}?next=")
    assert client.post(path, {})["Location"].startswith(f"{way}?next=")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts/email/", {"action_add": "", "email": "new@example.com"}),
        ("/accounts/phone/change/", {"phone": "13900139000", "action_add": ""}),
    ],
)
def test_a_new_address_or_number_asks_once_more_and_nothing_has_changed_until_then(person, path, form, mailoutbox):
    client = log_in(person, minutes_ago=6, second_factor=True)
    session = client.session
    session["account_contact_proved"] = time.time()  # a code to what they have now was typed
    session.save()
    assert client.post(path, form)["Location"].startswith(REAUTHENTICATE)
    person.refresh_from_db()
    assert (person.phone, person.pending_phone, mailoutbox) == (f"+86{PHONE}", "", [])
    assert not EmailAddress.objects.filter(email="new@example.com").exists()
    assert not OutboundMessage.objects.exists()


def test_a_password_waits_in_no_session(person):
    client = log_in(person, minutes_ago=6, second_factor=True)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "西湖边的桂花", "password2": "西湖边的桂花"},
    )
    assert PASSWORD not in str(dict(client.session))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_two_factor_renders_in_both_languages(person, language):
    client = log_in(person, second_factor=True)
    prefix = "" if language == "zh-hans" else "/en"
    client.post(f"{prefix}/accounts/2fa/recovery-codes/generate/")
    pages = [
        "",
        "recovery-codes/",
        "recovery-codes/",
        "recovery-codes/generate/",
        "totp/deactivate/",
        "webauthn/",
        "webauthn/add/",
        "reauthenticate/",
    ]
    for page in pages:
        answer = client.get(f"{prefix}/accounts/2fa/{page}")
        assert answer.status_code == 200, page
        assert f'lang="{language}"' in answer.content.decode()
        assert ("Two-factor" in answer.content.decode()) is (language == "en" and page != "reauthenticate/"), page


# Staff


def test_the_helper_leaves_in_a_session_what_a_real_log_in_leaves():
    staff = make_moderator()
    staff.phone = f"+86{PHONE}"
    staff.save()
    code = code_of(staff)
    real = Client()
    by_password(real)
    real.post(SECOND, {"code": code})

    def records(client):
        kept = client.session[AUTHENTICATION_METHODS_SESSION_KEY]
        return [
            {key: value for key, value in record.items() if key not in {"at", "email", "username"}} for record in kept
        ]

    assert records(log_in(staff)) == records(real)
    assert real.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/account/", "/admin/users/", "/admin/settings/", "/admin/no-such-page/"]
)
@pytest.mark.parametrize("is_superuser", [True, False])
def test_nobody_enters_the_admin_without_a_second_factor(path, is_superuser):
    staff = make_user(is_staff=True, is_superuser=True) if is_superuser else make_moderator()
    client = Client()
    client.force_login(staff, backend=BACKEND)
    for answer in (client.get(path), client.post(path, {})):
        assert (answer.status_code, answer["Location"]) == (302, SET_UP)
    assert "后台" in client.get(SET_UP).content.decode()


def test_a_second_factor_that_was_not_used_in_this_session_is_asked_for(person):
    staff = make_moderator()
    app_of(staff)
    client = Client()
    client.force_login(staff, backend=BACKEND)
    assert client.get("/admin/reports/?x=1")["Location"] == f"{REAUTHENTICATE}?next=%2Fadmin%2Freports%2F%3Fx%3D1"
    back = client.post(REAUTHENTICATE, {"code": code_of(staff), "next": "/admin/"})
    assert back["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_staff_set_one_up_and_arrive_where_they_were_going():
    staff = make_moderator()
    client = Client()
    staff.phone = f"+86{PHONE}"
    staff.save()
    assert by_password(client, next="/admin/reports/site-history/")["Location"] == "/admin/reports/site-history/"
    assert client.get("/admin/reports/site-history/")["Location"] == SET_UP
    client.post(ACTIVATE, {"code": code_from(client.get(ACTIVATE).context["form"].secret)})
    back = client.post("/accounts/2fa/continue/")
    assert back["Location"] == "/admin/reports/site-history/"
    assert client.get("/admin/").status_code == 200


def test_staff_without_a_number_log_in_like_everybody():
    """facts/accounts.md, section 2, pitfall 6: with a number required they would be sent back without a word."""
    staff = make_moderator()
    EmailAddress.objects.create(user=staff, email=staff.email, verified=True, primary=True)
    code = code_of(staff)
    client = Client()
    client.post(LOGIN, {"login": staff.email, "password": PASSWORD})
    client.post(SECOND, {"code": code})
    assert client.get("/admin/").status_code == 200


def test_once_the_factor_is_gone_the_admin_is_closed():
    staff = make_moderator()
    client = log_in(staff)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=staff).delete()
    assert client.get("/admin/")["Location"] == SET_UP


def test_the_admin_offers_no_way_around_the_log_in():
    client = log_in(make_user(is_staff=True, is_superuser=True))
    account = client.get("/admin/account/").content.decode()
    assert 'type="password"' not in account
    assert 'name="name_email-email"' not in account
    for path in ("/admin/password_reset/", "/admin/password_reset/confirm/MQ/abc/"):
        assert client.get(path).status_code == 404
    somebody = make_user(is_staff=True)
    before = somebody.password
    edit = reverse("wagtailusers_users:edit", args=[somebody.pk])
    assert 'type="password"' not in client.get(edit).content.decode()
    form = {
        "username": somebody.username,
        "email": somebody.email,
        "first_name": "a",
        "last_name": "b",
        "is_active": "on",
    }
    client.post(edit, form | {"password1": "西湖边的桂花开了", "password2": "西湖边的桂花开了"})
    somebody.refresh_from_db()
    assert (somebody.first_name, somebody.password) == ("a", before)


def test_an_operator_removes_what_was_lost_and_everybody_is_signed_out(person, django_capture_on_commit_callbacks):
    client, unlisted = log_in(person, second_factor=True), log_in(person, second_factor=True)
    client.get("/settings/")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("remove_second_factor", PHONE, verbosity=0)
    assert not Authenticator.objects.exists()
    assert client.get("/settings/")["Location"].startswith(LOGIN)
    assert unlisted.get("/settings/")["Location"].startswith(LOGIN)  # that no row of a device stood for
    assert Notification.objects.get().recipient == person
    with pytest.raises(CommandError):
        call_command("remove_second_factor", "nobody@example.com")


def test_removing_it_for_somebody_leaves_others_alone(person):
    other = make_user()
    app_of(other)
    services.remove_second_factor(user=person)
    assert [app.user for app in Authenticator.objects.all()] == [other]
