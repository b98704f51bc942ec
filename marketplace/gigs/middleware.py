"""Stores what a page showed of gigs, once it is made."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from marketplace.accounts.addresses import client_address
from marketplace.core.marks import mark_of
from marketplace.gigs import counting


class CountingMiddleware:
    """Count cards and opened gigs of pages that a person asked for; stands below ViewingMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not counts_for(request):
            return self.get_response(request)
        with counting.noting() as noted:
            response = self.get_response(request)
        if (
            noted and response.status_code == 200 and not getattr(request, "may_be_counted", False)
        ):  # portal/page_door.py
            counting.store(noted, visitor=visitor_of(request))
        return response


def counts_for(request: HttpRequest) -> bool:
    """Whether a person wants to see a page: no program, no browser that fetches ahead, no staff looking as somebody."""
    said = request.META  # what `request.headers` is made of, of which a kept page would cost a tenth
    ahead = "prefetch" in (said.get("HTTP_SEC_PURPOSE", "") + said.get("HTTP_PURPOSE", ""))
    looked_at = getattr(request, "viewing", None)
    return request.method == "GET" and not (ahead or looked_at or counting.is_machine(said.get("HTTP_USER_AGENT", "")))


def visitor_of(request: HttpRequest) -> str:
    """The same for the same browser: by its session, or, before it has one, by address and name. Kept for half an hour."""
    session = getattr(request, "session", None)  # above the sessions there is none yet
    mark = session.session_key if session is not None else None
    if not mark:
        mark = f"{client_address(request)} {request.META.get('HTTP_USER_AGENT', '')}"
    return mark_of("gigs.visitor", mark)[:32]
