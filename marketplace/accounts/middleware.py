"""Middleware of people: limits, new terms, and staff who look at the site as somebody else."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from redis.exceptions import RedisError

from marketplace.accounts import selectors, viewing
from marketplace.accounts.second_factor import SetUpReason, has_second_factor, lead_to_set_up, used_second_factor

# How often the time and address of a session are written at most: one row in five minutes instead of one a request.
DEVICE_SEEN_SECONDS = 300
_NOT_SEEN = ("/admin/", settings.STATIC_URL, settings.MEDIA_URL)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RateLimitedMiddleware:
    """Answer allauth's RateLimited with 429. Four of its flows leave it uncaught, which would be a 500."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

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
    texts = tuple(f"{language}/{name}/" for language in ("", "/en") for name in ("terms", "privacy", "help"))
    ways_out = (reverse("accounts:privacy"), reverse("account_logout"))
    return not request.path.startswith((*_NOT_SEEN, "/pay/", "/healthz", "/i18n/", *texts, *ways_out))
