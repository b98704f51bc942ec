"""Kept pages end when the seller whom they show changes (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_save

from marketplace.accounts.models import User, UserProfile
from marketplace.core import page_cache


def forget_seller(sender: type[UserProfile], instance: UserProfile, **_kwargs: Any) -> None:
    """Name, picture, level, absence: on the person's page and on those of their services."""
    page_cache.forget(f"seller:{instance.user_id}")


def forget_standing(sender: type[User], instance: User, update_fields: frozenset[str] | None, **_kwargs: Any) -> None:
    """Who is suspended, or no longer is: their services leave every list, or come back."""
    if update_fields and "is_active" in update_fields:
        page_cache.forget(f"seller:{instance.pk}", page_cache.LISTINGS)


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(forget_seller, sender=UserProfile, dispatch_uid="accounts_forget_kept_pages")
    post_save.connect(forget_standing, sender=User, dispatch_uid="accounts_forget_standing")
