"""Pages of people. Sign-up and log-in are allauth's."""

from marketplace.accounts.views.contacts import ChangeEmailView, ChangePhoneView, prove_contact
from marketplace.accounts.views.profiles import become_seller, profile, settings
from marketplace.accounts.views.social import ways_in
from marketplace.accounts.views.staff import staff_login
from marketplace.accounts.views.verification import (
    verification,
    verify_company,
    verify_real_name,
    withdraw_verification,
)

__all__ = [
    "ChangeEmailView",
    "ChangePhoneView",
    "become_seller",
    "profile",
    "prove_contact",
    "settings",
    "staff_login",
    "verification",
    "verify_company",
    "verify_real_name",
    "ways_in",
    "withdraw_verification",
]
