"""Who may open what: every address of the site is asked for by a stranger, so that a new one cannot be forgotten.

Taken from the URLconf. An address that anybody may open stands in PUBLIC; every other one sends strangers to log in, or
is not there for them. What people may see of each other is each room's own test; the admin's roles are in
tests/moderation/test_roles_table.py.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters

from tests.factories import PASSWORD, make_user

SAMPLES = {"int": "987654321", "uuid": "00000000-0000-4000-8000-000000000000", "gig_step": "overview"}
# Prefixes of the route that others answer for.
NOT_OURS = ("admin/", "documents/", "media/", "i18n/", "static/")
PUBLIC = {
    # the house itself
    "healthz", "robots", "sitemap", "sitemap_part", "indexnow_key",
    "discovery:search", "discovery:suggest", "discovery:count", "ledger:escrow",
    "moderation:statistics", "moderation:statistics_csv",
    "orders:rules_in_force", "orders:rules",
    "cms_pages:rules_archive", "cms_pages:rules_text", "cms_pages:rules_changes", "cms_pages:help_suggest",
    "cms_pages:help_feedback", "cms_pages:rules_comment",
    # who pays tells of it signed, without a session; the demo's outbox, which production has not
    "alipay_notify", "wechatpay_notify", "notifications:outbox",
    # coming in
    "account_login", "account_signup", "account_logout", "account_inactive", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_request_login_code", "account_email_verification_sent", "account_confirm_email", "account_verify_phone",
    "account_confirm_login_code", "mfa_authenticate", "mfa_login_webauthn", "mfa_signup_webauthn",
    "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup",
    "weixin_login", "weixin_mp_login", "qq_login", "weibo_login",
    "weixin_callback", "weixin_mp_callback", "qq_callback", "weibo_callback",
    "staff_login",
    # parts of editors' pages: nothing for strangers, and a coupon whose address a page has signed
    "cms_pages:personal_row", "cms_pages:coupon",
    # a signature for a page of ours, which anybody may open (tests/accounts/test_wechat_card.py)
    "accounts:wechat_signature",
    # the service worker, a script; the signed address of a mail's footer (tests/notifications/test_unsubscribing.py)
    "notifications:push_worker", "notifications:unsubscribe",
}  # fmt: skip


def routes(resolver: URLResolver, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """Each pattern with a name: its name with the namespace, and its route."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, route, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield namespace + pattern.name, route


def sample(route: str) -> str | None:
    """An address of this route, with samples in place of its parts; None for one that is written as an expression."""
    if "(?P" in route or "^" in route:
        return None
    for name in get_converters():
        while f"<{name}:" in route:
            start = route.index(f"<{name}:")
            route = route[:start] + SAMPLES.get(name, "nobody") + route[route.index(">", start) + 1 :]
    while "<" in route:
        route = route[: route.index("<")] + "nobody" + route[route.index(">") + 1 :]
    return "/" + route


ADDRESSES = sorted(
    {
        (name, address)
        for name, route in routes(get_resolver())
        if not route.startswith(NOT_OURS) and (address := sample(route)) is not None
    }
)


def test_the_addresses_are_found():
    names = {name for name, _address in ADDRESSES}
    assert {"orders:list", "accounts:privacy", "payments:withdraw", "account_login"} <= names
    assert len(ADDRESSES) > 120


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), ADDRESSES, ids=[name for name, _address in ADDRESSES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_log_in_or_finds_nothing(name, address, method):
    if name in PUBLIC:
        return
    answer = getattr(Client(), method)(address)
    target = urlsplit(answer.headers.get("Location", "")).path
    to_log_in = answer.status_code == 302 and target in ("/accounts/login/", "/accounts/login/code/")
    assert to_log_in or answer.status_code in (400, 403, 404, 405), (answer.status_code, target)


@pytest.mark.django_db
def test_nothing_is_public_that_does_not_exist():
    """allauth's own pages may be switched off; ours may not be misspelt here."""
    names = {name for name, _route in routes(get_resolver())}
    assert {name for name in PUBLIC if ":" in name} - names == set()


@pytest.mark.django_db
def test_wagtails_own_log_in_leads_to_ours_and_lets_nobody_in():
    """It asks for the password alone: no throttle, no second factor."""
    owner = make_user(email="owner@example.com")
    browser = Client()
    answer = browser.post("/_util/login/", {"username": owner.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in browser.session
