"""The identity sandbox is as strict as what it stands for: a portal that works with it has asked in the right way."""

import json
import os
import re
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from marketplace.accounts.sandbox.config import App, IdentityConfig
from marketplace.accounts.sandbox.grants import Grants, UnknownCode
from marketplace.accounts.sandbox.people import Person
from portal.embedded.paths import PROJECT
from portal.embedded.valkey import free_port
from tests.accounts.conftest import IN_WECHAT
from tests.payments.sandbox.conftest import eventually, fetch

CALLBACK = "http://testserver/accounts/x/login/callback/"
WEB = {
    "appid": "wx2026jiangjiweb",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "snsapi_login",
    "state": "s",
}
PUBLIC = WEB | {"appid": "wx2026jiangji0001", "scope": "snsapi_userinfo"}
QQ = {
    "response_type": "code",
    "client_id": "102026001",
    "redirect_uri": CALLBACK,
    "scope": "get_user_info",
    "state": "s",
}
WEIBO = {"client_id": "2026000001", "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
DOORS = [
    ("weixin/connect/qrconnect", WEB, "appid"),
    ("weixin/connect/oauth2/authorize", PUBLIC, "appid"),
    ("qq/oauth2.0/authorize", QQ, "client_id"),
    ("weibo/oauth2/authorize", WEIBO, "client_id"),
]


def ask(identity, path, query, data=None, user_agent=IN_WECHAT):
    form = None if data is None else urlencode(data).encode()
    return fetch(f"{identity.url}/{path}?{urlencode(query)}", form, User_Agent=user_agent)


def code_for(identity, path, query, name="林小满"):
    reply = ask(identity, path, query, {"nickname": name, "answer": "agree"})
    answer = parse_qs(urlsplit(reply.location).query)
    assert answer["state"] == ["s"]
    return answer["code"][0]


@pytest.mark.parametrize(("path", "query", "app"), DOORS)
def test_a_screen_shows_people_to_pick_and_escapes_their_names(identity, path, query, app):
    page = ask(identity, path, query)
    assert page.status == 200
    assert len(re.findall(r'type="radio" name="persona"', page.text)) == 4
    assert "<b>李四</b>" not in page.text
    assert 'href="/identity/static/identity.css"' in page.text
    assert fetch(f"{identity.url}/static/identity.css").status == 200


@pytest.mark.parametrize(("path", "query", "app"), DOORS)
@pytest.mark.parametrize("target", ["https://evil.example/", "http://testserver.evil.example/", "javascript:1", ""])
def test_no_code_goes_to_a_host_that_was_not_registered(identity, path, query, app, target):
    for data in (None, {"answer": "agree"}):
        assert ask(identity, path, query | {"redirect_uri": target}, data).status == 400


@pytest.mark.parametrize(("path", "query", "app"), DOORS)
def test_an_unknown_app_is_turned_away(identity, path, query, app):
    assert ask(identity, path, query | {app: "unknown"}).status == 400


@pytest.mark.parametrize(("path", "query", "app"), DOORS)
def test_another_sites_page_cannot_agree_in_somebodys_name(identity, path, query, app):
    address = f"{identity.url}/{path}?{urlencode(query)}"
    reply = fetch(address, b"answer=agree", User_Agent=IN_WECHAT, Sec_Fetch_Site="cross-site")
    assert reply.status == 403


def test_the_official_accounts_page_opens_in_wechat_only_and_in_the_right_order_only(identity):
    path = "weixin/connect/oauth2/authorize"
    assert ask(identity, path, PUBLIC).status == 200
    assert ask(identity, path, PUBLIC, user_agent="Chrome").status == 400
    assert ask(identity, path, dict(reversed(PUBLIC.items()))).status == 400
    assert ask(identity, path, PUBLIC | {"scope": "snsapi_login"}).status == 400


def weixin_token(identity, code, **changes):
    query = {"appid": "wx2026jiangjiweb", "secret": "sandbox-weixin", "code": code, "grant_type": "authorization_code"}
    return json.loads(fetch(f"{identity.url}/weixin/sns/oauth2/access_token?{urlencode(query | changes)}").text)


def test_wechat_changes_a_code_once_for_its_own_app_and_secret(identity):
    code = code_for(identity, "weixin/connect/qrconnect", WEB)
    assert weixin_token(identity, code, appid="wx0")["errcode"] == 40013
    assert weixin_token(identity, code, secret="wrong")["errcode"] == 40125
    other = {"appid": "wx2026jiangji0001", "secret": "sandbox-weixin-mp"}
    assert weixin_token(identity, code, **other)["errcode"] == 40029
    assert weixin_token(identity, "made-up")["errcode"] == 40029
    granted = weixin_token(identity, code)
    assert granted["openid"] == Person("林小满").openid("wx2026jiangjiweb")
    assert weixin_token(identity, code)["errcode"] == 40163
    who = {"access_token": granted["access_token"], "openid": "another"}
    assert json.loads(fetch(f"{identity.url}/weixin/sns/userinfo?{urlencode(who)}").text)["errcode"] == 40003


def test_qq_compares_the_callback_and_answers_in_a_form_unless_json_is_asked_for(identity):
    code = code_for(identity, "qq/oauth2.0/authorize", QQ)
    query = {"client_id": "102026001", "client_secret": "sandbox-qq", "code": code, "redirect_uri": CALLBACK}
    address = f"{identity.url}/qq/oauth2.0/token?"
    elsewhere = fetch(address + urlencode(query | {"redirect_uri": CALLBACK + "x"})).text
    assert elsewhere.startswith("callback( ")
    assert "100019" in elsewhere
    assert "100009" in fetch(address + urlencode(query | {"client_secret": "wrong"})).text
    granted = parse_qs(fetch(address + urlencode(query)).text)
    assert "100020" in fetch(address + urlencode(query | {"fmt": "json"})).text
    me = fetch(f"{identity.url}/qq/oauth2.0/me?access_token={granted['access_token'][0]}").text
    assert me.startswith("callback( ")
    assert "unionid" not in me


def test_weibo_takes_posts_only(identity):
    code = code_for(identity, "weibo/oauth2/authorize", WEIBO)
    form = {"client_id": "2026000001", "client_secret": "sandbox-weibo", "code": code, "redirect_uri": CALLBACK}
    address = f"{identity.url}/weibo/oauth2/access_token"
    assert fetch(f"{address}?{urlencode(form)}").status == 405
    assert fetch(address, urlencode(form | {"client_secret": "wrong"}).encode()).status == 400
    assert "access_token" in json.loads(fetch(address, urlencode(form).encode()).text)
    assert fetch(address, urlencode(form).encode()).status == 400


def test_a_code_dies_of_old_age(monkeypatch):
    grants, app = Grants(IdentityConfig.from_env({})), App("1", "secret")
    code = grants.agree("qq", app, Person("周野"), CALLBACK)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 601)
    with pytest.raises(UnknownCode):
        grants.exchange("qq", app, code)


def test_an_unknown_fault_is_refused(identity):
    assert fetch(f"{identity.url}/control/faults", b'{"nonsense": 1}').status == 400


def test_both_sandboxes_share_a_process_and_wechats_two_doors_stay_apart(tmp_path):
    port = free_port()
    environment = os.environ | {"SANDBOX_DATA_DIR": str(tmp_path), "SANDBOX_BASE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "uvicorn", "portal.embedded.sandboxes:application"]
    command += ["--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)

    def answers():
        assert process.poll() is None
        try:
            return fetch(f"http://127.0.0.1:{port}/healthz").status == 200
        except OSError:
            return False

    try:
        eventually(answers, within=30)
        query = urlencode(PUBLIC | {"redirect_uri": "http://localhost/back"})
        # For a payment WeChat answers without asking the person; for a log-in it asks.
        payment = fetch(f"http://127.0.0.1:{port}/connect/oauth2/authorize?{query}")
        assert (payment.status, payment.location.startswith("http://localhost/back?code=")) == (302, True)
        address = f"http://127.0.0.1:{port}/identity/weixin/connect/oauth2/authorize?{query}"
        assert fetch(address, User_Agent=IN_WECHAT).status == 200
    finally:
        process.terminate()
        process.wait(10)
