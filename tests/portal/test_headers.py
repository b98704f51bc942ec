"""What browsers are told about every kind of answer (docs/security.md)."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from marketplace.core.downloads import download
from marketplace.moderation.roles import ADMINISTRATOR, ensure_roles
from marketplace.orders.sent_files import DELIVERY
from portal.middleware import PERMISSIONS_POLICY, ContentSecurityPolicyMiddleware, SecurityHeadersMiddleware
from tests.factories import make_gig, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
}


def directives(policy: str) -> dict[str, list[str]]:
    """A Content-Security-Policy, taken apart."""
    return {name: values for name, *values in (part.split() for part in policy.split(";") if part.strip())}


def assert_headers(answer, *, status: int) -> dict[str, list[str]]:
    assert answer.status_code == status
    for name, value in EVERYWHERE.items():
        assert answer.headers.get(name) == value, name
    return directives(answer.headers.get("Content-Security-Policy", ""))


def assert_strict(policy: dict[str, list[str]]) -> None:
    """Nothing inline, nothing evaluated, nothing from elsewhere."""
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'self'"]
    assert "'unsafe-inline'" not in str(policy)
    assert "'unsafe-eval'" not in str(policy)
    assert "*" not in policy["img-src"] + policy["connect-src"]


@pytest.fixture
def administrator_client() -> Client:
    person = make_user(is_staff=True)
    person.groups.add(ensure_roles()[ADMINISTRATOR])
    return log_in(person)


def test_a_public_page():
    answer = Client().get(reverse("account_login"))
    assert_strict(assert_headers(answer, status=200))
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_kept_page_the_first_and_the_second_time(settings):
    settings.PAGES_ARE_KEPT, settings.SITE_URL = True, "http://testserver"
    path = make_gig().get_absolute_url()
    for _time in range(2):
        answer = Client().get(path)
        assert_strict(assert_headers(answer, status=200))
        assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_page_for_somebody_is_kept_by_nobody(buyer_client):
    answer = buyer_client.get(reverse("accounts:settings"))
    assert_strict(assert_headers(answer, status=200))
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_json_for_somebody(buyer_client):
    answer = buyer_client.get("/uploads/", {"purpose": DELIVERY.key, "subject": "order:1"})
    assert answer.headers["Content-Type"].startswith("application/json")
    assert_strict(assert_headers(answer, status=200))
    assert {"private", "no-store"} <= set(answer.headers["Cache-Control"].split(", "))


def test_json_for_everybody():
    answer = Client().get("/healthz?for=web")
    assert_strict(assert_headers(answer, status=200))
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_admin_is_looser_only_where_wagtail_needs_it(administrator_client):
    answer = administrator_client.get("/admin/")
    policy = assert_headers(answer, status=200)
    assert policy["script-src"] == ["'self'", "'unsafe-inline'", "'unsafe-eval'"]
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["object-src"] == ["'none'"]
    for name in ("default-src", "connect-src", "base-uri", "frame-ancestors", "form-action"):
        assert policy[name] == ["'self'"], name
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(("name", "is_boxed"), [("a.webp", True), ("a.svg", True), ("a.html", True), ("a.pdf", False)])
def test_a_file_that_somebody_sent_is_no_page_of_ours(settings, tmp_path: Path, name, is_boxed):
    folder = Path(settings.MEDIA_ROOT) / "of-a-test"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(b"bytes")
    try:
        policy = assert_headers(Client().get(f"/media/of-a-test/{name}"), status=200)
    finally:
        file.unlink()
    # Chrome shows no PDF in a sandbox; those that came in were written anew without scripts.
    assert ("sandbox" in policy) is is_boxed
    assert policy.get("script-src", policy["default-src"]) == (["'none'"] if is_boxed else ["'self'"])


def test_a_download_runs_nowhere(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"bytes")
    request = RequestFactory().get("/somewhere/")

    def view(_request):
        return download(request, (tmp_path / "a").open("rb"), size=5, name="设计稿.html")

    answer = SecurityHeadersMiddleware(ContentSecurityPolicyMiddleware(view))(request)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    b"".join(answer.streaming_content)


def test_an_address_that_is_none():
    assert_strict(assert_headers(Client().get("/no/such/page/"), status=404))


def test_a_form_without_its_token():
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert_strict(assert_headers(answer, status=403))


@pytest.mark.parametrize(("raised", "status"), [(RuntimeError("broken"), 500), (SuspiciousOperation("odd"), 400)])
def test_what_went_wrong(monkeypatch, raised, status):
    def broken(_request):
        raise raised

    monkeypatch.setattr(
        "django.core.handlers.base.BaseHandler.resolve_request", lambda _self, _request: (broken, (), {})
    )
    client = Client(raise_request_exception=False)
    assert_strict(assert_headers(client.get("/robots.txt"), status=status))


def test_a_static_file():
    assert_headers(Client().get("/static/css/base.css"), status=200)


def test_what_a_page_may_ask_a_browser_for_is_what_our_scripts_use():
    allowed = {name for name, where in re.findall(r"([\w-]+)=(\(.*?\))", PERMISSIONS_POLICY) if where == "(self)"}
    assert allowed == {
        "microphone",
        "web-share",
        "clipboard-write",
        "publickey-credentials-create",
        "publickey-credentials-get",
        "fullscreen",
    }
    assert {"camera=()", "geolocation=()", "payment=()", "usb=()"} <= set(PERMISSIONS_POLICY.split(", "))


def test_what_a_view_says_about_keeping_it_stays(settings):
    request = RequestFactory().get("/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "x"
    said = HttpResponse("x", headers={"Cache-Control": "private, max-age=3600"})
    assert SecurityHeadersMiddleware(lambda _request: said)(request).headers["Cache-Control"] == "private, max-age=3600"
    picture = HttpResponse(b"x", content_type="image/webp")
    assert "Cache-Control" not in SecurityHeadersMiddleware(lambda _request: picture)(request).headers


def test_who_logs_in_gets_a_page_that_nobody_keeps(settings):
    page = HttpResponse("x")
    page.set_cookie(settings.SESSION_COOKIE_NAME, "x")
    answer = SecurityHeadersMiddleware(lambda _request: page)(RequestFactory().get("/"))
    assert answer.headers["Cache-Control"] == "private, no-store"
