"""The status page's incidents in Wagtail's admin."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.operations import incidents, status_page, status_words
from marketplace.operations.models import Incident
from marketplace.operations.status_forms import IncidentForm, UpdateForm

VIEW, ADD, CHANGE = "operations.view_incident", "operations.add_incident", "operations.change_incident"
PAGE_SIZE = 40


@permission_required(VIEW)
@require_safe
def incident_list(request: HttpRequest) -> HttpResponse:
    """What was told so far, the newest first, and what is measured now."""
    rows = Incident.objects.prefetch_related("updates")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [status_words.told(incident) for incident in page],
        "head": status_words.head(status_page.status_page()),
        "may_add": request.user.has_perm(ADD),
    }
    return render(request, "operations/admin/incident_list.html", context)


@permission_required(ADD)
@require_http_methods(["GET", "HEAD", "POST"])
def incident_new(request: HttpRequest) -> HttpResponse:
    """Tell of a disturbance, or announce maintenance."""
    form = IncidentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            incident = incidents.announce(**form.cleaned_data, staff=cast(User, request.user))
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            status_page.forget()
            messages.success(request, _("Everybody can read it now."))
            return redirect("operations_incident", incident.pk)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "operations/admin/incident_new.html", {"form": form}, status=status)


@permission_required(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def incident_detail(request: HttpRequest, incident_id: int) -> HttpResponse:
    """All that was said of one, and the form that says how it goes on."""
    incident = get_object_or_404(Incident.objects.prefetch_related("updates__written_by"), pk=incident_id)
    may_write = request.user.has_perm(CHANGE) and incident.closed_at is None
    form = UpdateForm(request.POST or None, incident=incident)
    if request.method == "POST" and request.user.has_perm(CHANGE) and form.is_valid():
        try:
            incidents.go_on(incident_id=incident.pk, **form.cleaned_data, staff=cast(User, request.user))
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            status_page.forget()
            messages.success(request, _("Everybody can read it now."))
        return redirect("operations_incident", incident.pk)
    context = {"told": status_words.told(incident), "form": form, "may_write": may_write}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "operations/admin/incident_detail.html", context, status=status)
