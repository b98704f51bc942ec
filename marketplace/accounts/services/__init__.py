"""What people do with their account. One module a part of it."""

from marketplace.accounts.services.availability import come_back, go_away, set_working_hours
from marketplace.accounts.services.certificates import add_certificate, remove_certificate
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
from marketplace.accounts.services.signing_up import create_profile, record_consent, release_unproven_claims, set_phone
from marketplace.accounts.services.skills import (
    add_skill,
    approve_suggestion,
    merge_suggestion,
    refuse_suggestion,
    remove_skill,
    suggest_skill,
)
from marketplace.accounts.services.verification import confirm_real_name, record_verification

__all__ = [
    "add_certificate",
    "add_media",
    "add_skill",
    "approve_suggestion",
    "become_seller",
    "change_handle",
    "come_back",
    "confirm_real_name",
    "create_piece",
    "create_profile",
    "delete_piece",
    "go_away",
    "hide_piece",
    "merge_suggestion",
    "move_medium",
    "move_piece",
    "order_pieces",
    "record_consent",
    "record_verification",
    "refuse_suggestion",
    "release_unproven_claims",
    "remove_certificate",
    "remove_medium",
    "remove_portrait",
    "remove_skill",
    "set_phone",
    "set_portrait",
    "set_working_hours",
    "show_piece",
    "suggest_skill",
    "update_medium",
    "update_piece",
    "update_profile",
    "wear_hat",
]
