"""The card of a shared link inside WeChat: one ticket for everybody, signatures for pages of ours, over HTTP."""

import json
from dataclasses import asdict
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from marketplace.accounts import wechat_card
from marketplace.accounts.tasks import renew_wechat_ticket
from tests.accounts.conftest import IN_WECHAT
from tests.factories import make_gig
from tests.payments.sandbox.conftest import fetch

# Whether somebody is blocked is asked for each page.
pytestmark = pytest.mark.django_db
PAGE = "http://testserver/gigs/7/teahouse/?from=timeline&isappinstalled=0"


def signature_of(client, url):
    return client.get("/wechat/signature/", {"url": url})


def what_wechat_says(identity, signed, url):
    query = {"appId": signed["app_id"], "timestamp": signed["timestamp"], "nonceStr": signed["nonce"]}
    query |= {"signature": signed["signature"], "url": url}
    return json.loads(fetch(f"{identity.url}/weixin/open/js/check?{urlencode(query)}").text)


def test_wechat_takes_our_signature_for_the_page_as_it_stands_without_its_fragment(client, identity):
    assert renew_wechat_ticket()
    signed = signature_of(client, f"{PAGE}#reviews").json()
    assert what_wechat_says(identity, signed, PAGE)["errMsg"] == "config:ok"
    assert what_wechat_says(identity, signed, PAGE + "&x=1")["errMsg"] == "config:fail,Error: invalid signature"


def test_a_hundred_pages_cost_one_request_to_wechat(client, identity):
    assert renew_wechat_ticket()
    before = what_wechat_says(identity, signature_of(client, PAGE).json(), PAGE)["tokens_given"]
    for number in range(100):
        assert signature_of(client, f"{PAGE}&n={number}").status_code == 200
    assert not renew_wechat_ticket()
    assert what_wechat_says(identity, signature_of(client, PAGE).json(), PAGE)["tokens_given"] == before


@pytest.mark.parametrize(
    "url",
    ["", "/gigs/7/", "//testserver/gigs/7/", "https://evil.example/", "http://testserver.evil.example/",
     "http://testserver@evil.example/", "http://evil.example\\@testserver/", "javascript:alert(1)", "ftp://testserver/"],
)  # fmt: skip
def test_another_site_gets_no_signature(client, identity, url):
    assert renew_wechat_ticket()
    assert signature_of(client, url).status_code == 204


def test_without_a_ticket_there_is_no_signature_and_no_request_waits_for_wechat(client, identity):
    identity.fault(garbage=True)
    assert signature_of(client, PAGE).status_code == 204


@pytest.mark.parametrize("faults", [{"garbage": True}, {"refuse": 40013}, {"refuse": 45009}])
def test_what_wechat_refuses_is_asked_for_again_by_the_next_run(client, identity, faults, caplog):
    identity.fault(**faults)
    assert not renew_wechat_ticket()
    assert signature_of(client, PAGE).status_code == 204
    assert "sandbox-weixin-mp" not in caplog.text
    assert fetch(f"{identity.url}/control/faults", method="DELETE").status == 200
    assert renew_wechat_ticket()
    assert signature_of(client, PAGE).status_code == 200


def test_a_token_that_holds_no_more_is_replaced(client, identity):
    assert renew_wechat_ticket()
    cache.delete("accounts:wechat:ticket")
    app = "appid=wx2026jiangji0001&secret=sandbox-weixin-mp&grant_type=client_credential"
    assert "access_token" in fetch(f"{identity.url}/weixin/cgi-bin/token?{app}").text  # which ends ours
    assert renew_wechat_ticket()
    assert what_wechat_says(identity, signature_of(client, PAGE).json(), PAGE)["errMsg"] == "config:ok"


def test_a_ticket_is_renewed_before_it_ends(identity, monkeypatch):
    assert renew_wechat_ticket()
    held = cache.get("accounts:wechat:ticket")
    cache.set("accounts:wechat:ticket", held | {"ends_at": held["ends_at"] - 7200 + 599})
    assert renew_wechat_ticket()


def test_without_an_official_account_nothing_is_asked_and_nothing_loaded(client, identity, settings):
    providers = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = providers | {"weixin_mp": providers["weixin_mp"] | {"APPS": []}}
    assert not renew_wechat_ticket()
    assert wechat_card.script_url(IN_WECHAT) == ""


@pytest.mark.django_db
def test_wechats_script_is_loaded_inside_wechat_alone(client, identity):
    address = make_gig().get_absolute_url()
    script = f"{identity.url}/weixin/open/js/jweixin-1.6.0.js"
    inside = client.get(address, headers={"User-Agent": IN_WECHAT})
    assert f'<script src="{script}"' in inside.content.decode()
    # In whatever order the directives stand: django-csp takes them from a set.
    assert f"script-src 'self' {script}" in inside.headers["Content-Security-Policy"].split("; ")
    outside = client.get(address)
    assert "jweixin" not in outside.content.decode()
    assert "jweixin" not in outside.headers["Content-Security-Policy"]


def test_the_signature_is_spelt_as_the_page_reads_it(client, identity):
    assert renew_wechat_ticket()
    signed = wechat_card.sign(PAGE, host="testserver", is_secure=False)
    assert set(signature_of(client, PAGE).json()) == set(asdict(signed))
