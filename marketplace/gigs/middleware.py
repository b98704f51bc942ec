"""Stores what a page showed of gigs, once it is made."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from marketplace.gigs import counting


class CountingMiddleware:
    """Count cards and opened gigs of pages that a person asked for; stands below ViewingMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _counts(request):
            return self.get_response(request)
        with counting.noting() as noted:
            response = self.get_response(request)
        if noted and response.status_code == 200:
            counting.store(noted, visitor=_visitor(request))
        return response


def _counts(request: HttpRequest) -> bool:
    """Whether a person wants to see a page: no program, no browser that fetches ahead, no staff looking as somebody."""
    ahead = "prefetch" in (request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", ""))
    looked_at = getattr(request, "viewing", None)
    return request.method == "GET" and not (
        ahead or looked_at or counting.is_machine(request.headers.get("User-Agent", ""))
    )


def _visitor(request: HttpRequest) -> str:
    """The same for the same browser: by its session, or, before it has one, by address and name. Kept for half an hour."""
    session_key = request.session.session_key
    mark = session_key or f"{get_adapter(request).get_client_ip(request)} {request.headers.get('User-Agent', '')}"
    return salted_hmac("gigs.visitor", mark).hexdigest()[:32]
