"""The end of an account: asked for, called off by a log-in, carried out."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts import selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_user
from marketplace.accounts.models import AccountClosing, Suspension, UserProfile
from marketplace.accounts.personal_data import delete_after_commit, installed_model, sections
from marketplace.accounts.services.standing import end_sessions
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import READABLE_ALPHABET

# What other apps keep of how somebody gets in. A name that is not installed is left out.
_WAYS_IN = ("mfa.Authenticator", "usersessions.UserSession", "socialaccount.SocialAccount", "account.EmailAddress")


@transaction.atomic
def ask_for_closing(*, user_id: int) -> AccountClosing:
    """Begin closing: signed out, off the shelf, and carried out after the days of `accounts.closing_days`.

    Under the lock of the person, so that an order which is being placed either blocks this or is refused itself
    (accounts/locks.py). Raises AccountError STAFF_PROTECTED, WRONG_STANDING or CLOSING_BLOCKED.
    """
    user = lock_user(user_id)
    if selectors.is_staff_person(user):
        raise AccountError(AccountErrorCode.STAFF_PROTECTED)
    if not user.is_active:
        raise AccountError(AccountErrorCode.WRONG_STANDING)
    if selectors.closing_blockers(user):
        raise AccountError(AccountErrorCode.CLOSING_BLOCKED)
    now = clock.now()
    closing = AccountClosing.objects.create(
        user=user, asked_at=now, due_at=now + timedelta(days=get_config("accounts.closing_days"))
    )
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    return closing


@transaction.atomic
def cancel_closing(*, user_id: int) -> bool:
    """Call a closing off, because its person logged in within the days. Returns whether there was one to call off."""
    user = lock_user(user_id)
    closing = AccountClosing.objects.filter(user=user, cancelled_at=None, done_at=None).first()
    if closing is None or closing.due_at <= clock.now():
        return False
    closing.cancelled_at = clock.now()
    closing.save(update_fields=["cancelled_at"])
    if not Suspension.objects.filter(user=user, over_at=None).exists():
        user.is_active = True
        user.save(update_fields=["is_active"])
    return True


def carry_out_closing(*, closing_id: int) -> bool:
    """Empty an account whose days are over. Returns False when it was called off or is not due. Safe to repeat.

    Each room erases its part in a transaction of its own: who is past the day cannot call it off any more, and no lock is
    held while files go. What blocks closing is asked again first, since a refund may have been decided meanwhile.
    """
    closing = AccountClosing.objects.select_related("user__profile").get(pk=closing_id)
    if closing.cancelled_at or closing.done_at or closing.due_at > clock.now():
        return False
    if selectors.closing_blockers(closing.user):
        return False
    for section in sections():
        with transaction.atomic():
            section.erase(closing.user)
    _empty(closing.user_id, closing_id)
    return True


@transaction.atomic
def _empty(user_id: int, closing_id: int) -> None:
    user = lock_user(user_id)
    for label in _WAYS_IN:
        if model := installed_model(label):
            model._default_manager.filter(user_id=user_id).delete()
    user.groups.clear()
    user.user_permissions.clear()
    user.email, user.phone, user.pending_phone = "", None, ""
    user.first_name = user.last_name = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    with override("zh-hans"):
        name = _("Closed account")
    suffix = "".join(secrets.choice(READABLE_ALPHABET.lower()) for _index in range(10))
    profile = UserProfile.objects.get(user=user)
    if profile.avatar:
        delete_after_commit(profile.avatar)
    for field in UserProfile._meta.concrete_fields:
        # Whatever a profile comes to hold: empty again. What is left says when there was one, and that it sold.
        if field.name not in (
            "id",
            "user",
            "handle",
            "display_name",
            "created_at",
            "updated_at",
            "seller_since",
            "level",
        ):
            setattr(profile, field.attname, field.get_default())
    profile.handle, profile.display_name = f"closed-{suffix}", name
    profile.save()
    end_sessions(user=user)
    AccountClosing.objects.filter(pk=closing_id).update(done_at=clock.now())
