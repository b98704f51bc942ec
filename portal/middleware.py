"""Middleware of the project itself: the headers that browsers hold pages to. docs/security.md has the reason for each."""

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Wagtail's admin still needs inline style and script (wagtail issue 1288), and its accessibility checker (axe) makes functions
# of texts; people of the marketplace never get there.
_ADMIN_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'self'; form-action 'self'"
)
# A file that somebody sent is shown or played, and never a page of ours.
_FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"
# Chrome shows no PDF in a sandbox. What comes in is written anew without scripts (marketplace/uploads).
_PDF = "application/pdf"
_SAID_TO_BE_READ = ("text/html", "application/json")

# What a page of ours may ask a browser for, and nothing else may: the voice messages of a conversation, sharing and copying
# a link, log-in by passkey, a film over the whole screen.
_ALLOWED = (
    "microphone",
    "web-share",
    "clipboard-write",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "fullscreen",
)
_REFUSED = (
    "accelerometer",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "midi",
    "payment",
    "screen-wake-lock",
    "serial",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
PERMISSIONS_POLICY = ", ".join([*(f"{name}=(self)" for name in _ALLOWED), *(f"{name}=()" for name in _REFUSED)])

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings for the public site, Wagtail's own for its admin, and next to nothing for files."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", _ADMIN_POLICY)
        elif request.path.startswith(settings.MEDIA_URL) and response.headers.get("Content-Type", "") != _PDF:
            response.headers.setdefault("Content-Security-Policy", _FILE_POLICY)
        return super().process_response(request, response)


class NobodyMiddleware:
    """The status page is asked for by nobody in particular: whose session it is would have to be looked up, and what says so
    may be what is away. Stands above the sessions.
    """

    PATHS = frozenset({"/status/", "/en/status/", "/status.json"})

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path in self.PATHS:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """What Django's SecurityMiddleware does not say. Stands above what serves static files.

    Pages for somebody who is logged in are kept nowhere: not by a proxy, and not by the browser that the next person uses.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if "Cache-Control" not in response.headers and _is_for_one_person(request, response):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _is_for_one_person(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether what is answered can be read and may show whose session this is. Asks nobody: a session is enough."""
    if not response.headers.get("Content-Type", "").startswith(_SAID_TO_BE_READ):
        return False
    return settings.SESSION_COOKIE_NAME in request.COOKIES or settings.SESSION_COOKIE_NAME in response.cookies
