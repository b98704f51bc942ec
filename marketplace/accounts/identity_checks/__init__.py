"""Services that compare a name with an identity number. Which one, if any, the settings say (docs/verification.md)."""

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.accounts.identity_checks.base import CheckAnswer, IdentityChecker, IdentityCheckUnavailable

__all__ = ["CheckAnswer", "IdentityCheckUnavailable", "IdentityChecker", "identity_checker"]


def identity_checker() -> IdentityChecker | None:
    """The service in use; None where people check alone."""
    backend: str = settings.IDENTITY_CHECK_BACKEND
    return cast(IdentityChecker, import_string(backend)()) if backend else None
