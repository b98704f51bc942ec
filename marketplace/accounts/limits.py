"""Every limit of the portal with its figure, and whom each one stopped how often: in Valkey at once, in LimitHit by a job."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from marketplace.accounts.blocks import address_of
from marketplace.accounts.models import LimitHit
from marketplace.core import clock, live
from marketplace.core.config import get_config

logger = logging.getLogger(__name__)
KEEP_DAYS = 90
# So that a flood from many addresses fills neither memory nor table: what comes after so many of a day is counted together.
_MOST_SOURCES = 20_000
_SEPARATOR = "\t"


@dataclass(frozen=True)
class Limit:
    """A limit: its code, what it is for, where its figure stands (a setting of settings or of the desk)."""

    code: str
    name: str | Promise
    config: str = ""  # the key of a ConfigDefinition, else settings.ACCOUNT_RATE_LIMITS

    @property
    def figure(self) -> str:
        """How much is allowed, as it is set: "10/h/ip" or a number."""
        if self.config:
            return str(get_config(self.config))
        return str(settings.ACCOUNT_RATE_LIMITS.get(self.code, "")) or "—"

    @property
    def words(self) -> list[str]:
        """The same for people, one sentence for each rate: "10/h/ip" → "one address: 10 an hour"."""
        return [_rate_in_words(rate) for rate in self.figure.split(",")]


_PERIODS = {
    "s": _("a second"),
    "m": _("a minute"),
    "h": _("an hour"),
    "d": _("a day"),
}
_KEEPERS = {
    "ip": _("one address"),
    "user": _("one account"),
    "key": _("one number or mail address"),
}


def _rate_in_words(rate: str) -> str:
    """A rate as allauth writes it; what is none stays as it is."""
    match rate.split("/"):
        case [count, period, keeper] if keeper in _KEEPERS and (period in _PERIODS or period[:-1].isdecimal()):
            told = _PERIODS.get(period) or gettext("%(count)s seconds") % {"count": period[:-1]}
            return gettext("%(keeper)s: %(count)s in %(period)s") % {
                "keeper": _KEEPERS[keeper],
                "count": count,
                "period": told,
            }
    return rate


LIMITS: tuple[Limit, ...] = (
    Limit("login", _("Log-in: failed attempts")),
    Limit("signup", _("Opening accounts")),
    Limit("request_login_code", _("Asking for a log-in code")),
    Limit("reset_password", _("Asking for a new password")),
    Limit("verify_phone", _("Codes by text message")),
    Limit("confirm_email", _("Codes by mail")),
    Limit("sign_up_mail", _("Mails of sign-up")),
    Limit("change_phone", _("Changing the mobile number")),
    Limit("verification", _("Handing in papers")),
    Limit("report", _("Reports and appeals")),
    Limit("coupon_code", _("Trying coupon codes")),
    Limit("form_entry", _("Forms of editors")),
    Limit("rules_comment", _("Comments on rules")),
    Limit("help_feedback", _("“Was this helpful”")),
    Limit("poster", _("Drawing posters")),
    Limit("search", _("Searching")),
    Limit("search_far", _("Searching: far pages")),
    Limit("search_count", _("Numbers beside filters")),
    Limit("suggest", _("Suggestions of the search box")),
    Limit("upload", _("Announcing files")),
    Limit("upload_finish", _("Finishing files")),
    Limit("refused_notification", _("Forged payment notifications that are kept")),
    Limit("messaging.per_minute", _("Messages a minute"), config="messaging.per_minute"),
    Limit("messaging.new_per_hour", _("New conversations an hour"), config="messaging.new_per_hour"),
)
# Pages whose limit has another name than they have; other pages are counted by their own.
_OF_PAGES = {
    "account_login": "login",
    "account_signup": "signup",
    "account_request_login_code": "request_login_code",
    "account_reset_password": "reset_password",
    "account_change_phone": "change_phone",
    "discovery:search": "search",
    "discovery:suggest": "suggest",
    "discovery:count": "search_count",
    "gigs:poster": "poster",
    "payments:checkout": "coupon_code",
    "cms_pages:help_feedback": "help_feedback",
    "cms_pages:rules_comment": "rules_comment",
}


def source_of(request: HttpRequest) -> str:
    """Whom a refusal is counted for: the account as "user:7", else the address."""
    user = getattr(request, "_cached_user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return address_of(request) or "?"


def note_refused_request(request: HttpRequest) -> None:
    """Count a page that was answered with 429."""
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        name = ""
    if name.startswith("moderation:report"):
        name = "report"
    note_refusal(limit=_OF_PAGES.get(name, name or "?"), source=source_of(request))


def note_refusal(*, limit: str, source: str) -> None:
    """Count that a limit stopped somebody. Never fails: what it counts is refused already."""
    try:
        client, key = live.client(settings.CACHES["default"]["LOCATION"]), _key(timezone.localdate(clock.now()))
        if client.hlen(key) > _MOST_SOURCES:
            source = "*"
        client.hincrby(key, f"{limit[:60]}{_SEPARATOR}{source[:64]}", 1)
        client.expire(key, 3 * 24 * 3600)
    except RedisError as error:
        logger.warning("A refusal is not counted: %s", error)


def fold_refusals() -> int:
    """Take what was counted into the table. What is taken is taken once; returns how many rows were written."""
    today = timezone.localdate(clock.now())
    return sum(_fold(day) for day in (today - timedelta(days=1), today))


def forget_refusals() -> int:
    """Drop what is older than KEEP_DAYS: addresses are personal data. Returns how many rows went."""
    oldest = timezone.localdate(clock.now()) - timedelta(days=KEEP_DAYS)
    return LimitHit.objects.filter(day__lt=oldest).delete()[0]


def _fold(day: date) -> int:
    client = live.client(settings.CACHES["default"]["LOCATION"])
    taken = f"{_key(day)}:taken"
    # Renamed first: what is counted meanwhile goes into a new one. One that a broken run left is finished before.
    if not client.exists(taken):
        if not client.exists(_key(day)):
            return 0
        client.rename(_key(day), taken)
    rows = _within_room(day, list(_rows(client.hgetall(taken))))
    with connection.cursor() as cursor:
        cursor.executemany(
            'INSERT INTO accounts_limithit (day, "limit", source, count) VALUES (%s, %s, %s, %s)'
            ' ON CONFLICT (day, "limit", source) DO UPDATE SET count = accounts_limithit.count + EXCLUDED.count',
            [(day, limit, source, count) for limit, source, count in rows],
        )
    client.delete(taken)
    return len(rows)


def _within_room(day: date, rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Sources that the day has no room for any more as one. Those that stand there already go on by themselves."""
    room = _MOST_SOURCES - LimitHit.objects.filter(day=day).count()
    if len(rows) <= room:
        return rows
    known = set(LimitHit.objects.filter(day=day).values_list("limit", "source")[: 2 * _MOST_SOURCES])
    kept, room_left = [], max(room, 0)
    for limit, source, count in rows:
        is_new = (limit, source) not in known
        kept.append((limit, "*" if is_new and room_left <= 0 else source, count))
        room_left -= is_new
    return kept


def _rows(counted: dict[Any, Any]) -> Iterator[tuple[str, str, int]]:
    for name, count in counted.items():
        limit, _tab, source = name.decode().partition(_SEPARATOR)
        yield limit, source, int(count)


def _key(day: date) -> str:
    return str(cache.make_key(f"accounts:limit_hits:{day.isoformat()}"))
