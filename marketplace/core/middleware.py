"""One place turns a refused rule into something a person can read."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from marketplace.core.errors import DomainError


class DomainErrorMiddleware:
    """Answer a DomainError with its sentence: JSON to programs, a message on the page they came from to people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if request.headers.get("Accept", "").startswith("application/json"):
            body = {"code": exception.code.value, "message": exception.message}
            return JsonResponse(body, status=exception.http_status)
        origin = request.headers.get("Referer", "")
        same_site = url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure())
        if request.method == "POST" and same_site and not request.headers.get("HX-Request"):
            messages.error(request, exception.message)
            return redirect(origin)
        return render(request, "errors/refused.html", {"message": exception.message}, status=exception.http_status)
