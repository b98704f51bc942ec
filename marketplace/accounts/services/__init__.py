"""What people do with their account, and staff with the accounts of others. One module a part of it."""

from marketplace.accounts.services.blocking import block_person, unblock_person
from marketplace.accounts.services.closing import ask_for_closing, cancel_closing, carry_out_closing
from marketplace.accounts.services.consents import give_consent, record_consent, withdraw_consent
from marketplace.accounts.services.exports import (
    ask_for_export,
    build_data_export,
    delete_expired_exports,
    delete_export,
    give_up_stalled_exports,
)
from marketplace.accounts.services.profiles import become_seller, update_profile
from marketplace.accounts.services.signing_up import create_profile, release_unproven_claims, set_phone
from marketplace.accounts.services.standing import (
    end_sessions,
    end_suspension_if_due,
    lift_suspension,
    note_person,
    reveal_contact,
    sign_out_by_staff,
    suspend_person,
)
from marketplace.accounts.services.verification import confirm_real_name, record_verification

__all__ = [
    "ask_for_closing",
    "ask_for_export",
    "become_seller",
    "block_person",
    "build_data_export",
    "cancel_closing",
    "carry_out_closing",
    "confirm_real_name",
    "create_profile",
    "delete_expired_exports",
    "delete_export",
    "end_sessions",
    "end_suspension_if_due",
    "give_consent",
    "give_up_stalled_exports",
    "lift_suspension",
    "note_person",
    "record_consent",
    "record_verification",
    "release_unproven_claims",
    "reveal_contact",
    "set_phone",
    "sign_out_by_staff",
    "suspend_person",
    "unblock_person",
    "update_profile",
    "withdraw_consent",
]
