import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests import logins
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
PHONE = "+8613800138000"


def log_in(login, password=PASSWORD, client=None):
    client = client or Client()
    response = client.post(LOGIN, {"login": login, "password": password})
    return client.session.get("_auth_user_id"), response


@pytest.mark.parametrize(
    "typed", ["13800138000", "138 0013 8000", "138-0013-8000", "+8613800138000", "+86 138 0013 8000", "8613800138000"]
)
def test_a_mobile_number_logs_in_however_it_is_typed(typed):
    user = make_user(phone=PHONE)
    logged_in, response = log_in(typed)
    assert logged_in == str(user.pk), response.status_code
    assert response.status_code == 302


@pytest.mark.parametrize("typed", ["xiaoman@example.com", "Xiaoman@Example.COM"])
def test_an_e_mail_address_logs_in(typed):
    user = make_user(email="xiaoman@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    logged_in, _response = log_in(typed)
    assert logged_in == str(user.pk)


def test_an_address_that_staff_typed_is_proved_at_the_first_log_in(mailoutbox):
    user = make_user(email="xiaoman@example.com")
    client = Client()
    logged_in, response = log_in("xiaoman@example.com", client=client)
    assert (logged_in, response.headers["Location"]) == (None, "/accounts/confirm-email/")
    client.post("/accounts/confirm-email/", {"code": re.search(r"\b\d{6}\b", mailoutbox[0].body)[0]})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_wrong_password_keeps_what_was_typed_as_login_and_nothing_of_the_password():
    make_user(phone=PHONE)
    logged_in, response = log_in("13800138000", "wrong horse battery")
    assert logged_in is None
    assert response.status_code == 200
    text = response.content.decode()
    assert "13800138000" in text
    assert "wrong horse battery" not in text


def test_a_number_that_waits_for_its_code_logs_nobody_in():
    user = make_user()
    user.pending_phone = PHONE
    user.save()
    logged_in, response = log_in("13800138000")
    assert logged_in is None
    assert response.status_code == 200


def test_an_unknown_number_and_a_wrong_password_read_the_same():
    make_user(phone=PHONE)
    _nobody, wrong = log_in("13800138000", "wrong horse battery")
    _nobody, unknown = log_in("13900139000", "wrong horse battery")
    assert wrong.context["form"].errors == unknown.context["form"].errors


def test_a_closed_account_does_not_log_in():
    user = make_user(email="gone@example.com")
    user.is_active = False
    user.save()
    logged_in, response = log_in("gone@example.com")
    assert logged_in is None
    assert response.status_code in (200, 302)


def test_guessing_passwords_is_slowed_down_without_a_500():
    make_user(email="xiaoman@example.com")
    client = Client(raise_request_exception=False)
    responses = [log_in("xiaoman@example.com", f"guess {number}", client)[1] for number in range(12)]
    assert {response.status_code for response in responses} <= {200, 429}
    logged_in, _response = log_in("xiaoman@example.com", PASSWORD, client)
    assert logged_in is None, "after so many guesses even the right password waits"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
)
def test_the_doors_render_in_both_languages(name, language):
    with override(language):
        response = Client().get(reverse(name))
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode() or f'lang="{"zh-CN"}"' in response.content.decode()


def test_staff_go_through_the_same_door_as_everybody():
    response = Client().get("/admin/", follow=True)
    path, _query = response.redirect_chain[-1][0].split("?")
    assert path == LOGIN
    assert "next=%2Fadmin%2F" in response.redirect_chain[-1][0]
    assert len(response.redirect_chain) <= 2


def test_wagtails_own_log_in_takes_no_password():
    staff = make_user(is_staff=True, is_superuser=True)
    client = Client()
    response = client.post("/admin/login/", {"username": staff.username, "password": PASSWORD})
    assert response.status_code == 405
    assert "_auth_user_id" not in client.session


def test_wagtails_log_in_for_private_pages_leads_to_ours_and_lets_nobody_in():
    """It asks for the password alone: no throttle, no second factor."""
    owner, browser = make_user(), Client()
    answer = browser.post("/_util/login/", {"username": owner.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in browser.session


def test_somebody_without_the_right_is_told_so_and_not_sent_in_circles(buyer_client):
    response = buyer_client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) <= 1
    assert buyer_client.get("/admin/login/").status_code == 403


def test_somebody_with_the_right_enters():
    client = Client()
    logins.log_in(make_user(is_staff=True, is_superuser=True), client=client)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "name", ["account_request_login_code", "account_reset_password", "account_email", "account_change_password"]
)
def test_a_box_is_empty_and_its_label_stands_above_it(name, buyer):
    client = Client()
    if name in {"account_email", "account_change_password"}:
        client.force_login(buyer)
    main = client.get(reverse(name)).content.decode().split("<main", 1)[1].split("</main>")[0]
    assert "<input" in main
    assert "placeholder" not in main


def test_a_code_page_has_no_placeholder_either():
    make_user(phone=PHONE)
    client = Client()
    client.post("/accounts/login/code/", {"phone": "13800138000"})
    page = client.get("/accounts/login/code/confirm/").content.decode()
    assert 'name="code"' in page
    assert "placeholder" not in page.split("<main", 1)[1].split("</main>")[0]
