"""Outermost of all middleware: the number of a request, and what it was like."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from marketplace.core import trace
from portal.watching.metrics import count_request

HEADER = "X-Request-ID"
logger = logging.getLogger("portal.requests")
NO_ROUTE = "none"  # an address that leads nowhere, or one that middleware answered before it was looked up


class RequestIdMiddleware:
    """Give every request its number, answer with it, and log the request by the name of its route, never by its path."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        identifier, begun = trace.well_formed(request.META.get("HTTP_X_REQUEST_ID", "")), time.perf_counter()
        with trace.of_request(identifier):
            response = self.get_response(request)
            seconds = time.perf_counter() - begun
            response.headers[HEADER] = identifier
            note_answer(request, status=response.status_code, seconds=seconds)
        return response


def note_answer(request: HttpRequest, *, status: int, seconds: float) -> None:
    """One more answer in the log and among the figures."""
    route, method = route_of(request), request.method or ""
    count_request(route=route, method=method, status=status, seconds=seconds)
    logger.info(
        "request",
        extra={"route": route, "method": method, "status": status, "milliseconds": round(seconds * 1000, 1)},
    )


def route_of(request: HttpRequest) -> str:
    """The name of the route, or for Wagtail's and Django's nameless ones how it is written; of those there are a fixed number."""
    match = request.resolver_match
    return (match.view_name or match.route or NO_ROUTE) if match is not None else NO_ROUTE
