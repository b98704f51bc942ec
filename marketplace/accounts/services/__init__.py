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
from marketplace.accounts.services.verification_checking import check_identity
from marketplace.accounts.services.verification_deciding import (
    approve_verification,
    expire_verification,
    reject_verification,
    revoke_verification,
    view_number,
    view_paper,
)
from marketplace.accounts.services.verification_lapsing import (
    erase_papers,
    expire_overdue,
    forget_papers,
    warn_of_expiry,
)
from marketplace.accounts.services.verification_submitting import (
    submit_company,
    submit_real_name,
    withdraw_verification,
)
from marketplace.accounts.services.verification_telling import tell_by_bell, tell_by_mail

__all__ = [
    "approve_verification",
    "become_seller",
    "check_identity",
    "confirm_real_name",
    "create_profile",
    "end_device",
    "end_other_devices",
    "erase_papers",
    "expire_overdue",
    "expire_verification",
    "forget_ended_sessions",
    "forget_papers",
    "forget_unfinished_sign_ups",
    "link_social_account",
    "note_new_device",
    "record_consent",
    "record_verification",
    "reject_verification",
    "release_unproven_claims",
    "remove_second_factor",
    "revoke_verification",
    "save_social_sign_up",
    "set_phone",
    "submit_company",
    "submit_real_name",
    "tell_by_bell",
    "tell_by_mail",
    "tell_of_new_device",
    "unlink_social_account",
    "update_profile",
    "view_number",
    "view_paper",
    "warn_of_expiry",
    "withdraw_verification",
]
