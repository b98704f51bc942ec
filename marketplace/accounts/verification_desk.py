"""Verifications in Wagtail's admin: the queue, a case, its papers. Who looked at what is noted, every time."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts import papers, selectors, services
from marketplace.accounts.forms.verification_desk import ApproveForm, CaseSearchForm, EndForm, RejectForm
from marketplace.accounts.models import UserVerification, VerificationStatus

PERMISSION = "accounts.change_userverification"
never_kept = cache_control(private=True, no_store=True)
Desk = Callable[[HttpRequest, int], HttpResponse]


def post_or_back(view: Desk) -> Desk:
    """What is posted here answers with the case's page; whoever comes to its address again is led to that page."""

    @wraps(view)
    def answering(request: HttpRequest, verification_id: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("accounts_verification_case", verification_id)
        return view(request, verification_id)

    return require_http_methods(["GET", "HEAD", "POST"])(answering)


@permission_required(PERMISSION)
@require_safe
@never_kept
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first; or what was decided, newest first; of everybody or of whom a search finds."""
    wanted = request.GET.get("status", "")
    status = VerificationStatus(wanted) if wanted in VerificationStatus.values else VerificationStatus.PENDING
    form = CaseSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    counts = selectors.case_counts()
    context = {
        "form": form,
        "text": text,
        "status": status,
        "tabs": [(each, counts.get(each, 0)) for each in VerificationStatus],
        "page_obj": Paginator(selectors.cases_with_status(status, of=text), 40).get_page(request.GET.get("page")),
    }
    return render(request, "accounts/admin/verification_list.html", context)


@permission_required(PERMISSION)
@require_safe
@never_kept
def case_detail(request: HttpRequest, verification_id: int) -> HttpResponse:
    """One case, its papers behind a click, and what can be decided."""
    return _render_case(request, selectors.case_for_staff(verification_id))


@permission_required(PERMISSION)
@require_safe
@never_kept
def case_paper(request: HttpRequest, verification_id: int, paper_id: int) -> HttpResponse:
    """A document in the clear. A picture is shown; a PDF, which may hold anything, is saved and opened elsewhere."""
    paper = selectors.paper_for_staff(verification_id, paper_id)
    content = services.view_paper(paper=paper, staff=request.user)
    response = HttpResponse(content, content_type=paper.content_type)
    is_saved = paper.content_type != papers.PICTURE
    response["Content-Disposition"] = content_disposition_header(is_saved, papers.download_name(paper))
    response["X-Content-Type-Options"] = "nosniff"
    return response


@permission_required(PERMISSION)
@post_or_back
@never_kept
def case_number(request: HttpRequest, verification_id: int) -> HttpResponse:
    """The same page with the whole number on it, once."""
    case = selectors.case_for_staff(verification_id)
    return _render_case(request, case, number=services.view_number(verification=case, staff=request.user))


@permission_required(PERMISSION)
@post_or_back
@never_kept
def case_approve(request: HttpRequest, verification_id: int) -> HttpResponse:
    """The papers say what the person said."""
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return _render_case(request, selectors.case_for_staff(verification_id), approve_form=form)
    services.approve_verification(
        verification_id=selectors.case_for_staff(verification_id).pk,
        moderator=request.user,
        valid_until=form.cleaned_data["valid_until"],
    )
    messages.success(request, _("Verified. The person was told."))
    return redirect("accounts_verifications")


@permission_required(PERMISSION)
@post_or_back
@never_kept
def case_reject(request: HttpRequest, verification_id: int) -> HttpResponse:
    """The papers do not do."""
    form = RejectForm(request.POST)
    if not form.is_valid():
        return _render_case(request, selectors.case_for_staff(verification_id), reject_form=form)
    services.reject_verification(
        verification_id=selectors.case_for_staff(verification_id).pk,
        moderator=request.user,
        reason_code=form.cleaned_data["reason_code"],
        words=form.cleaned_data["words"],
    )
    messages.success(request, _("Rejected. The person was told why."))
    return redirect("accounts_verifications")


@permission_required(PERMISSION)
@post_or_back
@never_kept
def case_end(request: HttpRequest, verification_id: int) -> HttpResponse:
    """What counted counts no longer."""
    case, form = selectors.case_for_staff(verification_id), EndForm(request.POST)
    if not form.is_valid():
        return _render_case(request, case, end_form=form)
    how, words = form.cleaned_data["how"], form.cleaned_data["words"]
    if how == EndForm.EXPIRE:
        services.expire_verification(verification_id=case.pk, moderator=request.user, words=words)
    else:
        services.revoke_verification(
            verification_id=case.pk, moderator=request.user, words=words, bar=how == EndForm.REVOKE_AND_BAR
        )
    messages.success(request, _("It counts no longer. The person was told why."))
    return redirect("accounts_verification_case", case.pk)


def _render_case(
    request: HttpRequest,
    case: UserVerification,
    *,
    number: str | None = None,
    approve_form: ApproveForm | None = None,
    reject_form: RejectForm | None = None,
    end_form: EndForm | None = None,
) -> HttpResponse:
    refused = [form for form in (approve_form, reject_form, end_form) if form is not None]
    context = {
        "case": case,
        "facts": selectors.case_facts(case),
        "number": number,
        "shows_papers": "papers" in request.GET,
        "is_own": case.user_id == request.user.pk,
        "earlier": selectors.earlier_cases(case),
        "approve_form": approve_form or ApproveForm(initial={"valid_until": case.valid_until}),
        "reject_form": reject_form or RejectForm(),
        "end_form": end_form or EndForm(),
    }
    status = 422 if refused else 200
    return render(request, "accounts/admin/verification_case.html", context, status=status)
