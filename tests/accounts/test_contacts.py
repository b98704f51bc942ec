"""Another number, another address: both ends are asked."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from marketplace.accounts.contacts import PROVED_FOR_SECONDS
from marketplace.accounts.templatetags.people import phone_number
from marketplace.notifications.models import Notification, OutboundMessage
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db

OLD, NEW, MAIL = "+8613800138000", "+8613900139000", "xiaoman@example.com"
CHANGE_PHONE, CHANGE_EMAIL, VERIFY = "/accounts/phone/change/", "/accounts/email/", "/accounts/phone/verify/"
PROVE_PHONE, PROVE_EMAIL = "/settings/prove/phone/", "/settings/prove/email/"


def person(**fields):
    user = make_user(**fields)
    if user.email:
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def texted(number):
    return re.search(r"\d{6}", OutboundMessage.objects.filter(channel="sms", recipient=number).first().body)[0]


def mailed(mailoutbox):
    return re.search(r"\b\d{6}\b", mailoutbox[-1].body)[0]


def wrong(code):
    return "000000" if code != "000000" else "111111"


def prove_by_phone(browser, page=PROVE_PHONE):
    browser.post(page, {"send": "phone"})
    return browser.post(page, {"code": texted(OLD)})


def test_a_number_changes_after_a_code_to_the_old_one_and_a_code_to_the_new_one(mailoutbox):
    user = person(phone=OLD, email=MAIL)
    browser = log_in(user)
    page = browser.get(CHANGE_PHONE).content.decode()
    assert PROVE_PHONE in page
    assert 'name="phone"' not in page

    assert prove_by_phone(browser).headers["Location"] == CHANGE_PHONE
    assert 'name="phone"' in browser.get(CHANGE_PHONE).content.decode()
    assert browser.post(CHANGE_PHONE, {"phone": "13900139000", "action_add": ""}).headers["Location"] == VERIFY
    user.refresh_from_db()
    assert user.phone == OLD
    browser.post(VERIFY, {"code": texted(NEW)})
    user.refresh_from_db()
    assert user.phone == NEW

    # The old number, the mailbox and the bell hear of it; none of them learns the whole new number.
    told = [
        OutboundMessage.objects.filter(recipient=OLD).first().body,
        mailoutbox[-1].body,
        Notification.objects.get(recipient=user).title,
    ]
    assert "139****9000" in told[0]
    assert "139****9000" in told[1]
    assert mailoutbox[-1].to == [MAIL]
    assert "手机号" in told[2]
    assert not any("13900139000" in words for words in told)


def test_without_the_old_ends_code_no_new_number_is_even_texted():
    user = person(phone=OLD)
    browser = log_in(user)
    response = browser.post(CHANGE_PHONE, {"phone": "13900139000", "action_add": ""})
    assert response.headers["Location"] == PROVE_PHONE
    assert not OutboundMessage.objects.exists()
    browser.post(PROVE_PHONE, {"send": "phone"})
    assert browser.post(PROVE_PHONE, {"code": wrong(texted(OLD))}).status_code == 200
    browser.post(CHANGE_PHONE, {"phone": "13900139000", "action_add": ""})
    assert not OutboundMessage.objects.filter(recipient=NEW).exists()
    user.refresh_from_db()
    assert (user.phone, user.pending_phone) == (OLD, "")


def test_guessing_the_old_ends_code_ends_it():
    browser = log_in(person(phone=OLD))
    browser.post(PROVE_PHONE, {"send": "phone"})
    code = texted(OLD)
    for number in range(5):
        browser.post(PROVE_PHONE, {"code": wrong(code) if number else "12"})
    browser.post(PROVE_PHONE, {"code": code})
    assert PROVE_PHONE in browser.get(CHANGE_PHONE).content.decode()


def test_a_second_code_within_the_minute_is_refused_with_a_sentence_on_the_same_page():
    browser = log_in(person(phone=OLD))
    browser.post(PROVE_PHONE, {"send": "phone"})
    page = browser.post(PROVE_PHONE, {"send": "phone"}, follow=True)
    assert "请等一分钟" in page.content.decode()
    assert OutboundMessage.objects.count() == 1


def test_the_proof_is_good_for_ten_minutes_and_for_this_session_only():
    user = person(phone=OLD)
    browser = log_in(user)
    prove_by_phone(browser)
    assert PROVE_PHONE in log_in(user).get(CHANGE_PHONE).content.decode()
    session = browser.session
    session["account_contact_proved"] = time.time() - PROVED_FOR_SECONDS - 1
    session.save()
    assert PROVE_PHONE in browser.get(CHANGE_PHONE).content.decode()


def test_a_code_of_another_person_on_the_same_browser_counts_for_nothing():
    browser = log_in(person(phone=OLD))
    browser.post(PROVE_PHONE, {"send": "phone"})
    code = texted(OLD)
    state = browser.session["account_present_contact"]
    other = log_in(person(phone="+8613700137000"))
    session = other.session
    session["account_present_contact"] = state
    session.save()
    other.post(PROVE_PHONE, {"code": code})
    assert PROVE_PHONE in other.get(CHANGE_PHONE).content.decode()


def test_who_has_lost_the_number_proves_the_address_instead(mailoutbox):
    browser = log_in(person(phone=OLD, email=MAIL))
    browser.post(PROVE_PHONE, {"send": "email"})
    assert mailoutbox[-1].to == [MAIL]
    assert browser.post(PROVE_PHONE, {"code": mailed(mailoutbox)}).headers["Location"] == CHANGE_PHONE
    assert 'name="phone"' in browser.get(CHANGE_PHONE).content.decode()


def test_a_first_number_needs_a_code_to_the_mailbox_since_it_opens_the_account(mailoutbox):
    browser = log_in(person(email=MAIL))
    assert browser.post(CHANGE_PHONE, {"phone": "13900139000", "action_add": ""}).headers["Location"] == PROVE_PHONE
    browser.post(PROVE_PHONE, {"send": "phone"})  # there is none: the code goes to what there is
    assert mailoutbox[-1].to == [MAIL]


def test_who_has_nothing_verified_yet_is_not_asked_for_it():
    browser = log_in(make_user())
    assert 'name="phone"' in browser.get(CHANGE_PHONE).content.decode()
    assert browser.get(PROVE_PHONE).headers["Location"] == CHANGE_PHONE


def test_an_address_changes_after_both_ends_and_the_old_one_is_told(mailoutbox):
    user = person(email=MAIL)
    browser = log_in(user)
    refused = browser.post(CHANGE_EMAIL, {"email": "new@example.com", "action_add": ""})
    assert refused.headers["Location"] == PROVE_EMAIL
    assert mailoutbox == []
    browser.post(PROVE_EMAIL, {"send": "email"})
    browser.post(PROVE_EMAIL, {"code": mailed(mailoutbox)})
    onward = browser.post(CHANGE_EMAIL, {"email": "new@example.com", "action_add": ""}).headers["Location"]
    assert mailoutbox[-1].to == ["new@example.com"]
    code = mailed(mailoutbox)
    user.refresh_from_db()
    assert user.email == MAIL
    browser.post(onward, {"code": code})
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.com", True, True)]
    assert mailoutbox[-1].to == [MAIL]
    assert "new@example.com" in mailoutbox[-1].body


def test_a_number_that_belongs_to_somebody_else_is_refused_at_its_code():
    person(phone=NEW)
    user = person(phone=OLD)
    browser = log_in(user)
    prove_by_phone(browser)
    browser.post(CHANGE_PHONE, {"phone": "13900139000", "action_add": ""})
    if OutboundMessage.objects.filter(recipient=NEW).exists():
        browser.post(VERIFY, {"code": texted(NEW)})
    user.refresh_from_db()
    assert user.phone == OLD


@pytest.mark.parametrize("page", [PROVE_PHONE, PROVE_EMAIL, CHANGE_PHONE, CHANGE_EMAIL])
def test_strangers_are_sent_to_log_in(page):
    for response in (Client().get(page), Client().post(page, {"send": "phone"})):
        assert response.headers["Location"].startswith(reverse("account_login"))


def test_only_numbers_and_addresses_can_be_proved():
    assert log_in(person(phone=OLD)).get("/settings/prove/password/").status_code == 404


def test_the_page_shows_neither_number_nor_address_in_full():
    cache.clear()
    page = log_in(person(phone=OLD, email=MAIL)).get(PROVE_PHONE).content.decode()
    assert "138****8000" in page
    assert "xi***@example.com" in page
    assert "13800138000" not in page
    assert MAIL not in page


@pytest.mark.parametrize(("stored", "shown"), [(OLD, "138 0013 8000"), ("+12025550143", "+12025550143"), ("?", "?")])
def test_a_number_is_written_in_groups(stored, shown):
    assert phone_number(stored) == shown


@pytest.mark.parametrize(("phone", "left"), [(None, 1), (OLD, 0)], ids=["last way in", "a number is left"])
def test_an_address_that_is_the_last_way_in_cannot_be_removed(phone, left, mailoutbox):
    user = person(email=MAIL, phone=phone)
    user.set_unusable_password()
    user.save()
    browser = log_in(user)
    browser.post(PROVE_EMAIL, {"send": "email"})
    browser.post(PROVE_EMAIL, {"code": mailed(mailoutbox)})
    browser.post(CHANGE_EMAIL, {"email": MAIL, "action_remove": ""})
    assert EmailAddress.objects.filter(user=user).count() == left


@pytest.mark.parametrize("more", [{"action_send": ""}, {"action_remove": ""}, {"action_send": "", "action_remove": ""}])
def test_no_second_button_in_the_same_form_gets_round_the_old_end(more, mailoutbox):
    browser = log_in(person(email=MAIL))
    response = browser.post(CHANGE_EMAIL, {"email": "thief@example.com", "action_add": ""} | more)
    assert response.headers["Location"] == PROVE_EMAIL
    assert mailoutbox == []
