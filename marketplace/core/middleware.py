"""One place turns a refused rule into something a person can read."""

import logging
from collections.abc import Callable

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.core.errors import BusyError, BusyErrorCode, DomainError
from marketplace.core.unavailable import is_away, unavailable

logger = logging.getLogger(__name__)
# PostgreSQL gave up waiting: the lock was not to be had in time, or two waited for each other. Its transaction is undone.
BUSY_STATES = {"55P03", "40P01", "40001"}
RETRY_AFTER_SECONDS = 5


def is_busy(exception: Exception) -> bool:
    """Whether the database refused because others were at it: nothing is wrong, and nothing was done."""
    return isinstance(exception, OperationalError) and getattr(exception.__cause__, "sqlstate", "") in BUSY_STATES


class DomainErrorMiddleware:
    """Answer a DomainError with its sentence: JSON to programs, a message on the page they came from to people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if is_away(exception):
            # One line each: while a server is away every page says it.
            logger.error("%s %s has to wait for a part that is away: %s", request.method, request.path, exception)
            return unavailable(request)
        if is_busy(exception):
            logger.warning("%s %s waited too long: %s", request.method, request.path, exception)
            exception = BusyError(BusyErrorCode.BUSY)
        if not isinstance(exception, DomainError):
            return None
        response = self._answer(request, exception)
        if response.status_code == BusyError.http_status:
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response

    def _answer(self, request: HttpRequest, exception: DomainError) -> HttpResponse:
        if request.headers.get("Accept", "").startswith("application/json"):
            body = {"code": exception.code.value, "message": exception.message}
            return JsonResponse(body, status=exception.http_status)
        origin = request.headers.get("Referer", "")
        same_site = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        if request.method == "POST" and same_site and not request.headers.get("HX-Request"):
            messages.error(request, exception.message)
            return redirect(origin)
        return render(request, "errors/refused.html", {"message": exception.message}, status=exception.http_status)
