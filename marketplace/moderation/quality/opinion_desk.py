"""Second opinions in Wagtail's admin: asked on the page of a case, answered here or there."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.absent import absent_is_404
from marketplace.core.errors import DomainError
from marketplace.moderation.models import ModerationQueue
from marketplace.moderation.quality import opinions
from marketplace.moderation.quality.evidence import evidence_of
from marketplace.moderation.quality.forms import OpinionAnswerForm, OpinionQuestionForm
from marketplace.moderation.quality.opinions import ANSWER, ASK, VIEW
from marketplace.moderation.queue.sources import parties_of


@permission_required(VIEW)
@require_safe
def opinion_list(request: HttpRequest) -> HttpResponse:
    """What colleagues ask, and what one asked oneself."""
    staff = cast(User, request.user)
    context = {"asked": opinions.open_opinions(staff), "own": opinions.own_questions(staff), "now": clock.now()}
    return render(request, "moderation/admin/opinion_list.html", context)


@permission_required(VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def opinion_case(request: HttpRequest, opinion_id: int) -> HttpResponse:
    """One question with its case; a POST answers it."""
    staff = cast(User, request.user)
    opinion = opinions.opinion_for_staff(staff, opinion_id)
    form = OpinionAnswerForm(request.POST or None)
    may_answer = staff.has_perm(ANSWER) and opinion.answered_at is None and opinion.asked_by_id != staff.pk
    if request.method == "POST" and may_answer and form.is_valid():
        told = form.cleaned_data
        try:
            opinions.answer_opinion(
                opinion_id=opinion_id, staff=staff, would_act=told["would_act"], answer=told["answer"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Answered. Your colleague is told at the bell."))
            return redirect(_back(request, "moderation_opinions"))
    data = {"opinion": opinion.pk, "case": opinion.case_id}
    staff_log.note_reading(actor=staff, action="opinion.read", what=opinion.pk, data=data, subject=opinion.case.person)
    context = {
        "opinion": opinion,
        "case": opinion.case,
        "evidence": evidence_of(opinion.case),
        "form": form,
        "may_answer": may_answer,
    }
    return render(request, "moderation/admin/opinion_case.html", context, status=422 if form.errors else 200)


@permission_required(ASK)
@require_POST
@absent_is_404(ModerationQueue)
def opinion_ask(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask about a case that one has claimed; back to where one came from."""
    form = OpinionQuestionForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(_back(request, "moderation_opinions"))
    try:
        opinions.ask_opinion(case_id=case_id, staff=cast(User, request.user), question=form.cleaned_data["question"])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Asked. The case stays yours, and you are told at the bell when somebody answers."))
    return redirect(_back(request, "moderation_opinions"))


def context_of(staff: User, case: ModerationQueue) -> dict[str, Any]:
    """What `moderation/admin/_second_opinions.html` needs on the page of a case."""
    found = list(opinions.opinions_of(case))
    waiting = next((opinion for opinion in found if opinion.answered_at is None), None)
    is_open = case.decided_at is None
    may_answer = (
        waiting is not None
        and is_open
        and staff.has_perm(ANSWER)
        and opinions.may_judge(case, staff)
        and staff.pk not in {waiting.asked_by_id, *parties_of(case)}
    )
    form: forms.Form | None = None
    if may_answer:
        form = OpinionAnswerForm()
    elif is_open and waiting is None and case.claimed_by_id == staff.pk and staff.has_perm(ASK):
        form = OpinionQuestionForm()
    return {"opinions": found, "may_answer": may_answer, "opinion_form": form}


def _back(request: HttpRequest, otherwise: str) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_ours else otherwise
