"""What the documentation and the settings promise about running the portal."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command

from portal.embedded import configuration
from tests.contracts.source import ROOT, modules, name_of

# Read by a library's own convention, or set by us for a child process: not for an operator to set.
INTERNAL = configuration.INTERNAL | {"CACHE_DATABASE"}


def asked_for() -> set[str]:
    """Names that stand where an environment variable is read, found as text: the reference goes by syntax."""
    patterns = (
        r"\benv\.(?:str|int|bool|list|dict|db|path|url|get|json|email_url)\(\s*\"([A-Z][A-Z0-9_]+)\"",
        r"os\.environ(?:\.get\(|\.setdefault\(|\[|\.pop\()\s*\"([A-Z][A-Z0-9_]+)\"",
        r"\"([A-Z][A-Z0-9_]+)\" (?:not )?in os\.environ",
        r"_key\(\"([A-Z][A-Z0-9_]+)\"",
    )
    return {
        name
        for path in modules()
        # The sandbox is a program of its own: its config.py is where its variables are explained.
        if not {"demo", "sandbox"}.intersection(path.parts)
        for pattern in patterns
        for name in re.findall(pattern, path.read_text())
        if not name.startswith("_")
    }


def test_no_variable_that_is_read_is_left_out_of_the_reference():
    found = asked_for()
    assert {"SECRET_KEY", "DATABASE_URL", "ALIPAY_APP_PRIVATE_KEY", "DJANGO_ENV", "REDIS_URL", "EMAIL_URL"} <= found
    assert found - configuration.variables().keys() - INTERNAL == set()


def test_every_variable_has_a_meaning_and_every_meaning_a_variable():
    known, said = configuration.variables().keys(), configuration.meanings()
    assert known - said.keys() == set()
    assert said.keys() - known == set()
    assert [name for name, meaning in said.items() if not meaning.strip()] == []


def test_the_reference_is_what_the_code_says():
    assert configuration.REFERENCE.read_text() == configuration.reference(), "python -m portal.embedded.configuration"


def test_the_reference_knows_what_production_does_not_start_without():
    """The code's own answer stands below: it was started without each of them."""
    known = configuration.variables()
    needed = {name for name, variable in known.items() if variable.needed == "always"}
    assert needed | {"EMAIL_URL", "MEDIA_ROOT", "PRIVATE_MEDIA_ROOT"} == PRODUCTION.keys() - {"DJANGO_ENV"}
    assert known["MEDIA_ROOT"].needed == "without `S3_BUCKET`"
    assert known["S3_SECRET_KEY"].needed == "with `S3_BUCKET`"
    assert known["EMAIL_URL"].needed == "without `EMAIL_BACKEND`"


def test_the_reference_tells_types_defaults_and_secrets():
    known = configuration.variables()
    assert (known["DATABASE_CONN_MAX_AGE"].kind, known["DATABASE_CONN_MAX_AGE"].default) == ("whole number", "60")
    assert (known["DEMO"].default, known["DEMO"].development) == ("False", "True")
    assert known["TRUSTED_PROXY_COUNT"].default == "1"
    secrets = {name for name, variable in known.items() if variable.is_secret}
    assert {"SECRET_KEY", "DATABASE_URL", "WECHATPAY_API_V3_KEY", "ALIYUN_SMS_ACCESS_KEY_SECRET"} <= secrets
    assert not {"SITE_URL", "ALIPAY_PUBLIC_KEY", "S3_BUCKET"} & secrets


def start(program: str = "import django; django.setup()", **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the portal, or run another program with its settings, in a process whose environment is exactly this."""
    program = f"import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings'; {program}"
    bare = {name: os.environ[name] for name in ("PATH", "JIANGJI_STATE") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


def read(expressions: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Print settings, which are loaded for it; without the apps, which take ten times as long and change none."""
    return start(f"from django.conf import settings as s; print({expressions})", **environment)


PRODUCTION = {
    "DJANGO_ENV": "production",
    "DATABASE_URL": "postgres://someone@localhost/portal",
    "REDIS_URL": "redis://localhost",
    "SECRET_KEY": "kT9-vP2xW7zQ4rM1nB8cY5dF0gH3jL6sA_eU~iO.pXqZ-made-up",
    "FIELD_ENCRYPTION_KEYS": "bWFkZS11cC1mb3ItYS10ZXN0LTAxMjM0NTY3ODlhYmM=",
    "IDENTITY_DIGEST_KEY": "made-up-for-a-test-of-at-least-32-characters",
    "ALLOWED_HOSTS": "jiangji.example",
    "SITE_URL": "https://jiangji.example",
    "EMAIL_URL": "smtp+tls://someone:secret@localhost:587",
    "SMS_BACKEND": "tests.portal.test_production.SmsGateway",
    "MEDIA_ROOT": "media",
    "PRIVATE_MEDIA_ROOT": "private",
}


def test_production_starts_with_what_it_needs():
    result = start(**PRODUCTION)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "DJANGO_ENV"])
def test_production_refuses_to_start_without_a_secret_and_names_it(name):
    result = start(**{key: value for key, value in PRODUCTION.items() if key != name})
    assert result.returncode != 0
    assert f"Set the {name} environment variable" in result.stderr


def test_production_refuses_to_start_in_an_empty_environment():
    result = start(DJANGO_ENV="production")
    assert result.returncode != 0
    assert "ImproperlyConfigured: Set the DATABASE_URL environment variable" in result.stderr


def test_production_refuses_a_weak_secret_and_an_unknown_environment():
    weak = start(**PRODUCTION | {"SECRET_KEY": "short"})
    assert weak.returncode != 0
    assert "SECRET_KEY must have at least 50 characters" in weak.stderr
    unknown = start(**PRODUCTION | {"DJANGO_ENV": "staging"})
    assert unknown.returncode != 0
    assert "must be development, test or production" in unknown.stderr


def test_nobody_collects_buyers_money_in_the_portals_own_account_outside_a_demo():
    assert read("s.SETTLEMENT_MODE", **PRODUCTION | {"SETTLEMENT_MODE": "custody"}).stdout == "custody\n"
    for environment in (PRODUCTION, PRODUCTION | {"DJANGO_ENV": "development", "DEMO": "0"}):
        result = start(**environment | {"SETTLEMENT_MODE": "transfer"})
        assert result.returncode != 0
        assert "SETTLEMENT_MODE=transfer collects buyers' money in our own account" in result.stderr
    demo = read("s.SETTLEMENT_MODE", **PRODUCTION | {"SETTLEMENT_MODE": "transfer", "DEMO": "1"})
    assert demo.stdout == "transfer\n"
    assert "must be custody or transfer" in start(**PRODUCTION | {"SETTLEMENT_MODE": "escrow"}).stderr


def test_production_offers_no_log_in_by_others_until_it_is_told_how_and_then_at_their_real_addresses():
    expressions = (
        "[name for name, values in s.SOCIALACCOUNT_PROVIDERS.items() if values['APPS']],"
        " sorted({values['API_URL'] for values in s.SOCIALACCOUNT_PROVIDERS.values()})"
    )
    hosts = "['https://api.weibo.com', 'https://api.weixin.qq.com', 'https://graph.qq.com']"
    for told, offered in (({}, "[]"), ({"QQ_APP_ID": "1"}, "[]"), ({"QQ_APP_ID": "1", "QQ_APP_KEY": "2"}, "['qq']")):
        result = read(expressions, **PRODUCTION | told)
        assert result.stdout.strip() == f"{offered} {hosts}", result.stderr


def test_production_takes_no_sandbox_and_no_fast_hasher():
    result = read(
        "s.PASSWORD_HASHERS[0], repr(s.PAYMENT_SANDBOX_URL), repr(s.ALIPAY['app_private_key']), s.DEMO, s.DEBUG",
        **PRODUCTION,
    )
    assert result.stdout.split() == [
        "django.contrib.auth.hashers.Argon2PasswordHasher", "''", "''", "False", "False",
    ], result.stderr  # fmt: skip


def test_the_migrations_are_complete(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_modules_of_locks_point_to_the_document_about_them():
    assert (ROOT / "docs" / "locking.md").exists()
    for path in modules("marketplace", names=frozenset({"locks.py"})):
        if path.parent.name in {"orders", "payments", "ledger"}:
            assert "docs/locking.md" in path.read_text(), name_of(path)
