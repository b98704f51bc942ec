"""Pages of people. Sign-up and log-in are allauth's."""

from marketplace.accounts.views.contacts import ChangeEmailView, ChangePhoneView, prove_contact
from marketplace.accounts.views.onboarding import become_seller, onboarding, open_desk
from marketplace.accounts.views.portfolio import (
    document,
    media_add,
    medium_edit,
    medium_move,
    medium_remove,
    piece,
    piece_delete,
    piece_edit,
    piece_move,
    piece_new,
    pieces_order,
    portfolio,
)
from marketplace.accounts.views.profiles import (
    availability,
    away,
    certificate_remove,
    certificates,
    handle,
    hat,
    home,
    portrait,
    profile,
    settings,
)
from marketplace.accounts.views.skills import skill_remove, skill_suggest, skills, skills_find
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
    "availability",
    "away",
    "become_seller",
    "certificate_remove",
    "certificates",
    "document",
    "handle",
    "hat",
    "home",
    "media_add",
    "medium_edit",
    "medium_move",
    "medium_remove",
    "onboarding",
    "open_desk",
    "piece",
    "piece_delete",
    "piece_edit",
    "piece_move",
    "piece_new",
    "pieces_order",
    "portfolio",
    "portrait",
    "profile",
    "prove_contact",
    "settings",
    "skill_remove",
    "skill_suggest",
    "skills",
    "skills_find",
    "staff_login",
    "verification",
    "verify_company",
    "verify_real_name",
    "ways_in",
    "withdraw_verification",
]
