"""What people do with their account, and staff with the accounts of others. One module a part of it."""

from marketplace.accounts.services.availability import come_back, end_absence, go_away, set_working_hours
from marketplace.accounts.services.blocking import block_person, unblock_person
from marketplace.accounts.services.certificates import add_certificate, remove_certificate
from marketplace.accounts.services.closing import ask_for_closing, cancel_closing, carry_out_closing
from marketplace.accounts.services.consents import give_consent, record_consent, withdraw_consent
from marketplace.accounts.services.contacts import set_phone
from marketplace.accounts.services.devices import (
    end_device,
    end_other_devices,
    forget_browser_uses,
    forget_ended_sessions,
    note_browser_use,
    note_new_device,
    remove_second_factor,
    tell_of_new_device,
)
from marketplace.accounts.services.exports import (
    ask_for_export,
    build_data_export,
    delete_expired_exports,
    delete_export,
    give_up_stalled_exports,
)
from marketplace.accounts.services.portfolio import (
    add_media,
    create_piece,
    delete_piece,
    move_medium,
    move_piece,
    order_pieces,
    remove_medium,
    update_medium,
    update_piece,
)
from marketplace.accounts.services.portfolio_moderation import hide_piece, show_piece
from marketplace.accounts.services.profiles import (
    become_seller,
    change_handle,
    remove_portrait,
    set_portrait,
    update_profile,
    wear_hat,
)
from marketplace.accounts.services.signing_up import create_profile, forget_unfinished_sign_ups, release_unproven_claims
from marketplace.accounts.services.skills import (
    add_skill,
    approve_suggestion,
    merge_suggestion,
    refuse_suggestion,
    remove_skill,
    suggest_skill,
)
from marketplace.accounts.services.social import link_social_account, save_social_sign_up, unlink_social_account
from marketplace.accounts.services.standing import (
    end_sessions,
    end_suspension_if_due,
    lift_suspension,
    note_person,
    reveal_contact,
    sign_out_by_staff,
    suspend_person,
    tell_signed_out,
)
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
    forget_kept_name,
    forget_papers,
    leave_names_only,
    warn_of_expiry,
)
from marketplace.accounts.services.verification_submitting import (
    submit_company,
    submit_real_name,
    withdraw_identity_consent,
    withdraw_verification,
)
from marketplace.accounts.services.verification_telling import tell_by_bell, tell_by_mail

__all__ = [
    "add_certificate",
    "add_media",
    "add_skill",
    "approve_suggestion",
    "approve_verification",
    "ask_for_closing",
    "ask_for_export",
    "become_seller",
    "block_person",
    "build_data_export",
    "cancel_closing",
    "carry_out_closing",
    "change_handle",
    "check_identity",
    "come_back",
    "confirm_real_name",
    "create_piece",
    "create_profile",
    "delete_expired_exports",
    "delete_export",
    "delete_piece",
    "end_absence",
    "end_device",
    "end_other_devices",
    "end_sessions",
    "end_suspension_if_due",
    "erase_papers",
    "expire_overdue",
    "expire_verification",
    "forget_browser_uses",
    "forget_ended_sessions",
    "forget_kept_name",
    "forget_papers",
    "forget_unfinished_sign_ups",
    "give_consent",
    "give_up_stalled_exports",
    "go_away",
    "hide_piece",
    "leave_names_only",
    "lift_suspension",
    "link_social_account",
    "merge_suggestion",
    "move_medium",
    "move_piece",
    "note_browser_use",
    "note_new_device",
    "note_person",
    "order_pieces",
    "record_consent",
    "record_verification",
    "refuse_suggestion",
    "reject_verification",
    "release_unproven_claims",
    "remove_certificate",
    "remove_medium",
    "remove_portrait",
    "remove_second_factor",
    "remove_skill",
    "reveal_contact",
    "revoke_verification",
    "save_social_sign_up",
    "set_phone",
    "set_portrait",
    "set_working_hours",
    "show_piece",
    "sign_out_by_staff",
    "submit_company",
    "submit_real_name",
    "suggest_skill",
    "suspend_person",
    "tell_by_bell",
    "tell_by_mail",
    "tell_of_new_device",
    "tell_signed_out",
    "unblock_person",
    "unlink_social_account",
    "update_medium",
    "update_piece",
    "update_profile",
    "view_number",
    "view_paper",
    "warn_of_expiry",
    "wear_hat",
    "withdraw_consent",
    "withdraw_identity_consent",
    "withdraw_verification",
]
