"""Notes that somebody loaded a page, once it is made."""

from collections.abc import Callable
from typing import cast

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.accounts.selectors import is_staff_person
from marketplace.core import clock
from marketplace.core.forgiving import forgiving_cache
from marketplace.gigs.counting import is_machine
from marketplace.insights.visits import recording
from marketplace.insights.visits.channels import channel_of

_SEARCHES = frozenset({"discovery:search"})
_GIG, _CONTENT = "gigs:detail", "wagtail_serve"
_CHECKOUTS = frozenset({"payments:checkout"})
# What is no page of the site: the desks of the staff, and what a page fetches.
_APART = ("/admin/", "/dev/", "/static/", "/media/", "/ws/")
_PATH_LENGTH = 80
_KNOWN_SECONDS = 600


class VisitsMiddleware:
    """Note the page loads of people; stands above the kept pages, so that those count too, and below ViewingMiddleware.

    Programs, pages fetched ahead, staff, staff looking as somebody, and whoever asks not to be followed (Sec-GPC, DNT) are left
    out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Before the page is made: the kept pages take the words of a campaign off the request.
        query = {name: request.GET.get(name, "") for name in ("utm_source", "utm_medium", "utm_campaign", "q")}
        response = self.get_response(request)
        if _is_page(request, response) and _counts(request):
            recording.note(_visit(request, query))
        return response


def _is_page(request: HttpRequest, response: HttpResponseBase) -> bool:
    # 304: the browser has it already, and shows it.
    return (
        request.method == "GET"
        and response.status_code in (200, 304)
        and response.headers.get("Content-Type", "text/html").startswith("text/html")
        and "HX-Request" not in request.headers
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        and not request.path_info.startswith(_APART)
    )


def _counts(request: HttpRequest) -> bool:
    asks_not_to = request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"
    ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    if asks_not_to or ahead or getattr(request, "viewing", None):
        return False
    if _has_session(request) and request.user.is_authenticated:
        return not _is_staff(request.user)  # programs do not sign in
    return not is_machine(request.headers.get("User-Agent", ""))


def _is_staff(user: User) -> bool:
    """Remembered for a while: no page of a member's asks the database for it."""
    key = f"insights:is_staff:{user.pk}"
    known: bool | None = forgiving_cache.get(key)
    if known is None:
        known = is_staff_person(user)
        forgiving_cache.set(key, known, _KNOWN_SECONDS)
    return known


def _has_session(request: HttpRequest) -> bool:
    # Whoever asks a session makes the page one person's (Vary: Cookie): not of those that are everybody's.
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _visit(request: HttpRequest, query: dict[str, str]) -> recording.Visit:
    day = timezone.localdate(clock.now())
    agent = request.headers.get("User-Agent", "")
    browser = recording.mark_of_browser(f"{get_adapter(request).get_client_ip(request)} {agent}", day)
    is_member = _has_session(request) and request.user.is_authenticated
    match = request.resolver_match
    name = match.view_name if match is not None else ""
    return recording.Visit(
        day=day.isoformat(),
        visitor=recording.mark_of_account(cast("User", request.user).pk, day) if is_member else browser,
        browser=browser if is_member else "",
        channel=channel_of(
            query=query,
            referer=request.headers.get("Referer", ""),
            agent=agent,
            own_hosts=frozenset({request.get_host().rsplit(":", 1)[0].casefold()}),
        ).value,
        is_member=is_member,
        searched=name in _SEARCHES,
        saw_gig=name == _GIG,
        checked_out=name in _CHECKOUTS,
        page=request.path_info[:_PATH_LENGTH] if name == _CONTENT else "",
    )
