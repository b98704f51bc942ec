"""Reports in Wagtail's admin: what waits, one case, and its two ends."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.downloads import download
from marketplace.core.errors import DomainError
from marketplace.moderation import report_selectors as selectors
from marketplace.moderation import reports, subjects
from marketplace.moderation.forms import DecideForm, HideForm
from marketplace.moderation.models import Report, ReportReason
from marketplace.reviews.models import Review

VIEW, DECIDE = "moderation.view_report", "moderation.change_report"


@permission_required(VIEW)
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """What waits, or with `?decided=1` what was decided."""
    is_open = "decided" not in request.GET
    found = Paginator(selectors.reports_for_staff(is_open=is_open), 40).get_page(request.GET.get("page"))
    return render(request, "moderation/admin/report_list.html", {"page_obj": found, "is_open": is_open})


@permission_required(VIEW)
@require_safe
def report_case(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report, and what else was said of the same thing."""
    return _case(request, report_id)


@permission_required(VIEW)
@require_safe
def report_file(request: HttpRequest, report_id: int, file_id: int) -> HttpResponseBase:
    """A file of the reported brief as sellers get it, always as a download."""
    found = selectors.file_of_report(cast(User, request.user), report_id, file_id)
    return download(request, found.file.open("rb"), size=found.size, name=found.name)


@permission_required(DECIDE)
@require_POST
def report_uphold(request: HttpRequest, report_id: int) -> HttpResponse:
    """It goes; of a review one part is hidden, and a seller who presses for reviews is told."""
    staff = cast(User, request.user)
    report = selectors.report_for_staff(staff, report_id)
    form = _form(report, request.POST)
    if not form.is_valid():
        return _case(request, report_id, form)
    hidden = form.hidden if isinstance(form, HideForm) else None
    try:
        decided = reports.uphold_report(report=report, staff=staff, words=form.cleaned_data["words"], hidden=hidden)
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, report_id, form)
    if report.reason == ReportReason.PRESSURE:
        return _done(request, bool(decided), _("Noted. The seller and who reported it are told."))
    return _done(request, bool(decided), _("It was taken down. Its owner and who reported it are told."))


@permission_required(DECIDE)
@require_POST
def report_dismiss(request: HttpRequest, report_id: int) -> HttpResponse:
    """It stays."""
    staff = cast(User, request.user)
    report = selectors.report_for_staff(staff, report_id)
    form = _form(report, request.POST)
    if not form.is_valid():
        return _case(request, report_id, form)
    decided = reports.dismiss_report(report=report, staff=staff, words=form.cleaned_data["words"])
    return _done(request, bool(decided), _("Dismissed. Who reported it is told why."))


def _form(report: Report, data: QueryDict | None = None) -> DecideForm | HideForm:
    """With a part and a legal ground where words of a review are to be judged."""
    target = subjects.target_of(report)
    if isinstance(target, Review) and report.reason != ReportReason.PRESSURE:
        return HideForm(data, review=target)
    return DecideForm(data)


def shown(report_id: int, reader: User) -> dict[str, Any]:
    """What the page shows of a report, here and in the queue. Reading it is noted. Raises Http404."""
    report = selectors.report_for_staff(reader, report_id)
    target = subjects.target_of(report)
    reports.note_report_reading(report=report, reader=reader)
    return {
        "report": report,
        "target": target,
        "owner": subjects.owner_of(target),
        "title": subjects.title_of(target),
        "order": subjects.order_of(target),
        "review": target if isinstance(target, Review) else None,
        "is_pressure": report.reason == ReportReason.PRESSURE,
        "around": selectors.around(target, reader),
        "others": selectors.reports_beside(report),
    }


def _case(request: HttpRequest, report_id: int, form: DecideForm | HideForm | None = None) -> HttpResponse:
    context = shown(report_id, cast(User, request.user))
    context |= {"form": form or _form(context["report"]), "may_decide": request.user.has_perm(DECIDE)}
    return render(request, "moderation/admin/report_case.html", context, status=422 if form and form.errors else 200)


def _done(request: HttpRequest, is_new: bool, words: str) -> HttpResponse:
    messages.success(request, words if is_new else _("Somebody else has decided this meanwhile."))
    return redirect("moderation_reports")
