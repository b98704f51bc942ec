"""What people do with their account. One module a part of it."""

from marketplace.accounts.services.contacts import set_phone
from marketplace.accounts.services.profiles import become_seller, update_profile
from marketplace.accounts.services.signing_up import (
    create_profile,
    forget_unfinished_sign_ups,
    record_consent,
    release_unproven_claims,
)
from marketplace.accounts.services.social import link_social_account, save_social_sign_up, unlink_social_account
from marketplace.accounts.services.verification import confirm_real_name, record_verification

__all__ = [
    "become_seller",
    "confirm_real_name",
    "create_profile",
    "forget_unfinished_sign_ups",
    "link_social_account",
    "record_consent",
    "record_verification",
    "release_unproven_claims",
    "save_social_sign_up",
    "set_phone",
    "unlink_social_account",
    "update_profile",
]
