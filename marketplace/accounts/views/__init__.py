"""Pages of people. Sign-up and log-in are allauth's."""

from marketplace.accounts.views.privacy import (
    block,
    close,
    consent_choose,
    consent_renew,
    export_ask,
    export_file,
    export_progress,
    privacy,
    unblock,
)
from marketplace.accounts.views.profiles import become_seller, profile, settings
from marketplace.accounts.views.staff import staff_login, stop_viewing

__all__ = [
    "become_seller",
    "block",
    "close",
    "consent_choose",
    "consent_renew",
    "export_ask",
    "export_file",
    "export_progress",
    "privacy",
    "profile",
    "settings",
    "staff_login",
    "stop_viewing",
    "unblock",
]
