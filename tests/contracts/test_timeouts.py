"""Nobody is waited for without an end: every client that the program makes has a limit of time (F18 of facts/reliability.md)."""

import ast

import pytest
from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection

from marketplace.notifications.official_account import SECONDS
from marketplace.notifications.official_account import _Session as OfficialSession
from marketplace.payments.gateways.alipay_client import make_client
from portal.settings import services as configuration
from tests.contracts.source import ROOT, tree
from tests.payments.conftest import _use, alipay_keys  # noqa: F401 a fixture

# What makes a connection, and what has to be said where it is called.
NEEDED = {
    "requests.get": ("timeout",),
    "requests.post": ("timeout",),
    "requests.put": ("timeout",),
    "requests.delete": ("timeout",),
    "requests.request": ("timeout",),
    "urllib.request.urlopen": ("timeout",),
    "urlopen": ("timeout",),
    "opener.open": ("timeout",),
    "_OPENER.open": ("timeout",),
    "redis.Redis.from_url": ("socket_timeout", "socket_connect_timeout"),
    "redis.asyncio.Redis.from_url": ("socket_timeout", "socket_connect_timeout"),
    "boto3.client": ("config",),
    "webpush": ("timeout",),
    "opensearchpy.OpenSearch": ("timeout",),
    "elasticsearch.Elasticsearch": ("request_timeout",),
}
# Other ways to somebody else's machine. Who begins to use one says here how long it waits.
OTHER_WAYS = {
    "httpx",
    "aiohttp",
    "urllib3",
    "ftplib",
    "paramiko",
    "http.client",
    "smtplib",
    "imaplib",
    "poplib",
    "socket",
}
USES_OTHERS = {
    "marketplace/notifications/channels/email.py": "names of errors only",
    "marketplace/payments/gateways/alipay_bills.py": "names of errors only",
    "marketplace/payments/gateways/alipay_client.py": "names of errors only",
    "portal/probe.py": "names of errors only",
    "marketplace/payments/sandbox/outbox.py": "names of errors; addresses are looked up before they are asked",
}
ROOMS = ("marketplace", "portal", "cms_pages")
# Tools for this machine, which are never part of a site.
TOOLS = ("portal/bench/", "portal/embedded/", "portal/demo/")


def modules():
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not (name := path.relative_to(ROOT).as_posix()).startswith(TOOLS):
                yield name, tree(path)


def test_whoever_makes_a_client_says_how_long_it_waits():
    made, silent = set(), []
    for name, module in modules():
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            function = ast.unparse(call.func)
            if function in NEEDED:
                made.add(function)
                said = {keyword.arg for keyword in call.keywords}
                # A positional timeout is none that anybody reads; **options are looked into where they are made.
                silent += [] if said >= set(NEEDED[function]) else [f"{name}:{call.lineno} {function}"]
    assert silent == []
    assert {"redis.Redis.from_url", "boto3.client", "requests.post", "elasticsearch.Elasticsearch"} <= made


def test_nobody_goes_another_way_without_saying_so():
    found = set()
    for name, module in modules():
        for node in ast.walk(module):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name for one in names if one in OTHER_WAYS}
    assert found == set(USES_OTHERS)


@pytest.mark.django_db
def test_database_cache_broker_and_mail_have_limits():
    assert connection.get_connection_params()["connect_timeout"] == 5
    assert connection.get_connection_params()["tcp_user_timeout"] == 20_000
    servers = [cache for cache in settings.CACHES.values() if "locmem" not in cache["BACKEND"]]  # that one asks nobody
    assert len(servers) == 3
    for cache in servers:
        assert 0 < cache["OPTIONS"]["socket_timeout"] <= 2
        assert 0 < cache["OPTIONS"]["socket_connect_timeout"] <= 2
    assert 0 < settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] <= 3
    assert 0 < settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_connect_timeout"] <= 3
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["max_retries"] == 1
    assert 0 < EmailBackend().timeout <= 10
    assert 0 < settings.ALIYUN_SMS["timeout_seconds"] <= 5


def test_the_object_storage_has_limits(monkeypatch):
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    options = configuration.s3_storage("private-files", private=True, access_key="a", secret_key="b")["OPTIONS"]
    config = options["client_config"]
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (3, 10, 2)
    assert options["transfer_config"].num_download_attempts == 2


def test_settings_make_both_buckets_that_way():
    made = [
        ast.unparse(node.value.func)
        for node in ast.walk(tree(ROOT / "portal/settings/services.py"))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and "FILES" in ast.unparse(node.targets[0])
    ]
    assert made == ["s3_storage", "s3_storage"]
    backends = ast.unparse(tree(ROOT / "portal/settings/services.py")).count("storages.backends")
    assert backends == 1


def test_the_sdk_that_has_no_limit_is_given_one(monkeypatch):
    """The one of the Official Account asks for its token without."""
    seen = []
    monkeypatch.setattr(
        "requests.adapters.HTTPAdapter.send", lambda _self, _request, **given: seen.append(given["timeout"])
    )
    with pytest.raises(AttributeError):  # there is no answer to go on with
        OfficialSession().request("POST", "https://api.weixin.example/token")
    assert seen == [SECONDS]
    assert 0 < SECONDS <= 10


def test_gateways_and_log_in_providers_have_limits(settings, alipay_keys):  # noqa: F811
    _use(settings, alipay_keys, "http://127.0.0.1:9/gateway.do")
    with_certificates = settings.ALIPAY | {"timeout_seconds": 7}
    bare_keys = {name: value for name, value in with_certificates.items() if "cert" not in name}
    for settings.ALIPAY in (with_certificates, bare_keys):
        assert make_client()._config.timeout == 7
    assert 0 < settings.WECHATPAY["timeout_seconds"] <= 10
    assert 0 < get_adapter().get_requests_session().request.keywords["timeout"] <= 10
