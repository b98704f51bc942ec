"""What a session has proved about its person, and the way to a second factor for who needs one and has none.

A session's proofs are allauth's authentication records: method, moment, and `mfa` for whatever second factor was used.
"""

import time
from enum import StrEnum

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core.internal.httpkit import deserialize_request, serialize_request
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

_WAITING = "second_factor_waiting"  # session key: where its person was going when they were led away


class SetUpReason(StrEnum):
    """Why somebody is led to set up a second factor: the page says it in words."""

    MONEY = "money"
    STAFF = "staff"


def has_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether this person set up an app or a passkey. Recovery codes alone are none."""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]))


def used_second_factor(request: HttpRequest) -> bool:
    """Whether the second factor was used in this session, and is still there."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) and has_second_factor(request.user)


def logged_in_recently(request: HttpRequest) -> bool:
    """Whether this session's person proved who they are within the last minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT).

    A log-in counts. Of who has a second factor only that one does: a password may be known to somebody else.
    """
    after = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    fresh = [record for record in records if record["at"] > after]
    if not fresh:
        return False
    return any(record["method"] == "mfa" for record in fresh) or not has_second_factor(request.user)


def newest_of(user: AbstractBaseUser | AnonymousUser, kind: str) -> Authenticator:
    """The factor of this kind that somebody set up last. Raises Authenticator.DoesNotExist."""
    return Authenticator.objects.filter(user=user, type=kind).latest("pk")


def record_first_use(request: HttpRequest, authenticator: Authenticator) -> None:
    """Who has just set up a factor has used it: the code was right, the passkey has signed. allauth writes it down at
    log-ins only, and would ask for the same code once more.
    """
    used = {"id": authenticator.pk, "type": authenticator.type, "reauthenticated": True}
    record_authentication(request, authenticator.user, "mfa", **used)


def renew_session_key(request: HttpRequest) -> None:
    """Give the session another key where it has come to be worth more: who knew the old one holds nothing now."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def lead_to_set_up(request: HttpRequest, *, reason: SetUpReason, keep_typed: bool = True) -> HttpResponse:
    """Send the browser to the page of second factors, and remember where it was going; with a POST, what was typed."""
    waiting = {"url": request.get_full_path(), "reason": reason.value}
    if request.method == "POST" and keep_typed:
        waiting["request"] = serialize_request(request)
    request.session[_WAITING] = waiting
    return redirect("mfa_index")


def set_up_reason(request: HttpRequest) -> str:
    """A SetUpReason while somebody who was led here has not gone on, else an empty text."""
    return str(request.session.get(_WAITING, {}).get("reason", ""))


def go_on(request: HttpRequest) -> HttpResponse:
    """Back to where the person was going, once: what they had sent is sent again, and asks its own questions again."""
    waiting = request.session.pop(_WAITING, None)
    if waiting is None:
        return redirect("mfa_index")
    if "request" not in waiting:
        return redirect(waiting["url"])
    again = deserialize_request(waiting["request"], request)
    try:
        match = resolve(again.path_info)
    except Resolver404:  # the language was changed meanwhile, and with it the addresses
        return redirect(waiting["url"])
    response: HttpResponse = match.func(again, *match.args, **match.kwargs)
    return response
