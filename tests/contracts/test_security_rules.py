"""Rules of security that can be read off the source (docs/security.md), and what would break each, planted."""

import ast
import re
import subprocess

import pytest

from tests.contracts import source
from tests.contracts.source import ROOT, modules, name_of, text, tree

# Who declares something to be HTML, and why that is so: a new place is looked at by somebody.
DECLARED_SAFE = {
    "cms_pages/form_guard.py": "rich text that an editor wrote and Wagtail has cleaned",
    "cms_pages/rules_wording.py": "blocks of a rules text, each rendered by its own template",
    "marketplace/core/qr.py": "an SVG that segno drew of modules",
    "marketplace/core/templatetags/jiangji.py": "JSON whose angle brackets and ampersands are escaped",
    "marketplace/messaging/links.py": "a line break, a constant",
    "marketplace/accounts/mfa.py": "an SVG that segno drew of modules",
}
# Addresses that take a POST without our token, and what stands in its place.
WITHOUT_TOKEN = {
    "marketplace/payments/views.py": "the gateway's signature",
    "marketplace/notifications/choice_views.py": "a signed address (RFC 8058)",
    "marketplace/uploads/views.py": "the same token, read by the view after its handler is in place",
}


def found_by(rule) -> set[str]:
    return {name_of(path) for path in modules() if "sandbox" not in path.parts and rule(tree(path))}


def test_nothing_asks_another_machine_inside_a_transaction():
    assert found_by(source.http_in_transactions) == set()


def test_no_sql_is_put_into_a_query_of_the_orm():
    assert found_by(source.raw_sql) == set()


def test_what_is_declared_to_be_html_was_looked_at():
    assert found_by(source.marked_safe) <= set(DECLARED_SAFE)


def test_no_template_takes_text_for_html():
    templates = [path for path in ROOT.glob("**/templates/**/*.html") if ".venv" not in path.parts]
    assert len(templates) > 200
    switched_off = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off")
    assert [name_of(path) for path in templates if switched_off.search(text(path))] == []


def test_whoever_posts_without_our_token_shows_something_else():
    exempt = {
        name_of(path)
        for path in modules()
        if any(isinstance(node, ast.Name) and node.id == "csrf_exempt" for node in ast.walk(tree(path)))
    }
    assert exempt == set(WITHOUT_TOKEN)


PLANTED = [
    (source.http_in_transactions, "@transaction.atomic\ndef pay():\n    requests.post(url, timeout=5)", 3),
    (source.http_in_transactions, "@atomic(durable=True)\ndef pay():\n    if due:\n        gateway(code).pay()", 4),
    (source.http_in_transactions, "def pay():\n    with transaction.atomic():\n        urllib.request.urlopen(url)", 3),
    (source.raw_queries, "def view(request):\n    return Order.objects.get(pk=1)", 2),
    (source.raw_queries, "order = get_object_or_404(Order._base_manager, pk=1)", 1),
    (source.marked_safe, "label = mark_safe(name)", 1),
    (source.marked_safe, "label = safestring.SafeString(name)", 1),
    (source.raw_sql, "Order.objects.raw(f'SELECT * FROM orders WHERE id = {number}')", 1),
    (source.raw_sql, "Order.objects.extra(where=[words])", 1),
    (source.raw_sql, "Order.objects.annotate(x=RawSQL(words, []))", 1),
]
ALLOWED = [
    (source.http_in_transactions, "def pay():\n    with transaction.atomic():\n        book()\n    requests.post(url)"),
    (
        source.http_in_transactions,
        "@transaction.atomic\ndef pay():\n    transaction.on_commit(lambda: requests.post(url))",
    ),
    (source.raw_queries, "def view(request):\n    return selectors.order_of(request.user, 1)"),
    (source.marked_safe, "label = format_html('<b>{}</b>', name)"),
    (source.raw_sql, "extras = [form.extra() for form in forms]"),
]


@pytest.mark.parametrize(("rule", "planted", "line"), PLANTED)
def test_each_rule_finds_what_breaks_it(rule, planted, line):
    assert rule(ast.parse(planted)) == [line]


@pytest.mark.parametrize(("rule", "planted"), ALLOWED)
def test_and_lets_what_is_right_pass(rule, planted):
    assert rule(ast.parse(planted)) == []


# Secrets in the tree

# What each begins with or holds for certain, which is looked for first: patterns over the whole tree cost half a minute.
SECRETS = {
    "a private key": (
        "PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n?[A-Za-z0-9+/=\s]{60,}",
    ),
    "a key of AWS": ("AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    "a key of Aliyun": ("LTAI", r"\bLTAI[0-9A-Za-z]{16,26}\b"),
    "a key of Tencent": ("AKID", r"\bAKID[0-9A-Za-z]{28,32}\b"),
    "a token of GitHub": ("ghp_", r"\bghp_[0-9A-Za-z]{36}"),
    "a fine token of GitHub": ("github_pat_", r"\bgithub_pat_[0-9A-Za-z_]{50,}"),
    "a token of Slack": ("xox", r"\bxox[abprs]-[0-9A-Za-z-]{20,}"),
    "a key of Stripe": ("k_live_", r"\b[sr]k_live_[0-9A-Za-z]{20,}"),
    "a token of PyPI": ("pypi-AgEI", r"\bpypi-AgEI[0-9A-Za-z_-]{40,}"),
    "a JSON web token": ("eyJ", r"\beyJ[0-9A-Za-z_-]{16,}\.eyJ[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}"),
    "a password in an address": (
        "://",
        r"\b(?:postgres(?:ql)?|rediss?|amqps?|smtps?)://[\w.%-]+:[^@\s/{}$<>]{16,}@",
    ),
}
# Keys that protect nothing: published test vectors of institutions, and keys made for one test.
KEYS_OF_TESTS = ("tests/payments/vectors/", "tests/foreign/")
PICTURES = {".webp", ".png", ".jpg", ".avif", ".woff2", ".gz", ".mo", ".mp4", ".pdf"}
TOO_LARGE_BYTES = 2_000_000


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split("\0") if name]


def secrets_in(content: str) -> list[str]:
    return [kind for kind, (mark, pattern) in SECRETS.items() if mark in content and re.search(pattern, content)]


def test_no_tracked_file_holds_a_secret():
    found = {}
    for name in tracked_files():
        path = ROOT / name
        is_text = path.suffix not in PICTURES and path.is_file() and path.stat().st_size < TOO_LARGE_BYTES
        if name.startswith(KEYS_OF_TESTS) or not is_text:
            continue
        kinds = secrets_in(path.read_bytes().decode("utf-8", "ignore"))
        if kinds:
            found[name] = kinds
    assert found == {}


def test_no_file_of_an_environment_is_tracked():
    wrong = re.compile(r"(^|/)(\.env(\..+)?|id_(rsa|ed25519)|[^/]+\.(key|p12|pfx|kdbx))$")
    # Names without values; where they stand says so.
    assert [name for name in tracked_files() if wrong.search(name) and not name.endswith(".example")] == []


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA" * 6,
        "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkq" * 6,
        "AKIA" + "IOSFODNN7" + "EXAMPLE",
        "LTAI" + "5tFakeFakeFakeFake",
        "ghp_" + "a1B2" * 9,
        "sk_" + "live_" + "4eC39HqLyjWDarjtT1zd",
        "postgres://jiangji:" + "Zk3vQ9pLw2XsT7uR" + "@db/portal",
    ],
)
def test_a_secret_is_known_when_it_is_seen(planted):
    assert secrets_in(f"value = {planted}")
