"""Appeals against decisions in Wagtail's admin, next to those about levels and scores."""

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
from marketplace.core.errors import DomainError
from marketplace.moderation import appeals
from marketplace.moderation.appeals import DECIDE, VIEW
from marketplace.moderation.quality.evidence import evidence_of
from marketplace.moderation.quality.forms import AppealAnswerForm

PER_PAGE = 40


@permission_required(VIEW)
@require_safe
def appeal_list(request: HttpRequest) -> HttpResponse:
    """What waits, or with `?decided=1` what was answered; one's own, and against one's own decisions, are for others."""
    staff = cast(User, request.user)
    is_open = "decided" not in request.GET
    rows = appeals.open_decision_appeals(staff) if is_open else appeals.decided_appeals(staff)
    found = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    lines = [(appeal, appeals.answer_until(appeal)) for appeal in found]
    context = {"page_obj": found, "lines": lines, "is_open": is_open, "now": clock.now()}
    return render(request, "moderation/admin/decision_appeal_list.html", context)


@permission_required(VIEW)
@require_safe
def appeal_case(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """One appeal with the decision."""
    return _case(request, appeal_id, AppealAnswerForm())


@permission_required(DECIDE)
@require_POST
def appeal_uphold(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """The person is right: the decision is undone."""
    return _answer(request, appeal_id, upheld=True)


@permission_required(DECIDE)
@require_POST
def appeal_dismiss(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """The decision stays."""
    return _answer(request, appeal_id, upheld=False)


def _answer(request: HttpRequest, appeal_id: int, *, upheld: bool) -> HttpResponse:
    form = AppealAnswerForm(request.POST)
    if not form.is_valid():
        return _case(request, appeal_id, form)
    staff = cast(User, request.user)
    appeal = appeals.appeal_for_staff(staff, appeal_id)
    try:
        appeals.answer_appeal(appeal_id=appeal.pk, staff=staff, upheld=upheld, answer=form.cleaned_data["answer"])
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, appeal_id, form)
    messages.success(request, _("Answered. The person is told."))
    return redirect("moderation_decision_appeals")


def _case(request: HttpRequest, appeal_id: int, form: AppealAnswerForm) -> HttpResponse:
    staff = cast(User, request.user)
    appeal = appeals.appeal_for_staff(staff, appeal_id)
    data = {"appeal": appeal.pk, "decision": appeal.decision_id}
    staff_log.note_reading(
        actor=staff, action="decision_appeal.read", what=appeal.pk, data=data, subject=appeal.decision.person
    )
    try:
        appeals.require_may_answer(appeal, staff)
    except DomainError as error:
        refusal = error.message
    else:
        refusal = ""
    context = {
        "appeal": appeal,
        "decision": appeal.decision,
        "evidence": evidence_of(appeal.decision.case),
        "strike": getattr(appeal.decision, "strike", None),
        "due_at": appeals.answer_until(appeal),
        "form": form,
        "may_decide": staff.has_perm(DECIDE) and not refusal,
        "refusal": refusal,
    }
    return render(request, "moderation/admin/decision_appeal_case.html", context, status=422 if form.errors else 200)
