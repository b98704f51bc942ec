"""Opening an account by WeChat, QQ or Weibo, and coming back to it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.cache import cache
from django.test import Client

from marketplace.accounts import services
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import ConsentRecord, User, UserVerification, VerificationKind
from marketplace.notifications.models import OutboundMessage
from tests.accounts.conftest import IN_WECHAT, Traveller
from tests.accounts.test_signing_up import CONFIRM, PHONE, VERIFY, mailed_code, newest_code
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

COMPLETION, LOGIN = "/accounts/3rdparty/signup/", "/accounts/login/"


def complete(traveller, **fields):
    form = {"phone": "13800138000", "display_name": "林小满", "consent": "on"} | fields
    return traveller.client.post(COMPLETION, {name: value for name, value in form.items() if value is not None})


def opened(traveller, provider, name="林小满", **fields):
    """Somebody whose account is open and whose number is proved."""
    traveller.come_by(provider, name, **fields)
    assert complete(traveller).headers["Location"] == VERIFY
    response = traveller.client.post(VERIFY, {"code": newest_code()})
    assert response.status_code == 302
    return response


@pytest.mark.parametrize("provider", ["weixin", "weixin_mp", "qq", "weibo"])
def test_the_first_time_a_number_is_proved_and_the_second_time_nothing_is_asked(traveller, provider):
    traveller.user_agent = IN_WECHAT if provider == "weixin_mp" else ""
    opened(traveller, provider)
    user = User.objects.get()
    assert (user.phone, user.pending_phone, user.email, user.first_name) == (PHONE, "", "", "")
    assert user.profile.display_name == "林小满"
    assert not user.has_usable_password()
    assert traveller.user_id == str(user.pk)
    assert ConsentRecord.objects.filter(user=user).count() == 2
    assert UserVerification.objects.get(user=user).kind == VerificationKind.PHONE
    assert SocialAccount.objects.get().user == user

    later = Traveller(traveller.identity, Client(), traveller.user_agent)
    response = later.come_by(provider, "林小满")
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert later.user_id == str(user.pk)
    assert OutboundMessage.objects.filter(channel="sms").count() == 1


def test_wechat_on_the_computer_and_inside_wechat_is_one_account(traveller, in_wechat):
    opened(traveller, "weixin")
    in_wechat.come_by("weixin_mp", "林小满")
    assert in_wechat.user_id == traveller.user_id
    account = SocialAccount.objects.get()
    assert set(account.extra_data["openids"]) == {"wx2026jiangjiweb", "wx2026jiangji0001"}


def test_another_person_there_is_another_person_here(traveller):
    opened(traveller, "qq", "林小满")
    other = Traveller(traveller.identity, Client())
    assert other.come_by("qq", "周野").headers["Location"] == COMPLETION
    assert other.user_id is None


def test_an_account_opens_with_an_address_too_and_only_its_code_proves_it(traveller, mailoutbox):
    traveller.come_by("weibo", "周野")
    assert complete(traveller, phone=None, email="zhouye@example.com").headers["Location"] == CONFIRM
    assert traveller.user_id is None
    assert not EmailAddress.objects.get().verified
    assert traveller.client.post(CONFIRM, {"code": mailed_code(mailoutbox)}).status_code == 302
    assert EmailAddress.objects.get().verified
    assert traveller.user_id == str(User.objects.get().pk)


@pytest.mark.parametrize(
    ("missing", "field"),
    [({"consent": None}, "consent"), ({"phone": None}, None), ({"display_name": ""}, "display_name")],
)
def test_without_consent_name_or_a_way_to_reach_them_nobody_gets_an_account(traveller, missing, field):
    traveller.come_by("qq", "周野")
    response = complete(traveller, **missing)
    assert response.status_code == 200
    assert field is None or response.context["form"].errors[field]
    assert response.context["form"].errors
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()
    assert complete(traveller).headers["Location"] == VERIFY  # and can be put right


def test_until_the_code_is_typed_the_account_opens_for_nobody(traveller):
    traveller.come_by("qq", "周野")
    complete(traveller)
    later = Traveller(traveller.identity, Client())
    assert later.come_by("qq", "周野").status_code in (302, 429)
    assert (traveller.user_id, later.user_id) == (None, None)
    assert User.objects.get().phone is None


def test_the_completion_page_is_nowhere_without_somebody_who_came(client):
    assert client.get(COMPLETION).headers["Location"] == LOGIN


@pytest.mark.parametrize("way", ["phone", "email"])
def test_an_account_that_exists_is_not_taken_over_and_its_owner_is_told(traveller, mailoutbox, way):
    owner = make_user(phone=PHONE, email="owner@example.com")
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    traveller.come_by("weixin", "林小满")
    typed = {"phone": "138 0013 8000"} if way == "phone" else {"phone": None, "email": "Owner@example.com"}
    response = complete(traveller, **typed)
    page = traveller.client.get(response.headers["Location"])
    assert "请在这里取消，用它登录" in page.content.decode()
    told = OutboundMessage.objects.get(channel="sms").body if way == "phone" else mailoutbox[0].body
    assert not re.search(r"\d{6}", told)
    assert traveller.user_id is None
    assert User.objects.get() == owner
    assert not SocialAccount.objects.exists()

    # The same answer for a number that nobody has: who knows a number does not learn whether its owner is here.
    stranger = Traveller(traveller.identity, Client())
    stranger.come_by("weixin", "周野")
    free = {"phone": "13900139000"} if way == "phone" else {"phone": None, "email": "free@example.com"}
    other = complete(stranger, **free)
    assert other.headers["Location"] == response.headers["Location"]
    assert "请在这里取消，用它登录" in stranger.client.get(other.headers["Location"]).content.decode()

    # Doing so leads to the page of links, by way of the log-in page.
    traveller.client.post("/accounts/logout/", {"next": LOGIN})
    log_in = {"login": PHONE if way == "phone" else owner.email, "password": PASSWORD, "next": "/accounts/3rdparty/"}
    assert traveller.client.post(LOGIN, log_in).headers["Location"] == "/accounts/3rdparty/"
    traveller.come_by("weixin", "林小满", path="/accounts/3rdparty/", link="weixin")
    assert SocialAccount.objects.filter(user=owner, provider="weixin").exists()


def test_a_claim_that_was_never_proved_keeps_its_owner_out_of_nothing(traveller, mailoutbox):
    squatter = Traveller(traveller.identity, Client())
    squatter.come_by("qq", "占位")
    complete(squatter, phone=None, email="xiaoman@example.com")
    cache.clear()  # one address gets a code every three minutes
    traveller.come_by("weibo", "林小满")
    complete(traveller, phone=None, email="xiaoman@example.com")
    traveller.client.post(CONFIRM, {"code": mailed_code(mailoutbox)})
    user = User.objects.get()
    assert traveller.user_id == str(user.pk)
    assert SocialAccount.objects.get().provider == "weibo"


def test_a_sign_up_that_somebody_completed_elsewhere_leaves_no_account_without_a_way_in(traveller):
    other = Traveller(traveller.identity, Client())
    traveller.come_by("qq", "周野")
    other.come_by("qq", "周野")
    complete(traveller)
    form = {"phone": "13900139000", "display_name": "周野", "consent": "on"}
    response = other.client.post(COMPLETION, form, headers={"Referer": f"http://testserver{COMPLETION}"})
    assert response.status_code == 302
    assert (User.objects.count(), SocialAccount.objects.count(), ConsentRecord.objects.count()) == (1, 1, 2)
    page = other.client.get(COMPLETION, follow=True)
    assert page.redirect_chain == [(LOGIN, 302)]
    assert "这个QQ账号已经开通过匠集账号" in page.content.decode()


def test_the_session_of_before_the_log_in_is_worth_nothing_afterwards(traveller):
    opened(traveller, "qq", "周野")
    planted = Client()
    planted.get(LOGIN)
    victim = Traveller(traveller.identity, planted)
    victim.leave("qq")
    before = planted.cookies["session"].value
    victim.come_by("qq", "周野")
    assert victim.user_id is not None
    assert planted.cookies["session"].value != before
    attacker = Client()
    attacker.cookies["session"] = before
    assert "_auth_user_id" not in attacker.session


def test_the_page_one_wanted_comes_after_the_log_in_and_after_the_first_one_too(traveller):
    response = opened(traveller, "weixin", next="/orders/")
    assert response.headers["Location"] == "/orders/"
    later = Traveller(traveller.identity, Client())
    assert later.come_by("weixin", "林小满", next="/orders/").headers["Location"] == "/orders/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_no_log_in_leads_to_another_site(traveller, elsewhere):
    opened(traveller, "weixin")
    later = Traveller(traveller.identity, Client())
    assert later.come_by("weixin", "林小满", next=elsewhere).headers["Location"] == "/"


def test_who_was_shut_out_stays_out(traveller):
    opened(traveller, "qq")
    User.objects.update(is_active=False)
    later = Traveller(traveller.identity, Client())
    response = later.come_by("qq", "林小满")
    assert response.headers["Location"] == "/accounts/inactive/"
    assert later.user_id is None


def test_saving_a_sign_up_reports_only_what_it_knows():
    """An integrity error about anything but the account from elsewhere is a fault, not a refusal."""
    make_user(phone=PHONE)

    def save():
        return User.objects.create(phone=PHONE)

    login = SocialLogin(account=SocialAccount(provider="qq", uid="UID_1"))
    with pytest.raises(Exception, match="unique") as caught:
        services.save_social_sign_up(login=login, save=save)
    assert not isinstance(caught.value, AccountError)
    SocialAccount.objects.create(provider="qq", uid="UID_1", user=make_user())
    with pytest.raises(AccountError) as refused:
        services.save_social_sign_up(login=login, save=save)
    assert refused.value.code == AccountErrorCode.SOCIAL_USED
