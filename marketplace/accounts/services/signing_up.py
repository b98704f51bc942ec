"""Coming in: a profile, consent, a number or an address that is really theirs."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from marketplace.accounts import selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import (
    User,
    UserProfile,
    VerificationKind,
)
from marketplace.accounts.services.verification import record_verification


def create_profile(*, user: User, display_name: str = "", handle: str = "") -> UserProfile:
    """The profile of a user, with the name and handle that are given. Safe to repeat.

    Saving a user makes a profile already; this names it, and makes the one that a bulk insert left out.
    """
    profile = UserProfile.make_for(user)
    profile.display_name = display_name.strip() or profile.display_name
    profile.handle = handle or profile.handle
    profile.save(update_fields=["display_name", "handle", "updated_at"])
    user.profile = profile
    return profile


@transaction.atomic
def release_unproven_claims(*, email: str) -> int:
    """Take `email` from whoever named it at sign-up and never typed the code sent there; returns from how many.

    Otherwise anybody could keep the owner of an address out by signing up with it first, or wait with a password of
    their own for the owner to prove the address. Who has proved something else keeps the account; a sign-up that has
    proved nothing goes.
    """
    users = list(selectors.unproven_claims(email))
    for user in users:
        addresses = EmailAddress.objects.filter(user=user)
        if user.last_login or user.phone or addresses.filter(verified=True).exists():
            addresses.get(email=email.lower()).remove()
            continue
        try:
            with transaction.atomic():
                user.delete()
        except IntegrityError:  # somebody has written to them: the row stays, without the address and without a way in
            addresses.delete()
            user.email, user.is_active = "", False
            user.save(update_fields=["email", "is_active"])
    return len(users)


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
