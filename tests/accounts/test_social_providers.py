"""WeChat, QQ and Weibo over HTTP: who somebody is, and what is made of strange answers."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.test import Client

from marketplace.accounts import selectors
from marketplace.accounts.models import User
from marketplace.accounts.providers.base import read_answer
from tests.accounts.conftest import IN_WECHAT, ON_A_PHONE, Traveller
from tests.factories import make_user

pytestmark = pytest.mark.django_db

COMPLETION = "/accounts/3rdparty/signup/"
PROVIDERS = ["weixin", "weixin_mp", "qq", "weibo"]


def by(traveller, provider):
    """The traveller, in a browser that fits the provider."""
    traveller.user_agent = IN_WECHAT if provider == "weixin_mp" else ""
    return traveller


def pending(traveller):
    """What the sign-up that waits for its completion holds."""
    return traveller.client.session["socialaccount_sociallogin"]


def nobody_came(traveller):
    return (traveller.user_id, User.objects.count(), SocialAccount.objects.count()) == (None, 0, 0)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_somebody_new_comes_to_the_completion_page_with_their_name_filled_in(traveller, provider):
    response = by(traveller, provider).come_by(provider, "林小满")
    assert (response.status_code, response.headers["Location"]) == (302, COMPLETION)
    page = traveller.client.get(COMPLETION)
    assert page.context["form"]["display_name"].value() == "林小满"
    assert not page.context["form"]["consent"].value()
    assert nobody_came(traveller)


@pytest.mark.parametrize("name", ["李四", "阿拉蕾🍡", "O'Neil <b>é</b>", "\\u674e 100%"])
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/json; charset=utf-8"])
@pytest.mark.parametrize("escaped", [False, True])
def test_names_arrive_as_they_are_whatever_wechat_says_about_their_encoding(
    traveller, identity, name, content_type, escaped
):
    identity.fault(content_type=content_type, escape_json=escaped)
    traveller.come_by("weixin", name)
    assert pending(traveller)["account"]["extra_data"]["nickname"] == name


def test_the_unionid_is_the_person_and_the_openids_are_kept(traveller, in_wechat):
    traveller.come_by("weixin", "林小满")
    in_wechat.come_by("weixin_mp", "林小满")
    on_computer, on_phone = pending(traveller)["account"], pending(in_wechat)["account"]
    assert on_computer["uid"] == on_phone["uid"]
    assert {on_computer["provider"], on_phone["provider"]} == {"weixin"}
    (first,), (second,) = on_computer["extra_data"]["openids"].items(), on_phone["extra_data"]["openids"].items()
    assert (first[0], second[0]) == ("wx2026jiangjiweb", "wx2026jiangji0001")
    assert on_computer["uid"] not in (first[1], second[1])
    assert first[1] != second[1]


@pytest.mark.parametrize("provider", ["weixin", "weixin_mp", "qq"])
def test_without_a_unionid_nobody_gets_in(traveller, identity, provider, caplog):
    identity.fault(without_unionid=True)
    response = by(traveller, provider).come_by(provider, "林小满")
    assert response.status_code == 401
    assert nobody_came(traveller)
    assert "socialaccount_sociallogin" not in traveller.client.session
    assert "does not say who this is" in caplog.text


@pytest.mark.parametrize("wrapped", [False, True])
def test_qq_may_wrap_its_answers_as_a_call(traveller, identity, wrapped):
    identity.fault(callback_bodies=wrapped)
    response = traveller.come_by("qq", "周野")
    assert response.headers["Location"] == COMPLETION
    account = pending(traveller)["account"]
    assert account["uid"].startswith("UID_")
    assert list(account["extra_data"]["openids"]) == ["102026001"]


def test_a_token_that_qq_gave_to_another_app_lets_nobody_in(traveller, identity):
    identity.fault(foreign_token=True)
    assert traveller.come_by("qq", "周野").status_code == 401
    assert nobody_came(traveller)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("fault", [{"refuse": 40001}, {"garbage": True}])
def test_a_refusal_or_nonsense_in_place_of_an_answer_ends_on_a_friendly_page(traveller, identity, provider, fault):
    identity.fault(**fault)
    response = by(traveller, provider).come_by(provider, "林小满")
    assert response.status_code == 401
    assert response.templates[0].name == "socialaccount/authentication_error.html"
    assert nobody_came(traveller)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_that_cannot_be_reached_ends_on_a_friendly_page_and_no_secret_is_logged(
    traveller, settings, provider, caplog
):
    reply = traveller.identity.answer(
        by(traveller, provider).leave(provider), "林小满", user_agent=traveller.user_agent
    )
    configured = settings.SOCIALACCOUNT_PROVIDERS
    secret = configured[provider]["APPS"][0]["secret"]
    settings.SOCIALACCOUNT_PROVIDERS = configured | {provider: configured[provider] | {"API_URL": "http://127.0.0.1:9"}}
    assert traveller.come_back(reply.location).status_code == 401
    assert nobody_came(traveller)
    assert f"log-in by {provider} failed: ConnectionError" in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_code_is_good_once(traveller, provider):
    there = by(traveller, provider).leave(provider)
    reply = traveller.identity.answer(there, "林小满", user_agent=traveller.user_agent)
    again = traveller.leave(provider)
    stolen = parse_qs(urlsplit(reply.location).query)["code"][0]
    state = parse_qs(urlsplit(again).query)["state"][0]
    assert traveller.come_back(reply.location).status_code == 302
    callback = urlsplit(reply.location).path
    assert traveller.client.get(callback, {"code": stolen, "state": state}).status_code == 401


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_wrong_secret_gets_no_token(traveller, settings, provider):
    configured = settings.SOCIALACCOUNT_PROVIDERS
    apps = [configured[provider]["APPS"][0] | {"secret": "wrong"}]
    settings.SOCIALACCOUNT_PROVIDERS = configured | {provider: configured[provider] | {"APPS": apps}}
    assert by(traveller, provider).come_by(provider, "林小满").status_code == 401
    assert nobody_came(traveller)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_says_no_comes_back_to_a_page_that_says_what_now(traveller, provider):
    response = by(traveller, provider).come_by(provider, "林小满", agrees=False)
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/3rdparty/login/cancelled/")
    page = traveller.client.get(response.headers["Location"])
    assert page.status_code == 200
    assert 'href="/accounts/login/"' in page.content.decode()
    assert nobody_came(traveller)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_way_back_that_this_browser_did_not_ask_for_lets_nobody_in(traveller, provider):
    reply = by(traveller, provider).identity.answer(
        traveller.leave(provider), "林小满", user_agent=traveller.user_agent
    )
    victim = Traveller(traveller.identity, Client())
    assert victim.come_back(reply.location).status_code == 401
    assert nobody_came(victim)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_link_starts_no_log_in_only_a_button_does(traveller, provider):
    response = traveller.client.get(f"/accounts/{provider}/login/")
    assert response.status_code == 200
    assert response.templates[0].name == "socialaccount/login.html"
    assert "socialaccount_states" not in traveller.client.session


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_button_is_refused_without_its_token(identity, provider):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/accounts/{provider}/login/").status_code == 403


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_callback_is_the_same_in_every_language_and_a_link_cannot_change_it(traveller, provider):
    crafted = "?auth_params=redirect_uri%3Dhttp%3A%2F%2Ftestserver%2Felsewhere&scope=more"
    for path in (f"/accounts/{provider}/login/", f"/en/accounts/{provider}/login/{crafted}"):
        query = parse_qs(urlsplit(traveller.leave(provider, path=path)).query)
        assert query["redirect_uri"] == [f"http://testserver/accounts/{provider}/login/callback/"]
        assert "more" not in query.get("scope", [""])[0]


def test_who_left_from_an_english_page_comes_back_to_one(traveller):
    response = traveller.come_by("qq", "周野", path="/en/accounts/qq/login/")
    assert response.headers["Location"] == f"/en{COMPLETION}"


def test_the_official_account_is_asked_as_wechat_demands_it(in_wechat):
    there = urlsplit(in_wechat.leave("weixin_mp"))
    assert there.path.endswith("/connect/oauth2/authorize")
    assert there.fragment == "wechat_redirect"
    names = [part.split("=")[0] for part in there.query.split("&")]
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]


def offered(user_agent):
    page = Client().get("/accounts/login/", headers={"User-Agent": user_agent})
    return [provider.id for provider in selectors.offered_providers(page.wsgi_request)]


def test_each_browser_is_offered_the_wechat_that_works_in_it():
    assert offered("Mozilla/5.0 (X11; Linux x86_64) Chrome/130") == ["weixin", "qq", "weibo"]
    assert offered(IN_WECHAT) == ["weixin_mp", "qq", "weibo"]
    assert offered(ON_A_PHONE) == ["qq", "weibo"]


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/signup/"])
def test_the_pages_of_entrance_have_a_button_for_each(page):
    html = Client().get(page, {"next": "/orders/"}).content.decode()
    for provider in ("weixin", "qq", "weibo"):
        assert f'formaction="/accounts/{provider}/login/"' in html
    assert "weixin_mp" not in html
    # Each form keeps where the person was going: the page's own, the providers', on the log-in page a passkey's.
    forms = 3 if page == "/accounts/login/" else 2
    assert html.count('<input type="hidden" name="next" value="/orders/">') == forms


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_without_an_app_id_is_not_offered_and_has_no_pages(settings, provider):
    configured = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = configured | {provider: configured[provider] | {"APPS": []}}
    for user_agent in ("Chrome", IN_WECHAT, ON_A_PHONE):
        assert provider not in offered(user_agent)
    client = Client()
    assert client.post(f"/accounts/{provider}/login/").status_code == 404
    assert client.get(f"/accounts/{provider}/login/callback/", {"code": "1", "state": "1"}).status_code == 404


def test_a_row_of_the_database_is_no_second_app(traveller):
    SocialApp.objects.create(provider="qq", name="QQ", client_id="another", secret="another")
    assert "client_id=102026001" in traveller.leave("qq")


def test_no_token_is_kept_neither_in_the_database_nor_in_the_session(traveller):
    traveller.come_by("weibo", "周野")
    assert "token" not in pending(traveller)
    assert not SocialToken.objects.exists()


def test_an_address_that_a_provider_gives_opens_no_account_and_is_not_taken_over(traveller, identity):
    owner = make_user(email="xiaoman@example.com")
    identity.fault(email="xiaoman@example.com")
    response = traveller.come_by("weibo", "冒名")
    assert response.headers["Location"] == COMPLETION
    assert traveller.user_id is None
    assert "xiaoman@example.com" not in str(pending(traveller))
    assert "xiaoman@example.com" not in traveller.client.get(COMPLETION).content.decode()
    assert not SocialAccount.objects.filter(user=owner).exists()


def answer_with(body, status=200):
    response = requests.Response()
    response._content, response.status_code = body, status
    return response


@pytest.mark.parametrize(
    "body",
    [
        b'{"errcode":40029,"errmsg":"invalid code"}',
        b'callback( {"error":100020,"error_description":"code is reused error"} );\n',
        b'{"ret":-23,"msg":"token is invalid"}',
        b'{"error":"invalid_grant","error_code":21325}',
        b"[]",
        b"null",
        b"",
        b"<html></html>",
        b"callback( nothing );",
    ],
)
def test_every_dialect_of_no_is_understood(body):
    with pytest.raises(OAuth2Error):
        read_answer(answer_with(body))


@pytest.mark.parametrize("body", [b'{"errcode":0,"a":1}', b'{"ret":0,"a":1}', b' callback({"a":1}) \n', b'{"a":1}'])
def test_a_code_of_nought_means_that_all_is_well(body):
    assert read_answer(answer_with(body))["a"] == 1
