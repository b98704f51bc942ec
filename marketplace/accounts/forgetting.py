"""Kept pages end when the seller whom they show changes (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_delete, post_save

from marketplace.accounts.models import Certificate, Portfolio, User, UserProfile, UserSkill, UserVerification
from marketplace.core import page_cache

Showcase = Certificate | Portfolio | UserSkill
# Fields that others do not see.
_THEIR_OWN = frozenset({"hat", "updated_at"})


def forget_seller(
    sender: type[UserProfile], instance: UserProfile, update_fields: frozenset[str] | None, **_kwargs: Any
) -> None:
    """Name, picture, level, absence: on the person's page, on those of their services, in lists of sellers and services."""
    if update_fields and update_fields <= _THEIR_OWN:
        return
    page_cache.forget(f"seller:{instance.user_id}")
    if instance.seller_since is not None:
        page_cache.forget(page_cache.SELLERS, page_cache.LISTINGS)


def forget_standing(
    sender: type[User], instance: User, created: bool, update_fields: frozenset[str] | None, **_kwargs: Any
) -> None:
    """Who is suspended, or no longer is: their services leave every list, or come back. A form saves all fields."""
    if not created and (update_fields is None or "is_active" in update_fields):
        page_cache.forget(f"seller:{instance.pk}", page_cache.SELLERS, page_cache.LISTINGS)


def forget_showcase(sender: type[Showcase], instance: Showcase, **_kwargs: Any) -> None:
    """Works, skills, certificates: on the person's page and on those of their services. Moderators hide them too."""
    page_cache.forget(f"seller:{instance.profile.user_id}")


def forget_verification(sender: type[UserVerification], instance: UserVerification, **_kwargs: Any) -> None:
    """What of a seller was checked, and counts no longer: on the pages of their services."""
    page_cache.forget(f"seller:{instance.user_id}")


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(forget_seller, sender=UserProfile, dispatch_uid="accounts_forget_kept_pages")
    for model in (Certificate, Portfolio, UserSkill):
        for signal in (post_save, post_delete):
            signal.connect(forget_showcase, sender=model, dispatch_uid="accounts_forget_showcase")
    for signal in (post_save, post_delete):
        signal.connect(forget_verification, sender=UserVerification, dispatch_uid="accounts_forget_verification")
    post_save.connect(forget_standing, sender=User, dispatch_uid="accounts_forget_standing")
