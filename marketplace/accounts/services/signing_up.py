"""Coming in: a profile, consent, a number or an address that is really theirs."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from marketplace.accounts import selectors
from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import (
    User,
    UserProfile,
)
from marketplace.core import clock
from marketplace.core.jobs import Deadline, count_done

UNFINISHED_KEPT = timedelta(days=7)


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
        _forget(user)
    return len(users)


def forget_unfinished_sign_ups() -> int:
    """Delete accounts that proved neither number nor address within a week; returns how many.

    Whoever typed somebody else's number or address, or gave up, left data of a person that nobody needs (PIPL article 19).
    """
    before = clock.now() - UNFINISHED_KEPT
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    unfinished = (
        User.objects.filter(
            phone=None, last_login=None, date_joined__lt=before, is_staff=False, is_superuser=False, groups=None
        )
        .filter(~Exists(proved), consents__isnull=False, is_active=True, socialaccount=None)
        .distinct()
    )
    keys = list(unfinished.order_by("pk").values_list("pk", flat=True)[:1000])
    return count_done(keys, lambda key: _forget_if_unfinished(key, unfinished), until=Deadline())


@transaction.atomic
def _forget_if_unfinished(user_id: int, unfinished: QuerySet[User]) -> bool:
    """Whoever proves something meanwhile waits for this, or is seen here."""
    lock_user(user_id)
    user = unfinished.filter(pk=user_id).first()
    return user is not None and _forget(user)


def _forget(user: User) -> bool:
    """Delete somebody who never came in; whom others wrote to stays as a row without address and without a way in."""
    try:
        with transaction.atomic():
            user.delete()
    except IntegrityError:
        EmailAddress.objects.filter(user=user).delete()
        user.email, user.pending_phone, user.is_active = "", "", False
        user.save(update_fields=["email", "pending_phone", "is_active"])
    return True
