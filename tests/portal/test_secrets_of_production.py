"""No secret of production may be missing, an example, or too short: the settings, read anew for each case.

One process forks for each case after the libraries are loaded, so that forty cases cost what two starts cost.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.env import BASE_DIR

KEY = "bWFkZS11cC1mb3ItYS10ZXN0LTAxMjM0NTY3ODlhYmM="
DIGEST = "made-up-for-a-test-of-at-least-32-characters"
COMPLETE = {
    "DJANGO_ENV": "production",
    "DATABASE_URL": "postgres://someone:of-a-test@localhost:1/portal",
    "REDIS_URL": "redis://localhost:1",
    "SECRET_KEY": "kT9-vP2xW7zQ4rM1nB8cY5dF0gH3jL6sA_eU~iO.pXqZ-made-up-for-a-test",
    "FIELD_ENCRYPTION_KEYS": KEY,
    "IDENTITY_DIGEST_KEY": DIGEST,
    "ALLOWED_HOSTS": "jiangji.example",
    "SITE_URL": "https://jiangji.example",
    "EMAIL_URL": "smtp+ssl://robot%40jiangji.example:p%40ss@smtp.example:465",
    "SMS_BACKEND": "tests.portal.test_production.SmsGateway",
    "MEDIA_ROOT": "media",
    "PRIVATE_MEDIA_ROOT": "private",
}
S3 = {"S3_BUCKET": "a", "S3_PRIVATE_BUCKET": "b", "S3_ACCESS_KEY": "c", "S3_SECRET_KEY": "d"}
NAMED = "Set the {} environment variable"
# What the environment is with these (None: without), and the sentence; "" where it starts.
CASES: list[tuple[dict[str, str | None], str]] = [
    ({}, ""),
    *(({name: None}, NAMED.format(name)) for name in COMPLETE if name != "DJANGO_ENV"),
    *(({**S3, name: None}, NAMED.format(name)) for name in ("S3_PRIVATE_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY")),
    ({"SECRET_KEY": ""}, "SECRET_KEY must have at least 50 characters."),
    ({"SECRET_KEY": COMPLETE["SECRET_KEY"][:49]}, "SECRET_KEY must have at least 50 characters."),
    ({"SECRET_KEY": COMPLETE["SECRET_KEY"][:50]}, ""),
    ({"SECRET_KEY": "x" * 64}, "SECRET_KEY repeats a few characters"),
    ({"SECRET_KEY": "django-insecure-" + COMPLETE["SECRET_KEY"]}, "SECRET_KEY is still the example"),
    ({"SECRET_KEY": "please-change-me-before-anybody-uses-this-0123456789-abc"}, "SECRET_KEY is still the example"),
    ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS must have at least 40 characters."),
    ({"FIELD_ENCRYPTION_KEYS": ""}, "FIELD_ENCRYPTION_KEYS is empty"),
    ({"FIELD_ENCRYPTION_KEYS": "change-me"}, "FIELD_ENCRYPTION_KEYS must hold keys of 32 bytes"),
    ({"FIELD_ENCRYPTION_KEYS": f"{KEY},{KEY[:20]}"}, "FIELD_ENCRYPTION_KEYS must hold keys of 32 bytes"),
    ({"FIELD_ENCRYPTION_KEYS": "A" * 43 + "="}, "FIELD_ENCRYPTION_KEYS repeats a few characters"),
    ({"FIELD_ENCRYPTION_KEYS": f"{KEY},YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcy4="}, ""),
    ({"IDENTITY_DIGEST_KEY": ""}, "IDENTITY_DIGEST_KEY must have at least 32 characters."),
    ({"IDENTITY_DIGEST_KEY": DIGEST[:31]}, "IDENTITY_DIGEST_KEY must have at least 32 characters."),
    ({"IDENTITY_DIGEST_KEY": "0" * 40}, "IDENTITY_DIGEST_KEY repeats a few characters"),
    ({"IDENTITY_DIGEST_KEY": "your-secret-" + DIGEST}, "IDENTITY_DIGEST_KEY is still the example"),
    ({"IDENTITY_DIGEST_KEY": COMPLETE["SECRET_KEY"]}, "IDENTITY_DIGEST_KEY is the same as SECRET_KEY"),
    ({"IDENTITY_DIGEST_KEY": KEY}, "IDENTITY_DIGEST_KEY is the same as FIELD_ENCRYPTION_KEYS"),
    ({"DATABASE_URL": "postgres://postgres:postgres@db/portal"}, "DATABASE_URL has a password that is no secret"),
    ({"DATABASE_URL": "postgres://jiangji:jiangji@db/portal"}, "DATABASE_URL has a password that is no secret"),
    ({"DATABASE_URL": "postgres://jiangji@/portal"}, ""),
    ({"REDIS_URL": "redis://:password@cache:6379"}, "REDIS_URL has a password that is no secret"),
    ({"ELASTICSEARCH_URL": "https://elastic:changeme@es:9200"}, "ELASTICSEARCH_URL has a password that is no secret"),
    ({"WECHATPAY_API_V3_KEY": "sandbox"}, "WECHATPAY_API_V3_KEY must have at least 32 characters."),
    ({"DJANGO_ENV": "prod"}, "it must be development, test or production"),
]
PROGRAM = """
import json, os, sys
import alipay, boto3, csp.constants, django.conf, django.core.checks, environ  # what takes long, once
cases = json.load(sys.stdin)
for number, environment in enumerate(cases):
    child = os.fork()
    if child == 0:
        os.environ.update(environment)
        try:
            import portal.settings
            said = ""
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(1, (json.dumps([number, said]) + "\\n").encode())
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> dict[int, str]:
    """What each case said when its settings were read."""
    state: Path = tmp_path_factory.mktemp("settings") / "not-to-be-made"
    environments = [
        {name: value for name, value in {**COMPLETE, **change}.items() if value is not None} for change, _ in CASES
    ]
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "JIANGJI_STATE": str(state)},
        input=json.dumps(environments),
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert not state.exists()
    return dict(json.loads(line) for line in result.stdout.splitlines())


@pytest.mark.parametrize(("number", "sentence"), list(enumerate(sentence for _change, sentence in CASES)))
def test_production_starts_only_with_secrets_of_its_own(said, number, sentence):
    if sentence:
        assert sentence in said[number], CASES[number][0]
        assert said[number].startswith("ImproperlyConfigured: "), said[number]
    else:
        assert said[number] == "", CASES[number][0]


def test_no_sentence_repeats_the_secret_that_it_refuses(said):
    for number, (change, sentence) in enumerate(CASES):
        if sentence:
            values = [value for value in change.values() if value and len(value) > 12]
            assert not [value for value in values if value in said[number]]
