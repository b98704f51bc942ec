"""What people do with their account."""

import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import (
    SellerLevelChoice,
    User,
    UserProfile,
    UserVerification,
    VerificationKind,
    VerificationStatus,
)
from marketplace.core.identifiers import READABLE_ALPHABET


def create_profile(*, user: User, display_name: str = "", handle: str = "") -> UserProfile:
    """Give a new user the profile every page expects. Without a name it is a neutral one, without a handle a random one."""
    suffix = "".join(secrets.choice(READABLE_ALPHABET.lower()) for _index in range(8))
    return UserProfile.objects.create(
        user=user,
        handle=handle or f"u-{suffix}",
        display_name=display_name.strip() or _("User %(suffix)s") % {"suffix": suffix[:4].upper()},
    )


@transaction.atomic
def set_phone(*, user: User, phone: str, verified: bool) -> None:
    """Remember a number: in `pending_phone` until its code was typed, then in `phone`, which is unique.

    Raises AccountError PHONE_TAKEN when the verified number belongs to somebody else: a squatter's late code does not
    take it from its owner.
    """
    if not verified:
        user.pending_phone = phone
        user.save(update_fields=["pending_phone"])
        return
    user.phone, user.pending_phone = phone, ""
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "pending_phone"])
    except IntegrityError as error:
        user.refresh_from_db(fields=["phone", "pending_phone"])
        raise AccountError(AccountErrorCode.PHONE_TAKEN) from error
    record_verification(user=user, kind=VerificationKind.PHONE)


def record_verification(*, user: User, kind: VerificationKind, reviewer: User | None = None) -> UserVerification:
    """Write down that a fact about the person was checked. Safe to repeat."""
    verification, _created = UserVerification.objects.get_or_create(
        user=user,
        kind=kind,
        status=VerificationStatus.APPROVED,
        defaults={"reviewed_by": reviewer, "reviewed_at": timezone.now()},
    )
    return verification


def update_profile(*, profile: UserProfile, **fields: object) -> UserProfile:
    """Change what a person shows of themself; `fields` are validated form data of ProfileForm."""
    for name, value in fields.items():
        setattr(profile, name, value)
    profile.save(update_fields=[*fields, "updated_at"])
    return profile


def become_seller(*, user: User) -> UserProfile:
    """Open the seller desk for a person. Safe to call twice. Raises AccountError PROFILE_INCOMPLETE."""
    profile = user.profile
    if profile.seller_since is not None:
        return profile
    if not (profile.headline and profile.about):
        raise AccountError(AccountErrorCode.PROFILE_INCOMPLETE)
    profile.seller_since = timezone.now()
    profile.level = SellerLevelChoice.NEW
    profile.save(update_fields=["seller_since", "level", "updated_at"])
    return profile
