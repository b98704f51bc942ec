"""Browsers of people who are logged in, with the moment at which they proved who they are."""

import time
from types import SimpleNamespace

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from django.test import Client

from marketplace.accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def log_in(user: User, *, minutes_ago: int = 0, client: Client | None = None) -> Client:
    """A browser whose person logged in so many minutes ago. `force_login` alone leaves no record of when."""
    browser = client or Client()
    browser.force_login(user, backend=BACKEND)
    session = browser.session
    record_authentication(SimpleNamespace(session=session), user, method="password")
    session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] = time.time() - minutes_ago * 60
    session.save()
    return browser
