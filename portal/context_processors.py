"""What every template may use.

Each value is a function that a template calls by naming it, so that a page pays only for what it shows: nothing is read
for the admin, for fragments that do not ask, or for people who are not signed in.
"""

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from marketplace.core import clock
from marketplace.core.remembered import remember
from portal import page_languages
from portal.sites import site_of

_REMEMBERED_SECONDS = 300


class Unread(NamedTuple):
    """What waits for a person."""

    messages: int
    notifications: int


def site(request: HttpRequest) -> dict[str, Any]:
    """Navigation, translations, canonical address, footer settings and unread counts."""
    unread = cache(lambda: _unread(request))
    return {
        "nav_categories": cache(_navigation),
        "footer_columns": cache(_footer),
        "alternate_urls": cache(lambda: page_languages.alternates(request)),
        "other_languages": cache(lambda: page_languages.other_languages(request)),
        "untranslated": cache(lambda: page_languages.untranslated(request)),
        "canonical_url": cache(lambda: _canonical(request)),
        "site_settings": cache(lambda: _site_settings(request)),
        "default_share_image": cache(lambda: _default_share_image(request)),
        "site_url": settings.SITE_URL,
        "unread_messages": lambda: unread().messages,
        "unread_notifications": lambda: unread().notifications,
        "login_mark": lambda: _login_mark(request),
        "person_mark": lambda: _person_mark(request),
        "demo": settings.DEMO,
        "clock_ahead": clock.ahead(),
        "clock_now": clock.now() if clock.ahead() else None,
    }


def _login_mark(request: HttpRequest) -> str:
    """Changes with every log-in and says nothing: by it scripts know that this browser was logged in anew."""
    key = request.session.session_key
    return salted_hmac("portal.login_mark", key).hexdigest()[:16] if key else ""


def _person_mark(request: HttpRequest) -> str:
    """The same with every log-in of this person and says nothing: by it scripts know whose something of the browser is."""
    return salted_hmac("portal.person_mark", str(request.user.pk)).hexdigest()[:16]


def _navigation() -> list[Any]:
    from cms_pages.navigation import navigation

    return navigation()


def _footer() -> list[Any]:
    from cms_pages.navigation import footer_columns

    return footer_columns()


def _canonical(request: HttpRequest) -> str:
    """The address without what does not change the content; later pages of a list keep their number."""
    return f"{settings.SITE_URL}{request.path}{page_languages.page_number(request)}"


def _site_settings(request: HttpRequest) -> Any:
    from cms_pages.models import SiteSettings

    return SiteSettings.for_request(request) if site_of(request) else SiteSettings()


def _default_share_image(request: HttpRequest) -> str:
    """The site's own picture, absolute, for pages without one; "" when the editors chose none."""
    image = _site_settings(request).social_image
    if image is None:
        return ""
    key = f"cms:share_image:{image.pk}:{image.file_hash}"
    return remember(
        key, lambda: str(image.get_rendition("fill-1200x630|format-jpeg").full_url), seconds=_REMEMBERED_SECONDS
    )


def _unread(request: HttpRequest) -> Unread:
    """Both counts of the header, in one query; none for who is not logged in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Unread(0, 0)
    from marketplace.accounts.models import User
    from marketplace.messaging.selectors import unread_total
    from marketplace.notifications.selectors import unread_notifications

    said = Coalesce(Subquery(unread_total(user)), 0, output_field=IntegerField())
    return Unread(*User.objects.filter(pk=user.pk).values_list(said, _Rows(unread_notifications(user))).get())


class _Rows(Subquery):
    """How many rows a query has."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet) -> None:
        super().__init__(queryset.order_by().values("pk"))
