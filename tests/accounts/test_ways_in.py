"""Linking an account from elsewhere, unlinking it, and never the last way in."""

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from marketplace.accounts import services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import User
from marketplace.notifications.models import Notification, OutboundMessage
from tests.accounts.conftest import IN_WECHAT, Traveller
from tests.factories import PASSWORD, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db

WAYS = "/accounts/3rdparty/"
PHONE = "+8613800138000"


@pytest.fixture
def person(db):
    return make_user(name="林小满", phone=PHONE)


@pytest.fixture
def at_home(person, identity):
    """Somebody who has just logged in."""
    return Traveller(identity, log_in(person))


def link(traveller, provider, name="林小满", **kwargs):
    return traveller.come_by(provider, name, path=WAYS, link=provider, **kwargs)


def sentences(client):
    return [str(message) for message in client.get(WAYS).context["messages"]]


def linked(user, provider="qq", uid="UID_1"):
    return SocialAccount.objects.create(user=user, provider=provider, uid=uid, extra_data={"nickname": "小满"})


@pytest.mark.parametrize("provider", ["weixin", "weixin_mp", "qq", "weibo"])
def test_an_account_is_linked_opens_the_door_and_is_unlinked(
    at_home, person, provider, django_capture_on_commit_callbacks
):
    at_home.user_agent = IN_WECHAT if provider == "weixin_mp" else ""
    with django_capture_on_commit_callbacks(execute=True):
        response = link(at_home, provider)
    assert response.headers["Location"] == WAYS
    account = SocialAccount.objects.get(user=person)
    html = at_home.client.get(WAYS, headers={"User-Agent": at_home.user_agent or "Chrome"}).content.decode()
    assert f'value="{account.pk}"' in html
    assert "林小满" in html
    told = Notification.objects.get(recipient=person)
    assert told.url == WAYS
    assert "已绑定" in OutboundMessage.objects.get(channel="sms", recipient=PHONE).body

    later = Traveller(at_home.identity, Client(), at_home.user_agent)
    later.come_by(provider, "林小满")
    assert later.user_id == str(person.pk)

    with django_capture_on_commit_callbacks(execute=True):
        response = at_home.client.post(WAYS, {"unlink": account.pk})
    assert response.headers["Location"] == WAYS
    assert not SocialAccount.objects.exists()
    # Besides: the other browser that came in.
    assert Notification.objects.filter(recipient=person, url=WAYS).count() == 2
    assert OutboundMessage.objects.filter(channel="sms", recipient=PHONE, template__startswith="way_in").count() == 2
    stranger = Traveller(at_home.identity, Client(), at_home.user_agent)
    assert stranger.come_by(provider, "林小满").headers["Location"] == "/accounts/3rdparty/signup/"


def test_who_has_a_proved_address_is_told_by_mail(identity, mailoutbox, django_capture_on_commit_callbacks):
    person = make_user(email="xiaoman@example.com", phone=PHONE)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    with django_capture_on_commit_callbacks(execute=True):
        link(Traveller(identity, log_in(person)), "qq")
    assert [mail.to for mail in mailoutbox] == [["xiaoman@example.com"]]
    assert "QQ" in mailoutbox[0].subject
    assert not OutboundMessage.objects.exists()


def test_linking_twice_is_linking_once(at_home, person):
    link(at_home, "qq")
    link(at_home, "qq")
    assert SocialAccount.objects.filter(user=person).count() == 1
    assert Notification.objects.filter(recipient=person).count() == 1


def test_what_belongs_to_somebody_else_is_not_linked(at_home, person):
    other = make_user(name="周野")
    Traveller(at_home.identity, log_in(other)).come_by("qq", "林小满", path=WAYS, link="qq")
    assert link(at_home, "qq").headers["Location"] == WAYS
    assert "已经属于另一个匠集账号" in sentences(at_home.client)[0]
    assert SocialAccount.objects.get().user == other
    assert not Notification.objects.filter(recipient=person).exists()


def test_a_second_account_of_one_provider_is_not_linked(at_home, person):
    link(at_home, "qq", "林小满")
    link(at_home, "qq", "周野")
    assert "先解除" in sentences(at_home.client)[-1]
    assert SocialAccount.objects.get(user=person).extra_data["nickname"] == "林小满"


def test_who_says_no_there_is_back_on_the_page_with_nothing_linked(at_home, person):
    assert link(at_home, "qq", agrees=False).headers["Location"] == WAYS
    assert not SocialAccount.objects.exists()
    assert "没有" in sentences(at_home.client)[0]


def test_a_provider_that_fails_while_linking_leads_back_to_the_page(at_home, identity):
    identity.fault(garbage=True)
    assert link(at_home, "weibo").headers["Location"] == WAYS
    assert not SocialAccount.objects.exists()
    assert sentences(at_home.client)


@pytest.mark.parametrize(
    ("phone", "address", "password", "other", "refused"),
    [
        (None, None, False, None, True),
        (PHONE, None, False, None, False),
        (None, "unproved", False, None, True),
        (None, "proved", False, None, False),
        (None, "unproved", True, None, False),
        (None, None, True, None, True),  # a password with nothing to type beside it
        (None, None, False, "weibo", False),
        (None, None, False, "gitee", True),  # not offered any longer
    ],
)
def test_the_last_way_in_is_never_unlinked(phone, address, password, other, refused):
    person = make_user(phone=phone)
    User.objects.filter(pk=person.pk).update(email="xiaoman@example.com" if address else "")
    person.refresh_from_db()
    if not password:
        person.set_unusable_password()
        person.save()
    if address:
        EmailAddress.objects.create(user=person, email=person.email, verified=address == "proved", primary=True)
    account = linked(person)
    if other:
        linked(person, other, "1")
    if not refused:
        services.unlink_social_account(user=person, account_id=account.pk)
        assert not SocialAccount.objects.filter(pk=account.pk).exists()
        return
    with pytest.raises(AccountError) as caught:
        services.unlink_social_account(user=person, account_id=account.pk)
    assert caught.value.code == AccountErrorCode.LAST_WAY_IN
    assert SocialAccount.objects.filter(pk=account.pk).exists()
    assert not Notification.objects.exists()


def test_wechats_two_apps_count_for_each_other(settings):
    """Who came by the Official Account keeps a way in while the website app alone is switched off."""
    person = make_user()
    User.objects.filter(pk=person.pk).update(email="", password="!")
    person.refresh_from_db()
    linked(person, "weixin")
    account = linked(person, "qq")
    configured = settings.SOCIALACCOUNT_PROVIDERS
    without = {"weixin": configured["weixin"] | {"APPS": []}, "weixin_mp": configured["weixin_mp"] | {"APPS": []}}
    settings.SOCIALACCOUNT_PROVIDERS = configured | without
    with pytest.raises(AccountError):
        services.unlink_social_account(user=person, account_id=account.pk)
    settings.SOCIALACCOUNT_PROVIDERS = configured | {"weixin": without["weixin"]}
    services.unlink_social_account(user=person, account_id=account.pk)
    assert SocialAccount.objects.get().provider == "weixin"


def test_a_refusal_is_a_sentence_on_the_page(identity):
    person = make_user()
    account = linked(person)
    browser = log_in(person)
    User.objects.filter(pk=person.pk).update(email="")
    response = browser.post(WAYS, {"unlink": account.pk}, headers={"Referer": f"http://testserver{WAYS}"})
    assert response.headers["Location"].endswith(WAYS)
    assert "最后一种登录方式" in sentences(browser)[0]
    assert SocialAccount.objects.filter(pk=account.pk).exists()


def test_nobody_unlinks_what_is_not_theirs(at_home):
    account = linked(make_user(phone="+8613900139000"))
    assert at_home.client.post(WAYS, {"unlink": account.pk}).status_code == 404
    assert SocialAccount.objects.filter(pk=account.pk).exists()


def test_the_page_is_for_people_who_are_logged_in(client):
    assert client.get(WAYS).headers["Location"] == f"/accounts/login/?next={WAYS}"
    assert client.post(WAYS, {"link": "qq"}).headers["Location"] == f"/accounts/login/?next={WAYS}"


def test_a_provider_that_is_not_offered_cannot_be_linked(at_home):
    assert at_home.client.post(WAYS, {"link": "weixin_mp"}).status_code == 404
    assert at_home.client.post(WAYS, {"link": "gitee"}).status_code == 404


def test_linking_and_unlinking_need_a_recent_log_in(person, identity):
    account = linked(person, "weibo", "1")
    browser = log_in(person, minutes_ago=30)
    for wanted in ({"link": "qq"}, {"unlink": account.pk}):
        response = browser.post(WAYS, wanted)
        assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.filter(pk=account.pk).exists()
    # The password once more, and what was begun goes on.
    response = browser.post(response.headers["Location"], {"password": PASSWORD})
    assert response.headers["Location"] == WAYS
    assert not SocialAccount.objects.filter(pk=account.pk).exists()


def test_who_has_no_password_logs_in_by_code_first_and_comes_back_to_the_page(person, identity):
    person.set_unusable_password()
    person.save()
    response = log_in(person, minutes_ago=30).post(WAYS, {"link": "qq"})
    assert response.headers["Location"] == f"/accounts/login/code/?next={WAYS.replace('/', '%2F')}"


def test_allauths_own_door_to_linking_asks_for_a_recent_log_in_too(person, identity):
    """Its log-in page takes `process=connect` from anybody; what counts is checked on the way back."""
    stale = Traveller(identity, log_in(person, minutes_ago=30))
    assert stale.come_by("qq", "林小满", process="connect").headers["Location"] == WAYS
    assert not SocialAccount.objects.exists()
    assert "重新" in sentences(stale.client)[0]
    nobody = Traveller(identity, Client())
    nobody.come_by("qq", "林小满", process="connect")
    assert not SocialAccount.objects.exists()
    assert nobody.user_id is None
    fresh = Traveller(identity, log_in(person))
    fresh.come_by("qq", "林小满", process="connect")
    assert SocialAccount.objects.get().user == person


def test_the_settings_lead_to_the_page(at_home):
    assert f'href="{WAYS}"' in at_home.client.get("/accounts/phone/change/").content.decode()


def only_by(**fields) -> User:
    """Somebody with neither number, address nor password, but for what is named."""
    person = make_user()
    User.objects.filter(pk=person.pk).update(email="", phone=None, password="!")
    User.objects.filter(pk=person.pk).update(**fields)
    return User.objects.get(pk=person.pk)


def test_a_passkey_that_is_the_last_way_in_is_not_removed():
    person = only_by()
    first, second = (
        Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": name})
        for name in ("phone", "laptop")
    )
    for passkey, left in ((first, {second}), (second, {second})):
        log_in(person, second_factor=True).post(reverse("mfa_remove_webauthn", args=[passkey.pk]))
        assert set(Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)) == left


def test_an_address_goes_where_a_passkey_still_opens_the_account_and_stays_where_nothing_does():
    person = only_by(email="lin@example.com")
    address = EmailAddress.objects.create(user=person, email="lin@example.com", verified=True, primary=True)
    assert not get_adapter().can_delete_email(address)
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "phone"})
    assert get_adapter().can_delete_email(address)
