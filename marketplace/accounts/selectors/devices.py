"""Reads about where somebody is logged in."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import QuerySet
from django.http import Http404
from django.utils.crypto import constant_time_compare

from marketplace.accounts import devices
from marketplace.accounts.models import NewDevice, User


@dataclass(frozen=True)
class Device:
    """A browser that somebody is logged in with, as its owner sees it."""

    pk: int
    name: str
    ip: str
    since: datetime
    seen_at: datetime
    is_handheld: bool
    is_this: bool


def devices_of(user: User, *, session_key: str | None) -> list[Device]:
    """Where this person is logged in: this browser first, then the latest. Sessions that are over are dropped on the way."""
    sessions = UserSession.objects.purge_and_list(user)
    found = [
        Device(
            pk=session.pk,
            name=devices.describe(session.user_agent),
            ip=session.ip,
            since=session.created_at,
            seen_at=session.last_seen_at,
            is_handheld=devices.is_handheld(session.user_agent),
            is_this=session.session_key == session_key,
        )
        for session in sessions
    ]
    return sorted(found, key=lambda device: (device.is_this, device.seen_at), reverse=True)


def device_of(user: User, device_id: int) -> UserSession:
    """One's own session. Raises Http404 for anybody else's."""
    session = UserSession.objects.filter(user=user, pk=device_id).first()
    if session is None:
        raise Http404
    return session


def session_holds(user_id: int, session_key: str | None) -> bool:
    """Whether this session still signs this person in: for what outlives the request that it was checked with.

    Reads alone. Django's `get_user` would end a session whose hash is being renewed by a change of password right now.
    """
    kept = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    return (
        user is not None
        and kept.get(SESSION_KEY) == str(user_id)
        and kept.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(kept.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


def untold_devices() -> QuerySet[NewDevice]:
    """Log-ins from new devices that nobody was told of yet, longest waiting first."""
    return NewDevice.objects.filter(told_at=None).select_related("user").order_by("at")
