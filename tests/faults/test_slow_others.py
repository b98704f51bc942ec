"""F18 of facts/reliability.md: what the site leans on beside database and Valkey takes connections and says nothing.

Pages do not get slower by what they never ask: each server is a counter of connections here, which says more, and costs less,
than a stop-watch. Whoever does ask has a limit of time (contracts/test_timeouts.py), and the person reads what happened.
"""

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.messaging.services import start_conversation
from portal.settings import services as configuration
from tests.factories import make_gig, make_paid_order, make_public_review, make_user
from tests.faults.proxy import Proxy
from tests.logins import log_in
from tests.payments.conftest import _use, alipay_keys  # noqa: F401 fixtures

pytestmark = pytest.mark.django_db
# A second of patience in place of ten, tried twice at most, and a busy machine.
LONGEST_SECONDS = 15


@pytest.fixture
def go_silent(settings, alipay_keys, monkeypatch) -> Iterator[Callable[[], dict[str, Proxy]]]:  # noqa: F811
    """From its call on, whomever the site asks over the network takes connections and says nothing."""
    there = {name: Proxy(None) for name in ("storage", "alipay", "wechat", "texts", "mails")}
    yield lambda: _silence(there, settings, alipay_keys, monkeypatch)
    for proxy in there.values():
        proxy.stop()


def _silence(there, settings, keys, monkeypatch) -> dict[str, Proxy]:
    at = {name: f"http://127.0.0.1:{proxy.port}" for name, proxy in there.items()}
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("S3_ENDPOINT_URL", at["storage"])
    monkeypatch.setitem(configuration._S3_WAITS, "read_timeout", 1)
    settings.STORAGES = settings.STORAGES | {
        alias: configuration.s3_storage(alias, private=alias == "private", access_key="a", secret_key="b")
        for alias in ("default", "private")
    }
    _use(settings, keys, f"{at['alipay']}/gateway.do")
    settings.ALIPAY = settings.ALIPAY | {"timeout_seconds": 1}
    settings.WECHATPAY = settings.WECHATPAY | {"base_url": at["wechat"], "api_base_url": at["wechat"]}
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"endpoint": at["texts"]}
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", there["mails"].port, 1
    return there


def asked(others: dict[str, Proxy]) -> dict[str, int]:
    return {name: proxy.asked for name, proxy in others.items() if proxy.asked}


def test_no_page_waits_for_anybody_it_does_not_need(go_silent):
    order = make_paid_order(gig=make_gig(requirements=1))
    review = make_public_review()
    gig = review.order.gig
    conversation = start_conversation(buyer=order.buyer, seller=order.seller)
    others = go_silent()
    everybody = [
        "/",
        "/search/?q=logo",
        gig.get_absolute_url(),
        gig.seller.profile.get_absolute_url(),
        reverse("account_login"),
    ]
    both = [
        *everybody, order.get_absolute_url(), reverse("messaging:inbox"), reverse("notifications:list"),
        reverse("messaging:conversation", args=[conversation.pk]), reverse("ledger:wallet"), reverse("accounts:settings"),
    ]  # fmt: skip
    buyers = [*both, reverse("orders:list"), reverse("payments:checkout", args=[order.gig.packages.get().pk])]
    sellers = [*both, reverse("orders:desk_list"), reverse("gigs:desk_list"), reverse("payments:withdraw")]
    for client, paths in ((Client(), everybody), (log_in(order.buyer), buyers), (log_in(order.seller), sellers)):
        for path in paths:
            assert client.get(path).status_code in (200, 302), path
            assert asked(others) == {}, path


def test_a_mail_that_does_not_leave_costs_its_page_a_while_and_is_said(go_silent):
    person = make_user(email="someone@example.com")
    others = go_silent()
    begun = time.monotonic()
    answer = Client().post(reverse("account_reset_password"), {"email": person.email})
    assert time.monotonic() - begun < LONGEST_SECONDS
    assert others["mails"].asked
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert AccountError(AccountErrorCode.MAIL_AWAY).message in answer.content.decode()


def test_a_database_that_takes_connections_and_says_nothing_is_given_up(monkeypatch):
    silent = Proxy(None)
    given = {**connection.get_connection_params(), "host": "127.0.0.1", "port": silent.port, "connect_timeout": 1}
    begun = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**{name: given[name] for name in ("host", "port", "user", "dbname", "connect_timeout")})
    assert time.monotonic() - begun < LONGEST_SECONDS
    assert silent.asked
    silent.stop()
