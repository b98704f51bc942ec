"""Appeals in Wagtail's admin: what waits by deadline, one with what it is about, and its two answers."""

from typing import Any, cast

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
from marketplace.reviews import appeals
from marketplace.reviews.appeal_forms import AnswerForm
from marketplace.reviews.appeal_presenters import event_of, outcome_of
from marketplace.reviews.appeal_rules import require_may_decide
from marketplace.reviews.levels.selectors import refused_candidate
from marketplace.reviews.models import AppealKind
from marketplace.reviews.selectors import appeals as selectors

VIEW, DECIDE = "reviews.view_reputationappeal", "reviews.change_reputationappeal"


@permission_required(VIEW)
@require_safe
def appeal_list(request: HttpRequest) -> HttpResponse:
    """What waits, or with `?decided=1` what was answered; one's own are for others."""
    is_open = "decided" not in request.GET
    rows = selectors.appeals_for_staff(is_open=is_open).exclude(user=request.user)
    found = Paginator(rows, 40).get_page(request.GET.get("page"))
    context = {"page_obj": found, "is_open": is_open, "now": clock.now()}
    return render(request, "moderation/admin/appeal_list.html", context)


@permission_required(VIEW)
@require_safe
def appeal_case(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """One appeal."""
    return _case(request, appeal_id, AnswerForm())


@permission_required(DECIDE)
@require_POST
def appeal_uphold(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """The person is right."""
    return _answer(request, appeal_id, upheld=True)


@permission_required(DECIDE)
@require_POST
def appeal_dismiss(request: HttpRequest, appeal_id: int) -> HttpResponse:
    """It stays."""
    return _answer(request, appeal_id, upheld=False)


def _answer(request: HttpRequest, appeal_id: int, *, upheld: bool) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _case(request, appeal_id, form)
    staff = cast(User, request.user)
    appeal = selectors.appeal_for_staff(staff, appeal_id)
    try:
        is_new = appeals.decide_appeal(
            appeal_id=appeal.pk, staff=staff, upheld=upheld, answer=form.cleaned_data["answer"]
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, appeal_id, form)
    words = _("Answered. The person is told.") if is_new else _("Somebody else has decided this meanwhile.")
    messages.success(request, words)
    return redirect("moderation_appeals")


def shown(appeal_id: int, reader: User) -> dict[str, Any]:
    """What the page shows of an appeal, here and in the queue. Reading what was hidden is noted. Raises Http404."""
    appeal = selectors.appeal_for_staff(reader, appeal_id)
    if appeal.mask:
        # What was hidden stands on the page.
        data = {"appeal": appeal.pk, "review": appeal.mask.review_id}
        staff_log.note_reading(actor=reader, action="appeal.read", what=appeal.pk, data=data, subject=appeal.user)
    return {
        "appeal": appeal,
        "order": appeal.mask.review.order if appeal.mask else appeal.order,
        "history": selectors.level_history(appeal.user) if appeal.kind == AppealKind.LEVEL else [],
        "refused": refused_candidate(appeal.user_id) if appeal.kind == AppealKind.LEVEL else None,
        "outcome": outcome_of(appeal),
        "event": event_of(appeal),
        "event_orders": selectors.orders_of_event(appeal.order) if appeal.order else [],
    }


def _case(request: HttpRequest, appeal_id: int, form: AnswerForm) -> HttpResponse:
    reader = cast(User, request.user)
    context = shown(appeal_id, reader)
    try:
        require_may_decide(context["appeal"], reader)
    except DomainError as error:
        refusal = error.message
    else:
        refusal = ""
    context |= {"form": form, "may_decide": request.user.has_perm(DECIDE) and not refusal, "refusal": refusal}
    return render(request, "moderation/admin/appeal_case.html", context, status=422 if form.errors else 200)
