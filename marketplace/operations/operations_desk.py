"""The running portal and its failed jobs in Wagtail's admin."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.admin.ui.components import Component

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.operations import failures, overview
from marketplace.operations.models import FailedTask

VIEW, ACT = "operations.view_failedtask", "operations.change_failedtask"
PAGE_SIZE = 40


@permission_required(VIEW)
@never_cache
@require_safe
def operations(request: HttpRequest) -> HttpResponse:
    """Every part of the portal; htmx fetches the same without the page around it every 15 seconds."""
    context = {"sections": overview.sections(), "asked_at": timezone.now()}
    name = "_overview" if request.headers.get("HX-Request") else "overview"
    return render(request, f"operations/admin/{name}.html", context)


@permission_required(VIEW)
@require_safe
def failed_list(request: HttpRequest) -> HttpResponse:
    """Jobs that wait for a person, or with `?closed=1` those that were looked after; `?q=` looks in names and errors."""
    is_open, words = "closed" not in request.GET, request.GET.get("q", "").strip()[:100]
    rows = FailedTask.objects.filter(closed_at__isnull=is_open).select_related("closed_by")
    for word in words.split():
        rows = rows.filter(name__icontains=word) | rows.filter(error__icontains=word)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "operations/admin/failed_list.html", {"page_obj": page, "is_open": is_open, "words": words})


@permission_required(VIEW)
@require_safe
def failed_detail(request: HttpRequest, failed_id: int) -> HttpResponse:
    """One failed job: what it was given, where it failed."""
    row = get_object_or_404(FailedTask.objects.select_related("closed_by"), pk=failed_id)
    context = {"row": row, "arguments": failures.arguments_in_words(row), "may_act": request.user.has_perm(ACT)}
    return render(request, "operations/admin/failed_detail.html", context)


@permission_required(ACT)
@require_POST
def failed_again(request: HttpRequest, failed_id: int) -> HttpResponse:
    """Run it again."""
    get_object_or_404(FailedTask, pk=failed_id)
    try:
        failures.run_again(failed_id=failed_id, staff=cast(User, request.user))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("operations_failed_job", failed_id)
    messages.success(request, _("The job runs again. Should it fail once more, it stands here anew."))
    return redirect("operations_failed")


@permission_required(ACT)
@require_POST
def failed_aside(request: HttpRequest, failed_id: int) -> HttpResponse:
    """Nothing more is to be done about it."""
    get_object_or_404(FailedTask, pk=failed_id)
    try:
        failures.put_aside(failed_id=failed_id, staff=cast(User, request.user))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Put aside."))
    return redirect("operations_failed")


class WrongPanel(Component):
    """On the administrators' first page, while something is wrong."""

    order = 9
    template_name = "operations/admin/_wrong_panel.html"

    def __init__(self, number: int) -> None:
        self.number = number

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"number": self.number}
