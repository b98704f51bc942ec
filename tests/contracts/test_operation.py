"""What the documentation and the settings promise about running the portal."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import call_command, get_commands

from tests.contracts.source import ROOT, modules, name_of

# Read by a library's own convention, or set by us for a child process: not for an operator to set.
INTERNAL = {
    "DJANGO_SETTINGS_MODULE",
    "LC_ALL",
    "PYTEST_XDIST_WORKER",
    "CACHE_DATABASE",
    "PYTHONPATH",
    "PATH",
    "RUN_STARTED_AT",
}


def variables() -> dict[str, str]:
    """Names of environment variables that the code reads, and where."""
    patterns = (
        r"\benv\.(?:str|int|bool|list|dict|db|path|url|get)\(\s*\"([A-Z][A-Z0-9_]+)\"",
        r"\benv\.(?:str)\(\s*f\"\{variable\}(_FILE)\"",
        r"os\.environ(?:\.get\(|\.setdefault\(|\[|\.pop\()\s*\"([A-Z][A-Z0-9_]+)\"",
        r"\"([A-Z][A-Z0-9_]+)\" (?:not )?in os\.environ",
        r"_key\(\"([A-Z][A-Z0-9_]+)\"",
        r"_port\(\"([A-Z][A-Z0-9_]+)\"",
    )
    found = {}
    for path in modules():
        if "demo" in path.parts or "sandbox" in path.parts:
            continue  # the sandbox is a program of its own: its config.py is where its variables are explained
        for pattern in patterns:
            for name in re.findall(pattern, path.read_text()):
                if name not in INTERNAL and not name.startswith("_"):
                    found.setdefault(name, name_of(path))
    return found


def test_the_search_for_variables_finds_them():
    assert {"SECRET_KEY", "DATABASE_URL", "ALIPAY_APP_PRIVATE_KEY", "DJANGO_ENV", "REDIS_URL"} <= variables().keys()


def test_every_variable_is_documented():
    text = (ROOT / "docs" / "configuration.md").read_text()
    documented = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", text))
    assert {name: where for name, where in variables().items() if name not in documented} == {}


def test_no_documented_variable_is_imaginary():
    text = (ROOT / "docs" / "configuration.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)`", text, re.MULTILINE))
    known = variables().keys() | INTERNAL | {f"{name}_FILE" for name in variables()} | {"CI"}
    assert documented
    assert documented - known == set()


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


def readme() -> str:
    return (ROOT / "README.md").read_text()


def test_the_programs_that_the_readme_names_exist():
    named = set(re.findall(r"(?<![\w./])(bin/[a-z_-]+)", readme()))
    assert named >= {"bin/run", "bin/test"}
    for program in named:
        assert os.access(ROOT / program, os.X_OK), program


def test_the_commands_that_the_readme_names_exist():
    texts = readme() + "\n".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    named = set(re.findall(r"manage\.py ([a-z_]+)", texts))
    assert named
    assert named - set(get_commands()) == set()


def test_the_files_that_the_documents_link_to_exist():
    for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", document.read_text()):
            assert (document.parent / target).exists(), f"{name_of(document)} links to {target}"


def test_the_modules_of_locks_point_to_the_document_about_them():
    assert (ROOT / "docs" / "locking.md").exists()
    for path in modules("marketplace", names=frozenset({"locks.py"})):
        if path.parent.name in {"orders", "payments", "ledger"}:
            assert "docs/locking.md" in path.read_text(), name_of(path)
