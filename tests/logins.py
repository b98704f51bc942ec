"""Browsers of people who are logged in, with what a log-in by the form leaves: when they proved who they are, and how."""

import time
from types import SimpleNamespace

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.test import Client

from marketplace.accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def log_in(
    user: User, *, minutes_ago: int = 0, client: Client | None = None, second_factor: bool | None = None
) -> Client:
    """A browser whose person logged in so many minutes ago. `force_login` alone leaves no record of when.

    Staff have an authenticator app and used it, since nobody enters the admin without; others with `second_factor=True`.
    """
    browser = client or Client()
    browser.force_login(user, backend=BACKEND)
    session = browser.session
    request = SimpleNamespace(session=session)
    used = [("password", {"email": user.email})]
    if user.has_perm("wagtailadmin.access_admin") if second_factor is None else second_factor:
        app = app_of(user)
        used.append(("mfa", {"id": app.pk, "type": app.type}))
    for method, details in used:
        record_authentication(request, user, method, **details)
        session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = time.time() - minutes_ago * 60
    session.save()
    return browser


def app_of(user: User) -> Authenticator:
    """The authenticator app that somebody has, set up now if they had none."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found or TOTP.activate(user, generate_totp_secret()).instance


def code_of(user: User, *, steps: int = 0) -> str:
    """What that person's app shows now, or so many half minutes later. Each code works once."""
    return code_from(decrypt(app_of(user).data["secret"]), steps=steps)


def code_from(secret: str, *, steps: int = 0) -> str:
    """The six digits of a key, as RFC 6238 has them."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))
