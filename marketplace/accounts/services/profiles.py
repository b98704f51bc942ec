"""What people show of themself, where their page lies, and opening the seller desk."""

import re
from datetime import timedelta

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from marketplace.accounts import locks
from marketplace.accounts.errors import AccountError, AccountErrorCode, ProfileError, ProfileErrorCode
from marketplace.accounts.files import forget_after_commit, kept_picture
from marketplace.accounts.models import HandleRedirect, Hat, SellerLevelChoice, User, UserProfile
from marketplace.accounts.places import is_place
from marketplace.accounts.selectors.onboarding import desk_is_missing
from marketplace.core import clock, page_cache
from marketplace.core.pictures import Square, encode_square

PORTRAIT_SIDE = 480  # pixels; the largest place shows 144 CSS pixels
# Product decision: long enough that an address means somebody, short enough to mend a mistake within the month.
HANDLE_DAYS = 30
# Whole words: what could pass for the platform, its staff or its pages.
RESERVED_HANDLES = frozenset(
    (
        *("about", "account", "accounts", "admin", "administrator", "api", "app", "billing", "blog"),
        *("ceo", "contact", "customer-service", "dev", "desk", "finance", "help", "home", "jiangji"),
        *("kefu", "legal", "login", "logout", "mail", "me", "media", "moderator", "news"),
        *("null", "official", "order", "orders", "pay", "payment", "payments", "privacy", "root"),
        *("sell", "seller", "settings", "shop", "sign-in", "sign-up", "signup", "staff", "static"),
        *("support", "system", "team", "terms", "test", "undefined", "user", "users", "wallet"),
        *("www"),
    )
)
# A random address of new people, and the demo's staff: nobody gives themself one that looks like it.
_RESERVED_SHAPE = re.compile(r"^(u-|staff-|jiangji|guanfang)|(-official|-guanfang|-kefu)$")


def update_profile(*, profile: UserProfile, **fields: object) -> UserProfile:
    """Change what a person shows of themself; `fields` are validated form data of ProfileForm.

    Raises ProfileError PLACE_UNKNOWN: province and city come from the list (places.py).
    """
    province = str(fields.get("province", profile.province))
    city = str(fields.get("city", profile.city))
    is_new = (province, city) != (profile.province, profile.city)
    for name, value in fields.items():
        setattr(profile, name, value)
    if {"province", "city"} & set(fields) and is_new and not is_place(province, city):
        profile.refresh_from_db(fields=list(fields))
        raise ProfileError(ProfileErrorCode.PLACE_UNKNOWN)
    profile.save(update_fields=[*fields, "updated_at"])
    return profile


def set_portrait(*, profile: UserProfile, upload: File, square: Square | None = None) -> UserProfile:
    """Cut `upload` to the square (its middle without one), re-encode it and show it as the portrait.

    Raises PictureError.
    """
    encoded = encode_square(upload, square=square, side=PORTRAIT_SIDE)
    with kept_picture(encoded, folder="avatars") as name, transaction.atomic():
        locked = locks.lock_profile(profile.pk)
        forget_after_commit(locked.avatar.name or "")
        profile.avatar = name
        profile.save(update_fields=["avatar", "updated_at"])
    return profile


@transaction.atomic
def remove_portrait(*, profile: UserProfile) -> UserProfile:
    """Take the portrait down; the first character of the name stands in for it. Safe to call twice."""
    forget_after_commit(locks.lock_profile(profile.pk).avatar.name or "")
    profile.avatar = ""
    profile.save(update_fields=["avatar", "updated_at"])
    return profile


@transaction.atomic
def change_handle(*, profile: UserProfile, handle: str) -> UserProfile:
    """Move the page to another address; the old one leads there from now on, and nobody else gets it.

    Raises ProfileError HANDLE_RESERVED, HANDLE_TAKEN, or HANDLE_TOO_SOON within 30 days of the last change.
    """
    locked = locks.lock_profile(profile.pk)
    old = locked.handle
    if handle == old:
        return profile
    if handle in RESERVED_HANDLES or _RESERVED_SHAPE.search(handle):
        raise ProfileError(ProfileErrorCode.HANDLE_RESERVED)
    now = clock.now()
    if locked.handle_changed_at and now < (free := locked.handle_changed_at + timedelta(days=HANDLE_DAYS)):
        day = date_format(timezone.localtime(free), "DATE_FORMAT")
        raise ProfileError(ProfileErrorCode.HANDLE_TOO_SOON, days=HANDLE_DAYS, day=day)
    try:
        with transaction.atomic():
            UserProfile.objects.filter(pk=profile.pk).update(handle=handle, handle_changed_at=now, updated_at=now)
    except IntegrityError as error:
        raise ProfileError(ProfileErrorCode.HANDLE_TAKEN) from error
    # After the write: whoever gave this address up at the same moment has left their redirect by now.
    if HandleRedirect.objects.filter(handle=handle).exclude(profile=profile).exists():
        raise ProfileError(ProfileErrorCode.HANDLE_TAKEN)
    HandleRedirect.objects.filter(handle=handle).delete()
    HandleRedirect.objects.create(handle=old, profile=profile)
    profile.handle, profile.handle_changed_at = handle, now
    # An update says nothing by itself, and pages lead to the address of before.
    page_cache.forget(f"seller:{profile.user_id}", page_cache.SELLERS, page_cache.LISTINGS)
    return profile


def become_seller(*, user: User) -> UserProfile:
    """Open the seller desk for a person, who is a seller here from now on. Safe to call twice.

    Raises AccountError PROFILE_INCOMPLETE, naming what is missing of the first three steps (selectors.onboarding_steps).
    """
    profile = user.profile
    if profile.seller_since is not None:
        return profile
    if missing := desk_is_missing(user):
        raise AccountError(AccountErrorCode.PROFILE_INCOMPLETE, missing="、".join(str(label) for label in missing))
    profile.seller_since = timezone.now()
    profile.level = SellerLevelChoice.NEW
    profile.hat = Hat.SELLER
    profile.save(update_fields=["seller_since", "level", "hat", "updated_at"])
    return profile


def wear_hat(*, user: User, hat: Hat) -> UserProfile:
    """Be here as a buyer or as a seller from now on; where the account leads home follows. Raises ProfileError DESK_CLOSED."""
    profile = user.profile
    if hat == Hat.SELLER and not user.is_seller:
        raise ProfileError(ProfileErrorCode.DESK_CLOSED)
    if profile.hat != hat:
        profile.hat = hat
        profile.save(update_fields=["hat", "updated_at"])
    return profile
