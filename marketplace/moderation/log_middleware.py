"""Nothing that staff does inside the admin goes unseen: where a page wrote no line of its own, one is written here."""

from collections.abc import Callable
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch, reverse

from marketplace.core import staff_log
from marketplace.moderation import log_changes, log_readings
from marketplace.moderation.services import record_staff_action

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
ACCESS = "wagtailadmin.access_admin"
# What the browser sends of its own accord while somebody writes, and what nobody is told of: it changes nothing.
NOT_ACTS = frozenset(
    {
        "preview_on_add",
        "preview_on_edit",
        "preview_on_create",
        "wagtailadmin_logout",
        "wagtailadmin_login",
        "staff_login",
        "collect_workflow_action_data",
        "wagtailadmin_pages:collect_workflow_action_data",
        "ping",
        "release",
        "wagtailadmin_dismissibles",
        "convert_alias_confirm",
    }
)


class StaffLogMiddleware:
    """Give the lines of a request its address and number; write those that are missing.

    Stands below core's DomainErrorMiddleware, so that it hears of a refusal before that turns it into a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with staff_log.traced(lambda: _address_of(request)) as trace:
            request.staff_trace = trace  # type: ignore[attr-defined]
            response = self.get_response(request)
            if _is_in_admin(request) and request.resolver_match and not trace.is_refused:
                self._complete(request, response, trace)
        return response

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        """Keep what is about to be changed as it was."""
        if request.method not in SAFE_METHODS and _is_in_admin(request) and request.user.has_perm(ACCESS):
            seen = log_changes.look(request.resolver_match)
            request.staff_seen = seen  # type: ignore[attr-defined]
            request.staff_trace.changes = seen.changes if seen else None  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, _exception: Exception) -> None:
        """What was refused was not done."""
        request.staff_trace.is_refused = True  # type: ignore[attr-defined]

    def _complete(self, request: HttpRequest, response: HttpResponseBase, trace: staff_log.Trace) -> None:
        if response.status_code >= 400 or not request.user.is_authenticated or not request.user.has_perm(ACCESS):
            return
        if request.method == "GET":
            if response.status_code == 200:
                log_readings.note_page(request)
        elif request.method not in SAFE_METHODS and not trace.acts and not _is_no_act(request, response):
            _write_line(request, response)


def _write_line(request: HttpRequest, response: HttpResponseBase) -> None:
    match = cast(ResolverMatch, request.resolver_match)
    seen = getattr(request, "staff_seen", None)
    data: dict[str, Any] = {"page": match.view_name, "method": request.method, "status": response.status_code}
    if match.kwargs:
        data["ids"] = {name: str(value)[:100] for name, value in match.kwargs.items()}
    if model := log_changes.model_of(match):
        data["model"] = model._meta.label
    record_staff_action(
        actor=request.user,  # type: ignore[arg-type]
        action="admin.request",
        data=data,
        # Some rows of packages have keys that are no numbers, which the log has no place for.
        subject=seen.subject if seen and isinstance(seen.subject.pk, int) else None,
    )


def _is_in_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(reverse("wagtailadmin_home"))


def _is_no_act(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Wagtail sends whom it refuses to its first page; nothing of it says so but that."""
    match = cast(ResolverMatch, request.resolver_match)
    if match.url_name in NOT_ACTS or match.view_name in NOT_ACTS or "preview" in (match.url_name or ""):
        return True
    return response.status_code == 302 and response.headers.get("Location") == reverse("wagtailadmin_home")


def _address_of(request: HttpRequest) -> str | None:
    try:
        return str(get_adapter(request).get_client_ip(request)) or None
    except PermissionDenied:  # allauth makes nothing of the address
        return None
