"""Opening an account through allauth's own pages, as a browser does."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import ConsentRecord, User, UserVerification, VerificationKind
from marketplace.accounts.tasks import forget_unfinished_sign_ups
from marketplace.core import clock
from marketplace.messaging.models import Conversation
from marketplace.notifications.models import OutboundMessage
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SIGNUP, VERIFY, CONFIRM = "/accounts/signup/", "/accounts/phone/verify/", "/accounts/confirm-email/"
PHONE = "+8613800138000"


def sign_up(client, **fields):
    form = {"display_name": "林小满", "password1": "西湖边的桂花开了", "consent": "on"} | fields
    return client.post(SIGNUP, {name: value for name, value in form.items() if value is not None})


def newest_code(recipient=PHONE):
    message = OutboundMessage.objects.filter(channel="sms", recipient=recipient).first()
    return re.search(r"\d{6}", message.body)[0]


def mailed_code(mailoutbox):
    return re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]


def test_somebody_signs_up_with_a_mobile_number_and_its_code():
    client = Client()
    response = sign_up(client, phone="138 0013 8000")
    assert response.status_code == 302
    assert response.headers["Location"] == VERIFY
    user = User.objects.get()
    assert (user.phone, user.pending_phone) == (None, PHONE)
    assert user.profile.display_name == "林小满"
    assert user.check_password("西湖边的桂花开了")
    assert "_auth_user_id" not in client.session

    assert client.get(VERIFY).status_code == 200
    response = client.post(VERIFY, {"code": newest_code()})
    assert response.status_code == 302
    user.refresh_from_db()
    assert (user.phone, user.pending_phone) == (PHONE, "")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert UserVerification.objects.get(user=user).kind == VerificationKind.PHONE


def test_a_wrong_code_verifies_nothing():
    client = Client()
    sign_up(client, phone="13800138000")
    code = newest_code()
    wrong = "000000" if code != "000000" else "111111"
    response = client.post(VERIFY, {"code": wrong})
    assert response.status_code == 200
    user = User.objects.get()
    assert (user.phone, user.pending_phone) == (None, PHONE)
    assert "_auth_user_id" not in client.session
    assert not UserVerification.objects.exists()


def test_guessing_codes_ends_the_attempt():
    client = Client()
    sign_up(client, phone="13800138000")
    code = newest_code()
    guesses = [f"{number:06d}" for number in range(12) if f"{number:06d}" != code]
    statuses = [client.post(VERIFY, {"code": guess}).status_code for guess in guesses]
    assert statuses[0] == 200
    assert statuses[-1] in (302, 429)
    client.post(VERIFY, {"code": code})
    assert User.objects.get().phone is None


def test_somebody_signs_up_with_an_e_mail_address(mailoutbox):
    client = Client()
    response = sign_up(client, email="xiaoman@example.com")
    assert response.status_code == 302
    user = User.objects.get()
    assert (user.email, user.phone, user.pending_phone) == ("xiaoman@example.com", None, "")
    assert user.profile.display_name == "林小满"
    assert user.profile.handle.startswith("u-")
    assert response.headers["Location"] == CONFIRM
    assert "_auth_user_id" not in client.session
    assert [mail.to for mail in mailoutbox] == [["xiaoman@example.com"]]

    page = client.get(CONFIRM)
    assert page.templates[0].name == "account/confirm_email_verification_code.html"
    assert "xiaoman@example.com" in page.content.decode()
    assert client.post(CONFIRM, {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(CONFIRM, {"code": mailed_code(mailoutbox)}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get(user=user).verified
    assert UserVerification.objects.get(user=user).kind == VerificationKind.EMAIL

    # From now on the password is enough.
    again = Client()
    again.post("/accounts/login/", {"login": "xiaoman@example.com", "password": "西湖边的桂花开了"})
    assert again.session["_auth_user_id"] == str(user.pk)


def test_the_demo_shows_the_code_of_an_e_mail_in_its_outbox(settings):
    settings.EMAIL_BACKEND, settings.DEMO = "marketplace.notifications.backends.OutboxEmailBackend", True
    client = Client()
    sign_up(client, email="xiaoman@example.com")
    outbox = client.get("/dev/outbox/").content.decode()
    code = re.search(r'<code class="hash">(\d{6})</code>', outbox)[1]
    assert client.post(CONFIRM, {"code": code}).status_code == 302
    assert "_auth_user_id" in client.session


def test_who_mistyped_the_address_starts_over_from_the_page_of_the_code(mailoutbox):
    client = Client()
    sign_up(client, email="xiaomna@example.com")
    assert f'value="{SIGNUP}"' in client.get(CONFIRM).content.decode()
    assert client.post("/accounts/logout/", {"next": SIGNUP}).headers["Location"] == SIGNUP
    sign_up(client, email="Xiaoman@example.com")
    client.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    user = User.objects.get(email="xiaoman@example.com")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_nobody_can_squat_on_an_address_without_its_code(mailoutbox):
    squatter, owner = Client(), Client()
    sign_up(squatter, email="owner@example.com", password1="squatters password 1")
    squatter_code = mailed_code(mailoutbox)
    cache.clear()  # ten seconds pass

    # The owner comes later and is told nothing of the squatter; the squatter's account is gone.
    assert sign_up(owner, email="Owner@example.com").headers["Location"] == CONFIRM
    owner.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    user = User.objects.get(email="owner@example.com")
    assert owner.session["_auth_user_id"] == str(user.pk)
    assert User.objects.count() == 1

    late = squatter.post(CONFIRM, {"code": squatter_code})
    assert late.status_code in (200, 302)
    assert "_auth_user_id" not in squatter.session
    squatter.post("/accounts/login/", {"login": "owner@example.com", "password": "squatters password 1"})
    assert "_auth_user_id" not in squatter.session


def test_the_owner_of_an_address_does_not_prove_a_squatters_account_by_a_log_in_code(mailoutbox):
    sign_up(Client(), email="owner@example.com", password1="squatters password 1")
    mailoutbox.clear()
    Client().post("/accounts/login/code/", {"email": "owner@example.com"})
    assert not re.search(r"\b\d{6}\b", "".join(mail.body for mail in mailoutbox))


def test_a_squatter_whom_somebody_wrote_to_loses_the_address_and_the_way_in(mailoutbox):
    sign_up(Client(), email="owner@example.com", password1="squatters password 1")
    squatter = User.objects.get()
    Conversation.objects.create(buyer=make_user(), seller=squatter)
    cache.clear()
    owner = Client()
    sign_up(owner, email="owner@example.com")
    owner.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    assert owner.session["_auth_user_id"] == str(User.objects.get(email="owner@example.com").pk)
    squatter.refresh_from_db()
    assert (squatter.email, squatter.is_active) == ("", False)


def test_an_address_named_beside_a_number_is_proved_too_or_given_to_its_owner(mailoutbox):
    person, owner = Client(), Client()
    sign_up(person, phone="13800138000", email="owner@example.com")
    assert person.post(VERIFY, {"code": newest_code()}).headers["Location"] == CONFIRM
    assert "_auth_user_id" not in person.session
    # They leave it at that, and come back by their number, which they have proved.
    person = Client()
    person.post("/accounts/login/", {"login": "13800138000", "password": "西湖边的桂花开了"})
    user = User.objects.get(phone=PHONE)
    assert person.session["_auth_user_id"] == str(user.pk)

    cache.clear()
    mailoutbox.clear()
    Client().post("/accounts/password/reset/", {"email": "owner@example.com"})
    assert "/password/reset/key/" not in "".join(mail.body for mail in mailoutbox)
    cache.clear()
    sign_up(owner, email="owner@example.com")
    owner.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    assert owner.session["_auth_user_id"] == str(User.objects.get(email="owner@example.com").pk)
    user.refresh_from_db()
    assert (user.email, user.phone, user.is_active) == ("", PHONE, True)


def test_a_sign_up_takes_nothing_from_an_account_that_staff_made(mailoutbox):
    colleague = make_user(email="colleague@example.com")
    sign_up(Client(), email="colleague@example.com")
    assert list(User.objects.all()) == [colleague]
    assert not re.search(r"\b\d{6}\b", mailoutbox[-1].body)


@pytest.mark.parametrize("fields", [{"phone": "13800138000"}, {"email": "xiaoman@example.com"}])
def test_what_was_consented_to_is_written_down_with_its_version(fields, settings):
    settings.CONSENT_VERSIONS = {"terms": "2026-03", "privacy": "2026-02"}
    sign_up(Client(), **fields)
    records = ConsentRecord.objects.filter(user=User.objects.get())
    assert {(record.document, record.version) for record in records} == {("terms", "2026-03"), ("privacy", "2026-02")}
    assert all(timezone.now() - record.given_at < timedelta(minutes=1) for record in records)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"consent": None, "email": "a@example.com"}, "consent"),
        ({"display_name": "", "email": "a@example.com"}, "display_name"),
        ({"password1": "12345678", "email": "a@example.com"}, "password1"),
        ({"email": "not an address"}, "email"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "+1 202 555 0123"}, "phone"),
        ({"phone": "010 6552 9988"}, "phone"),
        ({}, "__all__"),
    ],
    ids=["consent", "name", "weak password", "e-mail", "short number", "foreign number", "landline", "no way in"],
)
def test_an_incomplete_form_opens_no_account_and_keeps_what_was_typed(fields, field):
    response = sign_up(Client(), **fields)
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not User.objects.exists()
    assert not OutboundMessage.objects.exists()
    for value in filter(None, (fields.get("email"), fields.get("phone"))):
        assert value in response.content.decode()


def test_consent_is_never_ticked_beforehand():
    page = Client().get(SIGNUP)
    assert page.status_code == 200
    checkbox = re.search(r"<input[^>]*name=\"consent\"[^>]*>", page.content.decode())[0]
    assert "checked" not in checkbox


def test_nobody_can_squat_on_a_number_without_its_code():
    squatter, owner = Client(), Client()
    sign_up(squatter, phone="13800138000")
    squatter_code = newest_code()
    OutboundMessage.objects.all().delete()

    # The owner comes later, and is not told that the number is taken: it is not.
    cache.clear()  # a minute passes: a number gets one code a minute
    assert sign_up(owner, phone="13800138000").headers["Location"] == VERIFY
    owner.post(VERIFY, {"code": newest_code()})
    owner_user = User.objects.get(phone=PHONE)
    assert owner.session["_auth_user_id"] == str(owner_user.pk)

    # Now the squatter's code arrives after all.
    response = squatter.post(VERIFY, {"code": squatter_code})
    assert response.status_code in (200, 302, 409)
    assert User.objects.get(phone=PHONE) == owner_user
    assert User.objects.exclude(pk=owner_user.pk).get().phone is None
    assert "_auth_user_id" not in squatter.session


def test_a_verified_number_opens_no_second_account():
    owner = make_user(phone=PHONE)
    client = Client()
    sign_up(client, phone="13800138000")
    assert list(User.objects.all()) == [owner]
    owner.refresh_from_db()
    assert owner.phone == PHONE
    # Nobody learns from the page that the number has an account; its owner does, from a message without a code.
    assert not re.search(r"\d{6}", OutboundMessage.objects.get(recipient=PHONE).body)
    client.post(VERIFY, {"code": "123456"})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("typed", ["xiaoman@example.com", "XIAOMAN@Example.com"])
def test_an_address_that_has_an_account_opens_no_second_one(typed):
    owner = make_user(email="Xiaoman@example.com")
    response = sign_up(Client(), email=typed)
    assert response.status_code in (200, 302)
    assert list(User.objects.all()) == [owner]
    assert owner.email == "xiaoman@example.com"


def test_too_many_sign_ups_from_one_address_are_answered_429_not_500(settings):
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    client = Client(raise_request_exception=False)
    statuses = [sign_up(client, email=f"someone-{number}@example.com").status_code for number in range(1)]
    statuses += [sign_up(Client(), email=f"other-{number}@example.com").status_code for number in range(3)]
    assert statuses[:2] == [302, 302]
    assert statuses[-1] == 429
    assert User.objects.count() == 2


def test_asking_for_codes_too_often_is_answered_with_a_sentence_never_with_500(settings):
    settings.ACCOUNT_RATE_LIMITS = {"verify_phone": "1/60s/key"}
    first = Client(raise_request_exception=False)
    sign_up(first, phone="13800138000")
    sent = OutboundMessage.objects.count()
    page = sign_up(Client(raise_request_exception=False), phone="13800138000")
    assert page.status_code == 200
    assert "请等一分钟" in page.content.decode()
    assert "13800138000" in page.content.decode()
    assert first.post(VERIFY, {"action": "resend"}).status_code in (302, 429)
    assert OutboundMessage.objects.count() == sent


def test_somebody_signs_up_without_a_password_and_comes_back_by_code():
    client = Client()
    sign_up(client, phone="13800138000", password1="")
    client.post(VERIFY, {"code": newest_code()})
    user = User.objects.get(phone=PHONE)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert not user.has_usable_password()
    cache.clear()  # a minute passes
    again = Client()
    again.post("/accounts/login/code/", {"phone": "13800138000"})
    again.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert again.session["_auth_user_id"] == str(user.pk)


def days_later(days):
    return clock.moved_to(timezone.now() + timedelta(days=days))


def test_a_sign_up_that_proved_nothing_is_forgotten_after_a_week():
    sign_up(Client(), phone="13800138000")
    sign_up(Client(), email="xiaoman@example.com")
    with days_later(6):
        assert forget_unfinished_sign_ups() == 0
    with days_later(8):
        assert forget_unfinished_sign_ups() == 2
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_who_came_in_or_was_made_by_staff_is_not_forgotten(mailoutbox):
    client = Client()
    sign_up(client, email="xiaoman@example.com")
    client.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    by_staff = make_user(email="staff-made@example.com")
    with days_later(30):
        assert forget_unfinished_sign_ups() == 0
    assert by_staff in User.objects.all()
    assert User.objects.count() == 2
