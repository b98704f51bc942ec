"""The settings with the environment of a production machine, in processes of their own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import Error

from portal.checks import (
    app_codes_are_secret,
    films_lose_what_the_camera_noted_down,
    identities_are_checked_by_somebody_real,
    invoices_are_good_for_tax,
    messages_leave_the_house,
    posters_can_be_drawn,
)
from portal.env import BASE_DIR

OUTBOX = {
    "EMAIL_BACKEND": "marketplace.notifications.backends.OutboxEmailBackend",
    "SMS_BACKEND": "marketplace.notifications.sms.OutboxSmsBackend",
}


class SmsGateway:
    """Stands for a provider's: the environment below names it."""

    def send(self, *, recipient: str, text: str) -> None:
        raise NotImplementedError


class InvoiceOffice:
    """Stands for a provider of invoices."""

    issues_tax_documents = True


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Everything a production machine must say, with values that lead nowhere."""
    (tmp_path / "state").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "JIANGJI_STATE": str(tmp_path / "state" / "not-to-be-made"),
        "DJANGO_ENV": "production",
        "DATABASE_URL": "postgres://someone:of-a-test@localhost:1/portal",
        "REDIS_URL": "redis://localhost:1",
        "SECRET_KEY": "kT9-vP2xW7zQ4rM1nB8cY5dF0gH3jL6sA_eU~iO.pXqZ-made-up-for-a-test",
        "FIELD_ENCRYPTION_KEYS": "bWFkZS11cC1mb3ItYS10ZXN0LTAxMjM0NTY3ODlhYmM=",
        "IDENTITY_DIGEST_KEY": "made-up-for-a-test-of-at-least-32-characters",
        "ALLOWED_HOSTS": "jiangji.example",
        "SITE_URL": "https://jiangji.example",
        "EMAIL_URL": "smtp+ssl://robot%40jiangji.example:p%40ss@smtp.example:465",
        "SMS_BACKEND": "tests.portal.test_production.SmsGateway",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "PRIVATE_MEDIA_ROOT": str(tmp_path / "private"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "ALIPAY_APP_ID": "2021000000000001",
        "ALIPAY_SELLER_ID": "2088000000000001",
        "ALIPAY_APP_PRIVATE_KEY": "a key",
        "ALIPAY_PUBLIC_KEY": "a key",
        "INVOICE_PROVIDER": "tests.portal.test_production.InvoiceOffice",
        "PLATFORM_COMPANY_NAME": "匠集网络科技有限公司",
        "PLATFORM_TAX_NUMBER": "91110000600037341L",
    }


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def setting(environment: dict[str, str], expression: str) -> str:
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'portal.settings';"
        f"from django.conf import settings as s; print({expression})"
    )
    result = run(environment, "-c", program)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_a_complete_environment_passes_the_deployment_check_and_makes_no_folder(environment):
    result = run(environment, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert result.returncode == 0, result.stderr
    assert "1 silenced" in result.stdout + result.stderr
    assert not Path(environment["JIANGJI_STATE"]).exists()


def test_style_sheets_and_scripts_are_gathered_under_names_of_what_is_in_them(environment):
    result = run(environment, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    assert result.returncode == 0, result.stderr
    names = json.loads((Path(environment["STATIC_ROOT"]) / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"css/base\.[0-9a-f]{12}\.css", names["css/base.css"])
    assert (Path(environment["STATIC_ROOT"]) / names["css/base.css"]).exists()
    assert not [name for name in names if name.startswith("django_htmx/")]


@pytest.mark.parametrize(
    "name", ["EMAIL_URL", "SMS_BACKEND", "MEDIA_ROOT", "PRIVATE_MEDIA_ROOT", "IDENTITY_DIGEST_KEY"]
)
def test_what_production_needs_is_named_when_it_is_missing(environment, name):
    del environment[name]
    result = run(environment, "manage.py", "check")
    assert result.returncode != 0
    assert f"Set the {name} environment variable" in result.stderr


def test_the_mail_server_is_taken_from_its_address(environment):
    expression = (
        "s.EMAIL_BACKEND, s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_SSL"
    )
    assert setting(environment, expression) == (
        "django.core.mail.backends.smtp.EmailBackend smtp.example 465 robot@jiangji.example p@ss True"
    )


def test_a_named_backend_does_without_a_mail_server(environment):
    del environment["EMAIL_URL"]
    environment["EMAIL_BACKEND"] = "tests.portal.mail.Backend"
    assert setting(environment, "s.EMAIL_BACKEND") == "tests.portal.mail.Backend"


@pytest.mark.parametrize("name", OUTBOX)
def test_production_does_not_start_with_an_outbox(environment, name):
    result = run(environment | {name: OUTBOX[name]}, "manage.py", "check")
    assert result.returncode != 0
    assert f"{name} keeps messages in a table instead of sending them." in result.stderr


def test_a_backend_that_does_not_exist_is_named_before_somebody_signs_up(settings):
    settings.DEMO = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMS_BACKEND = "nowhere.Sms"
    found = messages_leave_the_house(None, production=True)
    assert [(message.id, type(message)) for message in found] == [("portal.E002", Error)]
    assert messages_leave_the_house(None, production=False) == []


def test_a_public_demo_keeps_its_outbox_and_is_warned_of_it(settings):
    settings.DEMO = True
    settings.EMAIL_BACKEND, settings.SMS_BACKEND = OUTBOX.values()
    assert [message.id for message in messages_leave_the_house(None, production=True)] == ["portal.W001"]


def test_somebody_is_told_that_there_are_no_fonts_for_posters(settings, tmp_path):
    settings.CJK_FONTS_FOLDER = str(tmp_path)
    assert [message.id for message in posters_can_be_drawn(None, production=True)] == ["portal.W003"]
    assert posters_can_be_drawn(None, production=False) == []
    (tmp_path / "NotoSerifCJK-Bold.ttc").touch()
    assert posters_can_be_drawn(None, production=True) == []


@pytest.mark.parametrize("demo", ["0", "1"])
def test_passkeys_want_our_own_origin_and_no_app_code_is_shown_in_a_public_demo_neither(environment, demo):
    expression = "s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN, s.DEMO_SHOWS_APP_CODES, s.KNOWN_BROWSER_COOKIE_NAME"
    assert setting(environment | {"DEMO": demo}, expression) == "False False __Host-known"


@pytest.mark.parametrize("demo", [True, False])
def test_production_does_not_start_where_app_codes_are_shown(settings, demo):
    settings.DEMO, settings.DEMO_SHOWS_APP_CODES = demo, True
    assert [message.id for message in app_codes_are_secret(None, production=True)] == ["portal.E008"]
    assert app_codes_are_secret(None, production=False) == []
    settings.DEMO_SHOWS_APP_CODES = False
    assert app_codes_are_secret(None, production=True) == []


def test_a_browser_may_follow_a_payment_to_each_institution(environment):
    allowed = setting(environment, "' '.join(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])").split()
    # Alipay's cashier, WeChat's page for phones, WeChat's log-in: browsers check where a posted form ends up.
    assert {"https://*.alipay.com", "https://wx.tenpay.com", "https://open.weixin.qq.com"} < set(allowed)
    assert not any("127.0.0.1" in host for host in allowed)


def test_files_in_buckets_need_no_folders(environment):
    for name in ("MEDIA_ROOT", "PRIVATE_MEDIA_ROOT"):
        del environment[name]
    environment |= {"S3_BUCKET": "a", "S3_PRIVATE_BUCKET": "b", "S3_ACCESS_KEY": "c", "S3_SECRET_KEY": "d"}
    assert setting(environment, "s.STORAGES['private']['OPTIONS']['bucket_name']") == "b"


def test_pages_and_jobs_have_a_time_limit_in_the_database_and_commands_have_none(environment):
    options = "s.DATABASES['default']['OPTIONS']['options']"
    assert "statement_timeout=15s" in setting(environment, options)
    assert "statement_timeout=3s" in setting(environment | {"DATABASE_STATEMENT_TIMEOUT_SECONDS": "3"}, options)
    shell = run(
        environment, "manage.py", "shell", "-v0", "-c", f"from django.conf import settings as s; print({options})"
    )
    assert shell.returncode == 0, shell.stderr
    assert "statement_timeout=0s" in shell.stdout


def test_nobody_waits_long_for_a_row_and_what_was_answered_is_on_disk(environment):
    options = setting(environment, "s.DATABASES['default']['OPTIONS']['options']")
    assert "lock_timeout=3s" in options
    assert "synchronous_commit=on" in options


def test_production_does_not_start_with_invoices_that_are_none_unless_they_are_switched_off(environment):
    del environment["INVOICE_PROVIDER"]
    result = run(environment, "manage.py", "check")
    assert result.returncode != 0
    assert "(portal.E004) INVOICE_PROVIDER issues papers that are no tax documents." in result.stderr
    assert "INVOICES_ENABLED=0" in result.stderr
    assert run(environment | {"INVOICES_ENABLED": "0"}, "manage.py", "check").returncode == 0


def test_a_provider_that_does_not_exist_and_a_platform_without_a_tax_number_are_named(settings):
    settings.DEMO = False
    settings.INVOICE_PROVIDER = "nowhere.Office"
    assert [found.id for found in invoices_are_good_for_tax(None, production=True)] == ["portal.E003"]
    settings.INVOICE_PROVIDER = "tests.portal.test_production.InvoiceOffice"
    for company in ({"name": "", "tax_number": "91110000600037341L"}, {"name": "匠集", "tax_number": "9111"}):
        settings.PLATFORM_COMPANY = company
        assert [found.id for found in invoices_are_good_for_tax(None, production=True)] == ["portal.E005"]
        assert invoices_are_good_for_tax(None, production=False) == []


def test_a_public_demo_may_issue_demo_papers_which_say_what_they_are(settings):
    settings.DEMO = True
    assert invoices_are_good_for_tax(None, production=True) == []


SANDBOX_CHECK = "marketplace.accounts.identity_checks.sandbox.SandboxIdentityChecker"


def test_production_does_not_start_with_an_identity_check_that_knows_nobody(environment):
    assert setting(environment, "repr(s.IDENTITY_CHECK_BACKEND)") == "''"
    result = run(environment | {"IDENTITY_CHECK_BACKEND": SANDBOX_CHECK}, "manage.py", "check")
    assert result.returncode != 0
    assert "(portal.E007) IDENTITY_CHECK_BACKEND says of every name that it matches" in result.stderr


def test_an_identity_check_that_does_not_exist_is_named_and_a_public_demo_may_use_the_sandbox(settings):
    settings.DEMO = False
    settings.IDENTITY_CHECK_BACKEND = "nowhere.Checker"
    found = identities_are_checked_by_somebody_real(None, production=True)
    assert [message.id for message in found] == ["portal.E006"]
    settings.IDENTITY_CHECK_BACKEND = SANDBOX_CHECK
    assert [each.id for each in identities_are_checked_by_somebody_real(None, production=True)] == ["portal.E007"]
    settings.DEMO = True
    assert identities_are_checked_by_somebody_real(None, production=True) == []


def test_a_weak_digest_key_is_refused(environment):
    result = run(environment | {"IDENTITY_DIGEST_KEY": "short"}, "manage.py", "check")
    assert result.returncode != 0
    assert "IDENTITY_DIGEST_KEY must have at least 32 characters" in result.stderr


@pytest.mark.parametrize(
    ("production", "ffmpeg", "offered", "ids"),
    [
        (True, "", True, ["portal.E011"]),
        (True, "", False, []),
        (True, "ffmpeg", True, []),
        (False, "", True, []),
    ],
)
def test_production_does_not_offer_films_without_ffmpeg(settings, monkeypatch, production, ffmpeg, offered, ids):
    settings.FFMPEG = ffmpeg
    if not offered:
        monkeypatch.setattr("marketplace.uploads.purposes._purposes", {})
    assert [found.id for found in films_lose_what_the_camera_noted_down(None, production)] == ids


def test_cookies_cannot_be_set_by_a_subdomain_nor_read_by_a_script_nor_sent_in_the_clear(environment):
    names = ("SESSION_COOKIE", "CSRF_COOKIE")
    settings = [
        f"s.{name}_{end}" for name in names for end in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "PATH", "DOMAIN")
    ]
    said = setting(environment, ", ".join(settings)).split()
    # A browser takes a name that begins with __Host- only with Secure, the path / and no domain.
    rest = ["True", "True", "Lax", "/", "None"]
    assert said == ["__Host-session", *rest, "__Host-csrf", *rest]


def test_browsers_are_told_to_come_by_https_alone(environment):
    said = setting(environment, "s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS")
    assert said == f"True {365 * 24 * 3600} True"
