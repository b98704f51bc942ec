"""Profiles, numbers and the seller desk: the services behind the pages, and the pages."""

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.accounts import services
from marketplace.accounts.adapter import AccountAdapter
from marketplace.accounts.backends import AuthenticationBackend
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User, UserProfile, UserVerification, VerificationKind
from marketplace.accounts.phone import normalize_phone
from portal.settings import people
from tests.factories import make_seller, make_user
from tests.logins import log_in

PHONE = "+8613800138000"


@pytest.mark.parametrize(
    "typed",
    ["13800138000", " 138 0013 8000 ", "138-0013-8000", "+8613800138000", "008613800138000", "(+86)13800138000"],
)
def test_a_mainland_mobile_number_has_one_form(typed):
    assert normalize_phone(typed) == PHONE


@pytest.mark.parametrize("typed", ["", "12345", "1380013800", "23800138000", "01065529988", "+12025550123", "a@b.cn"])
def test_what_is_no_mainland_mobile_number_has_none(typed):
    assert normalize_phone(typed) is None


def test_a_verified_number_belongs_to_one_person(db):
    owner, late = make_user(phone=PHONE), make_user()
    services.set_phone(user=late, phone=PHONE, verified=False)
    assert late.pending_phone == PHONE
    with pytest.raises(AccountError) as refusal:
        services.set_phone(user=late, phone=PHONE, verified=True)
    assert refusal.value.code == AccountErrorCode.PHONE_TAKEN
    assert (late.phone, late.pending_phone) == (None, PHONE)
    late.refresh_from_db()
    assert (late.phone, late.pending_phone) == (None, PHONE)
    owner.refresh_from_db()
    assert owner.phone == PHONE
    assert not UserVerification.objects.filter(user=late).exists()


def test_verifying_twice_is_written_down_once(db):
    user = make_user()
    services.set_phone(user=user, phone=PHONE, verified=True)
    services.set_phone(user=user, phone=PHONE, verified=True)
    verification = UserVerification.objects.get(user=user)
    assert (verification.kind, verification.status) == (VerificationKind.PHONE, "approved")
    assert verification.reviewed_at is not None


def test_allauth_sees_the_verified_number_before_the_one_that_waits(db):
    adapter, user = AccountAdapter(), make_user()
    assert adapter.get_phone(user) is None
    services.set_phone(user=user, phone="+8613900139000", verified=False)
    assert adapter.get_phone(user) == ("+8613900139000", False)
    assert adapter.get_user_by_phone("13900139000") is None
    services.set_phone(user=user, phone=PHONE, verified=True)
    services.set_phone(user=user, phone="+8613900139000", verified=False)
    assert adapter.get_phone(user) == (PHONE, True)
    assert adapter.get_user_by_phone("138 0013 8000") == user
    assert adapter.get_user_by_phone("not a number") is None


def test_a_profile_without_a_name_gets_a_neutral_one(db):
    with translation.override("en"):
        user = User.objects.create_user(username="x")
        profile = services.create_profile(user=user, display_name="  ")
    assert profile.display_name == f"User {profile.handle[2:6].upper()}"


def test_what_others_see_is_never_the_number_or_the_address(db):
    user = User.objects.create_user(username="x", email="secret@example.com", phone=PHONE)
    assert user.display_name == user.profile.display_name
    assert not {"secret", PHONE[-4:]} & set(user.display_name.split())
    services.create_profile(user=user, display_name="林小满")
    assert str(User.objects.get(pk=user.pk)) == "林小满"
    UserProfile.objects.all().delete()
    assert User.objects.get(pk=user.pk).display_name == f"#{user.pk}"


def test_a_user_made_on_the_command_line_has_every_page(db):
    call_command("createsuperuser", interactive=False, username="root", email="Root@Example.com", verbosity=0)
    user = User.objects.get()
    assert (user.email, user.profile.handle[:2]) == ("root@example.com", "u-")
    pages_open_for(user)


def test_a_user_made_in_wagtail_has_every_page_and_keeps_their_name(db):
    administrator = Client()
    log_in(make_user(is_staff=True, is_superuser=True), client=administrator)
    form = {
        "username": "suqing",
        "email": "suqing@example.com",
        "first_name": "苏",
        "last_name": "晴",
        "password1": "西湖边的桂花开了",
        "password2": "西湖边的桂花开了",
    }
    assert administrator.post(reverse("wagtailusers_users:add"), form).status_code == 302
    user = User.objects.get(username="suqing")
    assert user.profile.display_name == user.get_full_name()
    pages_open_for(user)


def test_a_row_that_came_in_bulk_gets_its_profile_when_it_is_asked_for(db):
    user = User.objects.bulk_create([User(username="bulk")])[0]
    assert not UserProfile.objects.exists()
    pages_open_for(user)
    assert UserProfile.objects.get().user == user


def pages_open_for(user: User) -> None:
    client = Client()
    log_in(user, client=client)
    for name in ("accounts:settings", "accounts:become_seller"):
        assert client.get(reverse(name)).status_code == 200


def test_the_person_of_a_request_comes_with_the_profile(buyer, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert AuthenticationBackend().get_user(buyer.pk).profile.display_name == "林小满"
    buyer.is_active = False
    buyer.save()
    assert AuthenticationBackend().get_user(buyer.pk) is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_profile_pages_render_for_everybody(seller, buyer_client, language):
    with translation.override(language):
        public, own, sell = (
            reverse("accounts:profile", args=[seller.profile.handle]),
            reverse("accounts:settings"),
            reverse("accounts:become_seller"),
        )
    page = Client().get(public)
    assert page.status_code == 200
    assert "青禾品牌" in page.content.decode()
    assert seller.email not in page.content.decode()
    assert buyer_client.get(own).status_code == 200
    assert buyer_client.get(sell).status_code == 200
    for address in (own, sell):
        assert Client().get(address).status_code == 302


def test_the_profile_of_a_closed_account_is_gone(db):
    seller = make_seller()
    seller.is_active = False
    seller.save()
    assert Client().get(reverse("accounts:profile", args=[seller.profile.handle])).status_code == 404
    assert Client().get(reverse("accounts:profile", args=["nobody"])).status_code == 404


def test_outside_the_tests_passwords_are_hashed_with_argon2(settings):
    hashers = [name for name in people.PASSWORD_HASHERS if not name.endswith("MD5PasswordHasher")]
    assert hashers[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    settings.PASSWORD_HASHERS = hashers
    assert identify_hasher(make_password("x")).algorithm == "argon2"
