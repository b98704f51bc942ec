"""The end of an account: asked for, called off by a log-in, carried out."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts import selectors
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.locks import lock_user, lock_users
from marketplace.accounts.models import AccountClosing, AccountMerge, HandleRedirect, Suspension, User, UserProfile
from marketplace.accounts.personal_data import delete_after_commit, installed_model, sections
from marketplace.accounts.services.standing import end_sessions
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.identifiers import READABLE_ALPHABET
from marketplace.notifications import catalogue
from marketplace.notifications.letters import text_letter
from marketplace.notifications.models import Notification
from marketplace.notifications.reach import may_ring_at
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms

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
    """Call a closing off, because its person logged in before it was carried out, be it past its day.

    Returns whether there was one to call off.
    """
    user = lock_user(user_id)
    closing = AccountClosing.objects.filter(user=user, cancelled_at=None, done_at=None).first()
    if closing is None:
        return False
    _call_off(user, closing)
    return True


def _call_off(user: User, closing: AccountClosing) -> None:
    closing.cancelled_at = clock.now()
    closing.save(update_fields=["cancelled_at"])
    if not Suspension.objects.filter(user=user, over_at=None).exists():
        user.is_active = True
        user.save(update_fields=["is_active"])


def carry_out_closing(*, closing_id: int) -> bool:
    """Empty an account whose days are over, with those that were merged into it. Safe to repeat.

    Returns False when it was called off or is not due.

    Under the lock of the person from the decision to the end, so that a log-in calls it off either wholly or not at all; files
    go after the commit. What blocks closing is asked again first, since a refund may have been decided meanwhile: then
    the closing is called off, and the person is told why, by bell and by mail (by text message to who has no address).
    """
    user_id = AccountClosing.objects.values_list("user_id", flat=True).get(pk=closing_id)
    # Nothing is merged into an account that is closing: these are all there will be.
    merged = AccountMerge.objects.filter(kept_id=user_id).values_list("merged_id", flat=True)
    with transaction.atomic():
        user = lock_user(user_id)
        people = [user, *lock_users(*merged).values()]
        closing = AccountClosing.objects.get(pk=closing_id)
        if closing.cancelled_at or closing.done_at or closing.due_at > clock.now():
            return False
        with recipient_language():  # what is in the way is told in words
            blockers = selectors.closing_blockers(user)
        if not blockers:
            for person in people:
                for section in sections():
                    section.erase(person)
                _empty(person)
            closing.done_at = clock.now()
            closing.save(update_fields=["done_at"])
            return True
        _call_off(user, closing)
        with recipient_language():
            reasons = "; ".join(str(blocker.text).rstrip(".。") for blocker in blockers)
            line = notify(
                recipient_id=user.pk,
                notice=catalogue.people.NOT_CLOSED,
                words={"reasons": reasons},
                url=reverse("accounts:close"),
            )
    _tell(user, line)
    return False


def _tell(user: User, line: Notification) -> None:
    """Outside the portal, where they no longer look: who is closing an account is logged in nowhere."""
    with language_of(user.pk):
        title, body = line.said_title, line.said_body
        if user.email:
            context = {"title": title, "body": body, "url": settings.SITE_URL + reverse("accounts:close")}
            text = render_to_string("accounts/mail/closing_called_off.txt", context).strip()
            text_letter(subject=title, text=text, to=user.email).send()
        elif user.phone:
            not_before = may_ring_at(user_id=user.pk, notice=catalogue.people.NOT_CLOSED)
            send_sms(recipient=user.phone, template=SmsTemplate.VERIFICATION, not_before=not_before, news=title)


def _empty(user: User) -> None:
    user_id = user.pk
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
    # Links from elsewhere still name it: it stays taken, and is found by nobody (selectors.moved_profile).
    HandleRedirect.objects.get_or_create(handle=profile.handle, defaults={"profile": profile})
    profile.handle, profile.display_name = f"closed-{suffix}", name
    profile.save()
    end_sessions(user=user)
