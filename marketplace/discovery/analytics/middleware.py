"""Notes that a gig was opened from a list of results."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from marketplace.discovery.analytics.recording import after_answer, write_click
from marketplace.discovery.analytics.visitors import is_person, visitor_of

OPENED = "gigs:detail"


class SearchClickMiddleware:
    """The page of a gig that was opened from our search page is a click on its result; stands below ViewingMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code == 200 and match is not None and came_from_results(request) and is_person(request):
            after_answer(
                response,
                partial(
                    write_click,
                    visitor=visitor_of(request),
                    gig_id=match.kwargs["pk"],
                    query=urlsplit(request.headers["Referer"]).query,
                    opener_id=request.user.pk,
                ),
            )
        return response


def came_from_results(request: HttpRequest) -> bool:
    """Whether the page of a gig is asked for from a list of our search; what address that is has to be known by now."""
    match, referer = request.resolver_match, request.META.get("HTTP_REFERER", "")
    if match is None or match.view_name != OPENED or "?" not in referer:
        return False
    try:
        came_from = urlsplit(referer)
    except ValueError:  # no address at all
        return False
    return (
        bool(came_from.query)
        and came_from.netloc == request.get_host()
        and came_from.path == reverse("discovery:search")
    )
