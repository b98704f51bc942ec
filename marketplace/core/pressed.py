"""What somebody pressed before they logged in happens by itself once they are: once, and in their own session alone."""

import time
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

_PRESSED = "pressed"
_MOST = 10  # in one session: several windows, each with its own log-in page
_SECONDS = 1800  # whoever logs in later than this has forgotten it


def log_in_first(request: HttpRequest, *, origin: str, message: str) -> HttpResponse:
    """Ask them to log in, saying why; whoever does comes back to this address by GET, where `take` tells what they had pressed.

    `origin` is the page of ours that they go on to afterwards. Nothing is promised to who did not press: a program that asks
    for the head alone, a browser that fetches ahead, a link of another site. Nor to htmx, whose page itself goes to the log-in
    and comes back (static/js/htmx-errors.js).
    """
    headers = request.headers
    is_ahead = "prefetch" in headers.get("Sec-Purpose", "") or request.method == "HEAD"
    if is_ahead or headers.get("Sec-Fetch-Site") == "cross-site" or headers.get("HX-Request") == "true":
        return redirect_to_login(origin)
    pressed = request.session.get(_PRESSED, {}) | {request.path: [origin, time.time()]}
    request.session[_PRESSED] = dict([*pressed.items()][-_MOST:])
    messages.info(request, message)
    return redirect_to_login(request.path)


def take(request: HttpRequest) -> str | None:
    """The page to go on to, if this address is what they had pressed before they logged in; None the second time, and else."""
    pressed = request.session.get(_PRESSED, {})
    if request.path not in pressed:
        return None
    origin, pressed_at = pressed.pop(request.path)
    request.session.modified = True
    return str(origin) if time.time() - pressed_at < _SECONDS else None


def came_from(request: HttpRequest) -> str:
    """The page of ours that they came from, as the browser says; "" where it is another's, or not said, or leads back here.

    The log-in page sends on who is logged in, to where it was asked from.
    """
    origin = request.headers.get("Referer", "")
    path = urlsplit(origin).path
    is_ours = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
    return origin if is_ours and path != request.path and "/accounts/" not in path else ""
