"""What people show of themself, and opening the seller desk."""

from django.utils import timezone

from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import (
    SellerLevelChoice,
    User,
    UserProfile,
)


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
