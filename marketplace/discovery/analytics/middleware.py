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
        came_from = urlsplit(request.headers.get("Referer", ""))
        match = request.resolver_match
        if (
            came_from.query
            and response.status_code == 200
            and match is not None
            and match.view_name == OPENED
            and came_from.netloc == request.get_host()
            and came_from.path == reverse("discovery:search")
            and is_person(request)
        ):
            after_answer(
                response,
                partial(
                    write_click,
                    visitor=visitor_of(request),
                    gig_id=match.kwargs["pk"],
                    query=came_from.query,
                    opener_id=request.user.pk,
                ),
            )
        return response
