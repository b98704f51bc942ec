"""Browsers in words that their owner knows them by, and the mark by which a browser is known again.

A browser that an account was used in carries a signed cookie that says so, for 400 days (browsers keep none longer).
Not the user agent and not the address: the first changes with every update and is shared by millions, the second changes
on every train. Whoever could steal the cookie could steal the session beside it, so it needs no table.

The cookie also carries a random number of the browser, among the marks. Its keyed hash is kept for a while with the accounts
that were logged in to there (BrowserUse): nobody is known again by it, but who deals with themself is seen.
"""

import ipaddress
import secrets

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from ua_parser import parse

_SALT = "accounts.known_browser"
_MAX_AGE_SECONDS = 400 * 24 * 3600
_ACCOUNTS_KEPT = 20  # of a browser that a whole office uses; a cookie holds 4 kB
_NUMBER_PREFIX = (
    "b-"  # of the browser's number; a mark has no hyphen, and older releases take it for a mark they do not know
)
_SYSTEMS = {"Mac OS X": "macOS", "Mac OS": "macOS"}


def describe(user_agent: str) -> str:
    """Browser and system, e.g. “Chrome on Windows”, in the active language."""
    found = parse(user_agent)
    browser = _browser(found.user_agent.family) if found.user_agent else ""
    family = found.os.family if found.os else ""
    system = _SYSTEMS.get(family, family)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


def is_handheld(user_agent: str) -> bool:
    """Whether this is a phone or a tablet: for the picture beside it."""
    found = parse(user_agent)
    return bool(found.os and found.os.family in {"Android", "iOS", "HarmonyOS", "OpenHarmony"})


def rough_address(ip: str) -> str:
    """Enough of an address to know one's own by, in a mail that others may read: its first half."""
    address = ipaddress.ip_address(ip)
    if address.version == 4:
        return ".".join(ip.split(".")[:2]) + ".*.*"
    return ":".join(address.exploded.split(":")[:3]) + ":…"


def is_known_browser(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Whether this account was used in this browser before."""
    return _mark(user) in _marks(request)


def mark_browser(request: HttpRequest, response: HttpResponse, user: AbstractBaseUser) -> str:
    """Let the browser be known for this account from now on, and keep the other accounts that it is known for.

    Returns what the browser is called in our tables: the keyed hash of its number, made now if it had none.
    """
    mine = _mark(user)
    parts = _parts(request)
    known = (part for part in parts if part.startswith(_NUMBER_PREFIX))
    number = next(known, "") or _NUMBER_PREFIX + secrets.token_hex(16)
    marks = [mine, *(mark for mark in parts if mark != mine and not mark.startswith(_NUMBER_PREFIX))][:_ACCOUNTS_KEPT]
    response.set_signed_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        # The number stands in front: the release before cuts the list at its end.
        ".".join([marks[0], number, *marks[1:]]),
        salt=_SALT,
        max_age=_MAX_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return _name_of(number)


def browser_of(request: HttpRequest) -> str:
    """What this browser is called in our tables, or "" for one that nobody has logged in from yet."""
    number = next((part for part in _parts(request) if part.startswith(_NUMBER_PREFIX)), "")
    return _name_of(number) if number else ""


def _name_of(number: str) -> str:
    return salted_hmac("accounts.browser", number, algorithm="sha256").hexdigest()


def _marks(request: HttpRequest) -> list[str]:
    return [part for part in _parts(request) if not part.startswith(_NUMBER_PREFIX)]


def _parts(request: HttpRequest) -> list[str]:
    name = settings.KNOWN_BROWSER_COOKIE_NAME
    value = request.get_signed_cookie(name, default="", salt=_SALT, max_age=_MAX_AGE_SECONDS)
    return value.split(".") if value else []


def _mark(user: AbstractBaseUser) -> str:
    return salted_hmac(_SALT, str(user.pk)).hexdigest()[:16]


def _browser(family: str) -> str:
    """The name on the icon: mobile and embedded editions go by the same one."""
    names = {
        "WeChat Browser": _("WeChat"),
        "Huawei Browser": _("Huawei Browser"),
        "MiuiBrowser": _("Xiaomi Browser"),
        "QQ Browser": _("QQ Browser"),
        "QQ Browser Mobile": _("QQ Browser"),
        "UC Browser": _("UC Browser"),
        "Mobile Safari": "Safari",
    }
    if family in names:
        return names[family]
    return family.removesuffix(" WebView").removesuffix(" iOS").removesuffix(" Mobile")
