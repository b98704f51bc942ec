"""Integrity cases in Wagtail's admin: what waits, one case, and its two ends."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.reviews.integrity import selectors, services
from marketplace.reviews.integrity.forms import DecisionForm
from marketplace.reviews.models import CaseStatus

VIEW, DECIDE = selectors.VIEW, selectors.DECIDE


@permission_required(VIEW)
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, by its deadline; or with `?decided=1` what was decided."""
    is_open = "decided" not in request.GET
    found = Paginator(selectors.cases_for_staff(is_open=is_open), 40).get_page(request.GET.get("page"))
    context = {"page_obj": found, "is_open": is_open, "now": clock.now()}
    return render(request, "reviews/admin/integrity_list.html", context)


@permission_required(VIEW)
@require_safe
def case_detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case: the accounts, what was found, the deals between them."""
    return _case(request, case_id, DecisionForm())


@permission_required(DECIDE)
@require_POST
def case_confirm(request: HttpRequest, case_id: int) -> HttpResponse:
    """The deals were none: their reviews leave the scores."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _case(request, case_id, form)
    case = selectors.case_story(cast(User, request.user), case_id).case
    services.confirm_case(case_id=case.pk, staff=cast(User, request.user), words=form.cleaned_data["words"])
    messages.success(request, _("Their reviews no longer count. Everybody in the case is told, with your reason."))
    return redirect("reviews_integrity_cases")


@permission_required(DECIDE)
@require_POST
def case_clear(request: HttpRequest, case_id: int) -> HttpResponse:
    """Nothing is wrong with them."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _case(request, case_id, form)
    case = selectors.case_story(cast(User, request.user), case_id).case
    services.clear_case(case_id=case.pk, staff=cast(User, request.user), words=form.cleaned_data["words"])
    messages.success(request, _("Cleared. Nobody is told, and only something new opens another case."))
    return redirect("reviews_integrity_cases")


def _case(request: HttpRequest, case_id: int, form: DecisionForm) -> HttpResponse:
    reader = cast(User, request.user)
    story = selectors.case_story(reader, case_id)
    staff_log.note_reading(actor=reader, action="integrity.read", what=case_id, data={"case": case_id})
    context = {
        "story": story,
        "case": story.case,
        "form": form,
        "may_decide": reader.has_perm(DECIDE) and not story.is_own and story.case.status == CaseStatus.OPEN,
    }
    return render(request, "reviews/admin/integrity_case.html", context, status=422 if form.errors else 200)
