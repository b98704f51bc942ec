"""Middleware of people: limits, new terms, and staff who look at the site as somebody else."""

from collections.abc import Callable
from functools import partial
from typing import cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from redis.exceptions import RedisError

from marketplace.accounts import blocks, limits, selectors, viewing
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import BlockScope, User
from marketplace.accounts.second_factor import SetUpReason, has_second_factor, lead_to_set_up, used_second_factor

# How often the time and address of a session are written at most: one row in five minutes instead of one a request.
DEVICE_SEEN_SECONDS = 300
_TEXTS = "/texts/"  # the sentences of scripts (core/client_texts.py)
_NOT_SEEN = ("/admin/", settings.STATIC_URL, settings.MEDIA_URL, _TEXTS)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RateLimitedMiddleware:
    """Answer allauth's RateLimited with 429. Four of its flows leave it uncaught, which would be a 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 429:
            limits.note_refused_request(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return respond_429(request) if isinstance(exception, RateLimited) else None


class DeviceActivityMiddleware:
    """Keep the "last active" of a device true to five minutes. allauth's own would write a row with every request.

    Only where the page itself asked who this is: a page that everybody may see costs nothing more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        person = getattr(request, "_cached_user", None)
        key = request.session.session_key
        if person is not None and person.is_authenticated and key and _is_due(key):
            UserSession.objects.create_from_request(request)
        return response


def _is_due(session_key: str) -> bool:
    try:
        return bool(cache.add(f"accounts:device_seen:{session_key}", True, timeout=DEVICE_SEEN_SECONDS))
    except RedisError:  # what the page was asked for has been done by now
        return False


class StaffSecondFactorMiddleware:
    """Nobody enters the admin without a second factor that is set up, and was used in this session.

    A middleware and not a decorator on the admin's URLs: it stands before everything below /admin/, whatever an app or a
    package adds there. Who may not enter at all is left to Wagtail, which says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(reverse("wagtailadmin_home")):
            return self.get_response(request)
        user = request.user
        if not user.has_perm("wagtailadmin.access_admin") or used_second_factor(request):
            return self.get_response(request)
        if not has_second_factor(user):
            return lead_to_set_up(request, reason=SetUpReason.STAFF, keep_typed=False)
        way = get_adapter(request).get_reauthentication_methods(user)[0]["url"]
        target = request.get_full_path() if request.method == "GET" else reverse("wagtailadmin_home")
        return redirect(f"{way}?{urlencode({'next': target})}")


class ViewingMiddleware:
    """Let staff see a page as somebody else (accounts/viewing.py): reading only, and not every page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A session that nobody has is not looked into; the admin stays the staff's own, and pictures are everybody's.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path.startswith(_NOT_SEEN):
            return self.get_response(request)
        if viewing.SESSION_KEY not in request.session:
            return self.get_response(request)
        seen = viewing.current(request)
        if seen is None:
            return self.get_response(request)
        request.resolver_match = resolve(request.path_info)
        if request.resolver_match.view_name == "accounts:stop_viewing":
            return self.get_response(request)
        request.viewing = seen  # type: ignore[attr-defined]
        if request.method not in viewing.SAFE_METHODS or not viewing.is_shown(request):
            return render(request, "accounts/viewing_refused.html", status=403)
        return self._as_the_person(request, seen)

    def _as_the_person(self, request: HttpRequest, seen: viewing.Viewing) -> HttpResponseBase:
        own_session, own_user = request.session, request.user
        request.session, request.user = cast("type(own_session)", viewing.NoSession()), seen.person  # type: ignore[valid-type]
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                    response.render()
                transaction.set_rollback(True)
        finally:
            request.session, request.user = own_session, own_user
        response.headers["Cache-Control"] = "private, no-store"
        return response


class BlockMiddleware:
    """Stop what is blocked against abuse (accounts/blocks.py): by address, browser or account, as far as the block reaches.

    Whoever is stopped reads a plain page that says what they can do. Help, legal texts, appeals and support stay open.
    """

    # What of each scope sends something: names of views, or how they begin where a star ends them.
    SCOPES: dict[BlockScope, tuple[str, ...]] = {
        BlockScope.SIGN_UP: ("account_signup*", "socialaccount_signup"),
        BlockScope.LOG_IN: (
            *("account_login", "account_request_login_code", "account_confirm_login_code", "mfa_login_webauthn"),
            *("weixin_login", "weixin_mp_login", "qq_login", "weibo_login"),
        ),
        BlockScope.WRITING: ("messaging:*", "reviews:*", "moderation:report*", "offers:*", "gigs:*", "cms_pages:*"),
        BlockScope.BUYING: ("payments:checkout", "payments:pay", "offers:pay", "offers:accept", "orders:plan_fund"),
    }
    # Money that comes in, and the ways to say that it is a mistake.
    OPEN = (
        "alipay_notify",
        "wechatpay_notify",
        "account_logout",
        "support:*",
        "moderation:decision*",
        "reviews:appeal*",
    )
    # What programs ask for, of whom nothing is known and who send nothing: not even the list is looked at.
    NEVER_ASKED = (
        settings.STATIC_URL,
        settings.MEDIA_URL,
        _TEXTS,
        *("/healthz", "/robots.txt", "/sitemap.xml", "/sitemaps/", "/indexnow-key.txt"),
        *("/status/", "/en/status/", "/status.json"),  # whatever is away, they answer
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # With nothing blocked, which is nearly always, a page costs nothing more.
        if request.path.startswith(self.NEVER_ASKED) or not blocks.blocks_in_force():
            return self.get_response(request)
        closed = blocks.closed_scopes(request, partial(_who_asks, request))
        if closed and self._is_stopped(request, closed):
            return self._answer(request)
        with blocks.closed_here(closed):
            return self.get_response(request)

    def _is_stopped(self, request: HttpRequest, closed: frozenset[str]) -> bool:
        try:
            name = resolve(request.path_info).view_name
        except Http404:
            name = ""
        if _is_named(name, self.OPEN) or request.path.startswith(_texts()):
            return False
        if BlockScope.EVERYTHING.value in closed:
            return True
        if request.method in viewing.SAFE_METHODS:
            return False
        return any(scope.value in closed and _is_named(name, names) for scope, names in self.SCOPES.items())

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        error = AccountError(AccountErrorCode.BLOCKED)
        response: HttpResponseBase
        if request.headers.get("Accept", "").startswith("application/json"):
            response = JsonResponse({"code": error.code.value, "message": error.message}, status=403)
        else:
            response = render(request, "accounts/blocked.html", status=403)
        response.headers["Cache-Control"] = "private, no-store"
        return response


class ConsentMiddleware:
    """Ask a person once when a new edition of the terms is in force, on the next page they open.

    Only where a page is read: what somebody is sending is not lost. The session remembers that nothing is open, so that
    this costs one query a log-in and edition.
    """

    SESSION_KEY = "consents_seen"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._ask(request) or self.get_response(request)

    def _ask(self, request: HttpRequest) -> HttpResponseBase | None:
        if request.method != "GET" or not _is_page(request) or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if hasattr(request, "viewing") or not request.user.is_authenticated:
            return None
        in_force = f"{settings.CONSENT_VERSIONS['terms']} {settings.CONSENT_VERSIONS['privacy']}"
        if request.session.get(self.SESSION_KEY) == in_force:
            return None
        if not selectors.documents_to_accept(request.user):
            request.session[self.SESSION_KEY] = in_force
            return None
        return redirect(f"{reverse('accounts:consent_renew')}?{urlencode({'next': request.get_full_path()})}")


def _is_page(request: HttpRequest) -> bool:
    """Whether a person opens a page of the site: no part of one, no file, no admin, not the page that asks or the way out."""
    if request.headers.get("HX-Request") or "text/html" not in request.headers.get("Accept", "text/html"):
        return False
    ways_out = (reverse("accounts:privacy"), reverse("account_logout"))
    return not request.path.startswith((*_NOT_SEEN, "/pay/", "/healthz", "/i18n/", *_texts(), *ways_out))


def _texts() -> tuple[str, ...]:
    """Where legal texts and help begin, in each language: open to everybody at any time."""
    return tuple(f"{language}/{part}/" for language in ("", "/en") for part in ("terms", "privacy", "help"))


def _is_named(name: str, names: tuple[str, ...]) -> bool:
    """Whether a view is one of these: by its whole name, or by how it begins where a star stands at the end."""
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in names)


def _who_asks(request: HttpRequest) -> User | None:
    """The person who is logged in. Who has no session is nobody, without asking."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return None
    return request.user
