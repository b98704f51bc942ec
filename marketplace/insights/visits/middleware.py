"""Notes that somebody loaded a page, once it is made."""

from collections.abc import Callable
from datetime import date
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from marketplace.accounts.addresses import client_address
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
        query = words_of_campaign(request)
        response = self.get_response(request)
        if getattr(
            request, "may_be_counted", False
        ):  # by a question that was not answered in time (portal/page_door.py)
            return response
        if _is_page(response) and (visit := visit_of(request, query, timezone.localdate(clock.now()))) is not None:
            recording.note(visit)
        return response


def words_of_campaign(request: HttpRequest) -> dict[str, str]:
    """What the address says of where a visitor came from."""
    return {name: request.GET.get(name, "") for name in ("utm_source", "utm_medium", "utm_campaign", "q")}


def visit_of(request: HttpRequest, query: dict[str, str], day: date) -> recording.Visit | None:
    """What to note of this request if a page answers it today, `query` being its words of a campaign; None where nothing is."""
    return _visit(request, query, day) if _wants_page(request) and _counts(request) else None


def _is_page(response: HttpResponseBase) -> bool:
    # 304: the browser has it already, and shows it.
    return response.status_code in (200, 304) and response.headers.get("Content-Type", "text/html").startswith(
        "text/html"
    )


def _wants_page(request: HttpRequest) -> bool:
    return (
        request.method == "GET"
        and "HTTP_HX_REQUEST" not in request.META
        and request.META.get("HTTP_SEC_FETCH_DEST", "document") == "document"
        and not request.path_info.startswith(_APART)
    )


def _counts(request: HttpRequest) -> bool:
    said = request.META  # what `request.headers` is made of, of which a kept page would cost a tenth
    asks_not_to = said.get("HTTP_SEC_GPC") == "1" or said.get("HTTP_DNT") == "1"
    ahead = "prefetch" in (said.get("HTTP_SEC_PURPOSE", "") + said.get("HTTP_PURPOSE", ""))
    if asks_not_to or ahead or getattr(request, "viewing", None):
        return False
    if _has_session(request) and request.user.is_authenticated:
        return not _is_staff(request.user)  # programs do not sign in
    return not is_machine(said.get("HTTP_USER_AGENT", ""))


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


def _visit(request: HttpRequest, query: dict[str, str], day: date) -> recording.Visit:
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = recording.mark_of_browser(f"{client_address(request)} {agent}", day)
    is_member = _has_session(request) and request.user.is_authenticated
    match = request.resolver_match
    name = match.view_name if match is not None else ""
    return recording.Visit(
        day=day.isoformat(),
        visitor=recording.mark_of_account(cast("User", request.user).pk, day) if is_member else browser,
        browser=browser if is_member else "",
        channel=channel_of(
            query=query,
            referer=request.META.get("HTTP_REFERER", ""),
            agent=agent,
            own_hosts=frozenset({request.get_host().rsplit(":", 1)[0].casefold()}),
        ).value,
        is_member=is_member,
        searched=name in _SEARCHES,
        saw_gig=name == _GIG,
        checked_out=name in _CHECKOUTS,
        page=request.path_info[:_PATH_LENGTH] if name == _CONTENT else "",
    )
