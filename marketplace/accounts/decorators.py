"""What a view asks of the person before it runs."""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]


def recent_login_required(*methods: str, keep_typed: bool = True) -> Callable[[View], View]:
    """Ask who this is once more, where a session alone is too little: for these HTTP methods, POST when none is named.

    A log-in counts as long as allauth's `ACCOUNT_REAUTHENTICATION_TIMEOUT`. Unlike allauth's own decorator this one lets
    a fresh log-in count too, and does not wave through who has no password: they get a code, as at log-in. The form is
    sent again by itself afterwards; with `keep_typed` off it is not, since until then it would lie readable in the session.
    """
    guarded = methods or ("POST",)

    def decorate(view: View) -> View:
        @wraps(view)
        def asking_first(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in guarded or logged_in_recently(request):
                return view(request, *args, **kwargs)
            if request.user.is_authenticated and not request.user.has_usable_password():
                return _log_in_by_code(request)
            if keep_typed:
                raise ReauthenticationRequired  # allauth's middleware keeps the request and runs it afterwards
            return redirect(_with_next("account_reauthenticate", request))

        return login_required(asking_first)

    return decorate


def logged_in_recently(request: HttpRequest) -> bool:
    """Whether this session's person proved who they are within the last minutes."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def _log_in_by_code(request: HttpRequest) -> HttpResponse:
    """allauth sends codes to those only who are not logged in."""
    logout(request)
    messages.info(request, _("To protect your money, please log in once more with a code. Then go on where you were."))
    return redirect(_with_next("account_request_login_code", request))


def _with_next(url_name: str, request: HttpRequest) -> str:
    return f"{reverse(url_name)}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"
