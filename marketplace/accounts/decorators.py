"""What a view asks of the person before it runs."""

from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from marketplace.accounts.second_factor import SetUpReason, has_second_factor, lead_to_set_up, logged_in_recently

View = Callable[..., HttpResponse]


def recent_login_required(
    *methods: str, keep_typed: bool = True, second_factor: bool = False
) -> Callable[[View], View]:
    """Ask who this is once more, where a session alone is too little: for these HTTP methods, POST when none is named.

    A log-in counts as long as allauth's `ACCOUNT_REAUTHENTICATION_TIMEOUT`. Who has a second factor is asked for it, who
    has none for the password, who has neither gets a code, as at log-in. With `second_factor` nobody passes who has none:
    they are led to set one up, and then back. The form is sent again by itself afterwards; with `keep_typed` off it is
    not, since until then it would lie readable in the session.
    """
    guarded = {*methods} or {"POST"}
    if "GET" in guarded:
        guarded.add("HEAD")  # the same page without its body

    def decorate(view: View) -> View:
        @wraps(view)
        def asking_first(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method not in guarded:
                return view(request, *args, **kwargs)
            if second_factor and not has_second_factor(request.user):
                return lead_to_set_up(request, reason=SetUpReason.MONEY, keep_typed=keep_typed)
            if logged_in_recently(request):
                return view(request, *args, **kwargs)
            ways = get_adapter(request).get_reauthentication_methods(request.user)
            if not ways:
                return log_in_by_code(request)
            if keep_typed:
                raise ReauthenticationRequired  # allauth's middleware keeps the request and runs it afterwards
            return redirect(_with_next(ways[0]["url"], request))

        return login_required(asking_first)

    return decorate


def log_in_by_code(request: HttpRequest) -> HttpResponse:
    """allauth sends codes to those only who are not logged in."""
    logout(request)
    messages.info(
        request, _("To protect your account, please log in once more with a code. Then go on where you were.")
    )
    return redirect(_with_next(reverse("account_request_login_code"), request))


def _with_next(url: str, request: HttpRequest) -> str:
    return f"{url}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"
