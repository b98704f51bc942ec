"""What people do with their account. One module a part of it."""

from marketplace.accounts.services.contacts import set_phone
from marketplace.accounts.services.devices import (
    end_device,
    end_other_devices,
    forget_ended_sessions,
    note_new_device,
    remove_second_factor,
    tell_of_new_device,
)
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
    "end_device",
    "end_other_devices",
    "forget_ended_sessions",
    "forget_unfinished_sign_ups",
    "link_social_account",
    "note_new_device",
    "record_consent",
    "record_verification",
    "release_unproven_claims",
    "remove_second_factor",
    "save_social_sign_up",
    "set_phone",
    "tell_of_new_device",
    "unlink_social_account",
    "update_profile",
]
