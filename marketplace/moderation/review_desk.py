"""Reviews in Wagtail's admin: what rules found and people reported, one with all that is kept of it, and what can be done."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.moderation import review_decisions as decisions
from marketplace.moderation import review_selectors as selectors
from marketplace.moderation.errors import ReportError, ReportErrorCode
from marketplace.moderation.flag_presenters import found_words
from marketplace.moderation.forms import DecideForm, HideForm
from marketplace.moderation.review_watch import found_in_review
from marketplace.reviews.selectors.reviews_for_staff import review_for_staff
from marketplace.reviews.services import lift_mask
from marketplace.reviews.services.pictures import open_picture_file

VIEW, DECIDE = "reviews.view_reviewmask", "reviews.add_reviewmask"


@permission_required(VIEW)
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """What waits, or with `?decided=1` what was decided."""
    is_open = "decided" not in request.GET
    cases = selectors.review_cases(cast(User, request.user), is_open=is_open)
    found = Paginator(cases, 40).get_page(request.GET.get("page"))
    context = {
        "page_obj": found,
        "rows": selectors.rows_of(list(found)),
        "reports": selectors.open_reports_of_reviews() if is_open else [],
        "is_open": is_open,
    }
    return render(request, "moderation/admin/review_list.html", context)


@permission_required(VIEW)
@require_safe
def review_case(request: HttpRequest, review_id: int) -> HttpResponse:
    """One review. Reading it is noted: private feedback and earlier wordings are on the page."""
    return _case(request, review_id)


@permission_required(VIEW)
@require_safe
@cache_control(private=True, no_store=True)
def review_picture(request: HttpRequest, review_id: int, picture_id: int) -> FileResponse:
    """A picture of a review, a hidden one too: for who decides about it, here or in an appeal, whose pages are noted."""
    picture = get_object_or_404(review_for_staff(cast(User, request.user), review_id).pictures, pk=picture_id)
    return FileResponse(open_picture_file(picture), filename=str(picture.picture.name).rpartition("/")[2])


@permission_required(DECIDE)
@require_POST
def review_hide(request: HttpRequest, review_id: int) -> HttpResponse:
    """Hide a part on a legal ground."""
    review = review_for_staff(cast(User, request.user), review_id)
    form = HideForm(request.POST, review=review)
    if not form.is_valid():
        return _case(request, review_id, form)
    try:
        if form.hidden is None:
            raise ReportError(ReportErrorCode.GROUND_MISSING)
        decisions.hide_part(
            review=review, hidden=form.hidden, words=form.cleaned_data["words"], staff=cast(User, request.user)
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, review_id, form)
    messages.success(request, _("Hidden. Both sides of the order are told why; the stars stay."))
    return redirect("moderation_review", review_id)


@permission_required(DECIDE)
@require_POST
def review_leave(request: HttpRequest, review_id: int) -> HttpResponse:
    """Nothing wrong with what rules found."""
    staff = cast(User, request.user)
    is_new = decisions.leave_review(review=review_for_staff(staff, review_id), staff=staff)
    words = _("Nothing wrong: it stays.") if is_new else _("Somebody else has decided this meanwhile.")
    messages.success(request, words)
    return redirect("moderation_reviews")


@permission_required(DECIDE)
@require_POST
def review_lift(request: HttpRequest, review_id: int, mask_id: int) -> HttpResponse:
    """Show again what a mask hides."""
    staff = cast(User, request.user)
    review = review_for_staff(staff, review_id)
    form = DecideForm(request.POST)
    if mask_id not in {mask.pk for mask in review.masks.all()} or not form.is_valid():
        messages.error(request, _("Please say why, in at most 300 characters: whom it concerns reads it."))
        return redirect("moderation_review", review_id)
    try:
        lift_mask(mask_id=mask_id, staff=staff, words=form.cleaned_data["words"])
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("It can be read again. Both sides are told."))
    return redirect("moderation_review", review_id)


def shown(review_id: int, reader: User) -> dict[str, Any]:
    """What the page shows of a review, here and in the queue. Reading it is noted. Raises Http404."""
    review = review_for_staff(reader, review_id)
    decisions.note_review_reading(review=review, reader=reader)
    return {
        "review": review,
        "order": review.order,
        "case": selectors.open_case_of(review),
        "found": found_words(found_in_review(review).as_json()),
        "reports": selectors.reports_of_review(review),
    }


def _case(request: HttpRequest, review_id: int, form: HideForm | None = None) -> HttpResponse:
    context = shown(review_id, cast(User, request.user))
    context |= {"form": form or HideForm(review=context["review"]), "may_decide": request.user.has_perm(DECIDE)}
    return render(request, "moderation/admin/review_case.html", context, status=422 if form and form.errors else 200)
