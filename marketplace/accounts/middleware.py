"""Middleware of sign-up, log-in and sessions."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from marketplace.accounts.second_factor import SetUpReason, has_second_factor, lead_to_set_up, used_second_factor

# How often the time and address of a session are written at most: one row in five minutes instead of one a request.
DEVICE_SEEN_SECONDS = 300


class RateLimitedMiddleware:
    """Answer allauth's RateLimited with 429. Four of its flows leave it uncaught, which would be a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
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
        if (
            person is not None
            and person.is_authenticated
            and key
            and cache.add(f"accounts:device_seen:{key}", True, timeout=DEVICE_SEEN_SECONDS)
        ):
            UserSession.objects.create_from_request(request)
        return response


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
