"""The moderators' queue and the page on which they compare and decide. Inside Wagtail's admin."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.gigs import review_selectors, services
from marketplace.gigs.errors import GigError
from marketplace.gigs.models import ReviewCase
from marketplace.gigs.review_forms import ApproveForm, QueueForm, SendBackForm

PERMISSION = "gigs.change_gig"
PAGE_SIZE = 30
never_kept = cache_control(private=True, no_store=True)
Desk = Callable[[HttpRequest, int], HttpResponse]


def post_or_back(view: Desk) -> Desk:
    """What is posted here answers with the case's page; whoever comes to its address again is led to that page."""

    @wraps(view)
    def answering(request: HttpRequest, case_id: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("gigs_review", case_id)
        return view(request, case_id)

    return require_http_methods(["GET", "HEAD", "POST"])(answering)


@permission_required(PERMISSION)
@require_safe
@never_kept
def case_list(request: HttpRequest) -> HttpResponse:
    """What waits, by deadline."""
    form = QueueForm(request.GET)
    asked = form.asked
    page = Paginator(review_selectors.queue(asked), PAGE_SIZE).get_page(request.GET.get("page"))
    staff = cast(User, request.user)
    rows = [review_selectors.case_row(case, staff) for case in page]
    context = {"form": form, "asked": asked, "page_obj": page, "rows": rows}
    return render(request, "gigs/admin/review_list.html", context)


@permission_required(PERMISSION)
@require_safe
@never_kept
def case_detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """Both versions beside each other, and the decision. Whoever opens it is shown to colleagues as reading it."""
    if request.method == "GET":
        services.view_case(case_id=case_id, moderator=cast(User, request.user))
    return _render_case(request, review_selectors.get_case(case_id), SendBackForm())


@permission_required(PERMISSION)
@post_or_back
def case_take_over(request: HttpRequest, case_id: int) -> HttpResponse:
    """Read it although a colleague opened it."""
    services.view_case(case_id=case_id, moderator=cast(User, request.user), take_over=True)
    return redirect("gigs_review", case_id)


@permission_required(PERMISSION)
@post_or_back
def case_approve(request: HttpRequest, case_id: int) -> HttpResponse:
    """It may go live, or on to the second person."""
    case = review_selectors.get_case(case_id)
    form = ApproveForm(request.POST)
    words = form.cleaned_data["comment"] if form.is_valid() else ""
    try:
        services.approve_review(task_state_id=case.task_state_id, moderator=cast(User, request.user), words=words)
    except GigError as error:
        return _refused(request, error, case)
    if review_selectors.open_case_of(case.gig):
        messages.success(request, _("Approved. A second person looks at the price before it goes live."))
    else:
        messages.success(request, _("Approved. The seller is told."))
    return _onward(case)


@permission_required(PERMISSION)
@post_or_back
def case_send_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """The seller has to change something."""
    case = review_selectors.get_case(case_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _render_case(request, case, form, status=422)
    try:
        services.send_back(
            task_state_id=case.task_state_id,
            moderator=cast(User, request.user),
            codes=form.cleaned_data["reasons"],
            words=form.cleaned_data["comment"],
        )
    except GigError as error:
        return _refused(request, error, case)
    messages.success(request, _("Sent back. The seller reads the reasons and your words."))
    return _onward(case)


def _refused(request: HttpRequest, error: GigError, case: ReviewCase) -> HttpResponse:
    """A colleague was first, or it is not theirs to decide: the page says what became of it."""
    messages.error(request, error.message)
    return redirect("gigs_review", case.pk)


def _onward(case: ReviewCase) -> HttpResponse:
    """To what is due next."""
    following = review_selectors.next_after(case)
    return redirect("gigs_review", following.pk) if following else redirect("gigs_reviews")


def _render_case(request: HttpRequest, case: ReviewCase, form: SendBackForm, *, status: int = 200) -> HttpResponse:
    context = {
        "case": case,
        "page": review_selectors.case_page(case, cast(User, request.user)),
        "form": form,
        "reasons": review_selectors.offered_reasons(),
        "chosen": form.data.getlist("reasons") if form.is_bound else [],
    }
    return render(request, "gigs/admin/review_case.html", context, status=status)
