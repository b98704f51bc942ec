"""Where somebody is logged in: known browsers, signing out, telling the owner."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts import devices, selectors
from marketplace.accounts.models import BrowserUse, NewDevice, User
from marketplace.accounts.services.standing import end_sessions, tell_signed_out
from marketplace.core import clock
from marketplace.core.templatetags.jiangji import deadline
from marketplace.notifications import catalogue
from marketplace.notifications.letters import text_letter
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.notifications.sms import SmsTemplate, send_sms

# A told log-in helps nobody to find a thief after so long, and is personal data.
KEEP_DAYS = 90
# What tells that two accounts are one person's is asked about half a year of deals (docs/integrity.md).
KEEP_BROWSERS_DAYS = 180


@transaction.atomic
def note_new_device(*, user: User, user_agent: str, ip: str) -> NewDevice:
    """Write down a log-in from a browser that this account had not been used in: on the bell now, by mail with the next job."""
    noted = NewDevice.objects.create(user=user, at=clock.now(), user_agent=user_agent[:200], ip=ip)
    with recipient_language():
        notify(
            recipient_id=user.pk,
            notice=catalogue.people.NEW_DEVICE,
            words={"device": devices.describe(user_agent), "address": devices.rough_address(ip)},
            url=reverse("usersessions_list"),
        )
    return noted


def tell_of_new_device(*, noted: NewDevice) -> bool:
    """Tell the owner outside the portal, by mail or else by text message: whoever came in with their password reads the bell.

    Noted after it has left, so a crash tells twice rather than never. Returns whether there was a way to tell.
    """
    user = noted.user
    with language_of(user.pk):
        context = {
            "at": noted.at,
            "device": devices.describe(noted.user_agent),
            "address": devices.rough_address(noted.ip),
            "url": settings.SITE_URL + reverse("usersessions_list"),
        }
        text = render_to_string("accounts/mail/new_device.txt", context).strip()
        if user.email:
            text_letter(subject=_("Your account was logged in to on a new device"), text=text, to=user.email).send()
        elif user.phone:
            send_sms(
                recipient=user.phone,
                template=SmsTemplate.NEW_DEVICE,
                device=str(context["device"]),
                address=str(context["address"]),
                moment=deadline(noted.at),
            )
    NewDevice.objects.filter(pk=noted.pk).update(told_at=clock.now())
    return bool(user.email or user.phone)


def note_browser_use(*, user: User, browser: str) -> None:
    """Write down that an account was logged in to in this browser (`devices.mark_browser`). One statement a log-in."""
    now = clock.now()
    BrowserUse.objects.bulk_create(
        [BrowserUse(browser=browser, user=user, first_used_at=now, last_used_at=now)],
        update_conflicts=True,
        unique_fields=["browser", "user"],
        update_fields=["last_used_at"],
    )


def forget_browser_uses() -> int:
    """Drop what browsers were used for longer ago than `KEEP_BROWSERS_DAYS`. Returns how many rows went."""
    old = clock.now() - timedelta(days=KEEP_BROWSERS_DAYS)
    return BrowserUse.objects.filter(last_used_at__lt=old).delete()[0]


def end_device(*, user: User, device_id: int) -> None:
    """Sign one of a person's devices out. Raises Http404 for anybody else's."""
    selectors.device_of(user, device_id).end()
    tell_signed_out(user=user)


def end_other_devices(*, user: User, session_key: str | None) -> int:
    """Sign a person out everywhere but in the session with this key; of None everywhere. Returns how many ended."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=session_key))
    for device in others:
        device.end()
    tell_signed_out(user=user)
    return len(others)


@transaction.atomic
def remove_second_factor(*, user: User) -> int:
    """For who lost phone and recovery codes, after support made sure who they are: no second factor, no session is left.

    Returns how many factors there were.
    """
    removed = Authenticator.objects.filter(user=user)
    count = removed.count()
    removed.delete()
    end_sessions(user=user)  # by the epoch: not every session has its row among the devices
    with recipient_language():
        notify(
            recipient_id=user.pk,
            notice=catalogue.people.SECOND_FACTOR_REMOVED,
            url=reverse("mfa_index"),
        )
    return count


def forget_ended_sessions() -> int:
    """Drop what is left of sessions that are over, and log-ins that were told long ago. Returns how many devices went."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    gone, _by_model = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    NewDevice.objects.filter(told_at__lt=now - timedelta(days=KEEP_DAYS)).delete()
    return gone
