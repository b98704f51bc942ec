"""The few sentences that scripts compose themselves, as a module of their own: a browser fetches it once, not with each page.

Its address has a version in it, so that it may be kept for good. Another version than ours is answered with what is said now,
and kept by nobody: two releases run at once for a while, and the other one's browser asks here too.
"""

import json
from functools import lru_cache
from hashlib import blake2b

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_safe

_SECONDS_FOR_GOOD = 365 * 24 * 3600


@require_safe
def client_texts(_request: HttpRequest, language: str, version: str) -> HttpResponse:
    """The module: what static/js/texts.js reads. 404 for a language that the site does not speak."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    answer = HttpResponse(_module(language), content_type="text/javascript; charset=utf-8")
    if version == _version(language):
        patch_cache_control(answer, public=True, immutable=True, max_age=_SECONDS_FOR_GOOD)
    else:
        patch_cache_control(answer, no_store=True)
    return answer


@lru_cache
def address_of_texts(language: str) -> str:
    """Where a page in this language finds them."""
    return reverse("client_texts", kwargs={"language": language, "version": _version(language)})


def _version(language: str) -> str:
    return blake2b(_module(language).encode(), digest_size=4).hexdigest()


@lru_cache
def _module(language: str) -> str:
    with override(language):
        return f"globalThis.texts = {json.dumps(_texts(), ensure_ascii=False)};\n"


def _texts() -> dict[str, str]:
    return {
        "left": _("%(duration)s left"),
        "overdue": _("%(duration)s overdue"),
        "day": ngettext("%(days)s day", "%(days)s days", 1),
        "days": ngettext("%(days)s day", "%(days)s days", 2),
        "daysHours": _("%(days)s d %(hours)s h"),
        "hour": ngettext("%(hours)s hour", "%(hours)s hours", 1),
        "hours": ngettext("%(hours)s hour", "%(hours)s hours", 2),
        "hoursMinutes": _("%(hours)s h %(minutes)s min"),
        "minutes": _("%(minutes)s min"),
        "moment": _("less than a minute"),
        "copied": _("The link is on your clipboard."),
        "cooldown": _("%(words)s (%(seconds)s s)"),
        "notSaved": _("Not saved: no connection. What you typed is still here; it is tried again by itself."),
        "keptBack": _("What you had typed here is back. It was not sent yet."),
        "takeOut": _("Take out %(name)s"),
        "offline": _("That did not get through. Check the connection and try again."),
        "lastSeen": _("Last seen %(when)s"),
        # The names of the two controls in the header, and their counts (live/badges.js).
        "messages": _("Messages"),
        "messagesUnread": ngettext("Messages, %(counter)s unread", "Messages, %(counter)s unread", 2),
        "notifications": _("Notifications"),
        "notificationsUnread": ngettext("Notifications, %(counter)s unread", "Notifications, %(counter)s unread", 2),
        "unread": ngettext("%(counter)s unread", "%(counter)s unread", 2),
    }
