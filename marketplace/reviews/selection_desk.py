"""Candidates for Select in Wagtail's admin: who waits, what they have shown, and the decision with its words."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core import clock
from marketplace.gigs.states import GigStatus
from marketplace.orders.models import Dispute
from marketplace.reviews.levels import decide_selection, gates
from marketplace.reviews.levels.errors import LevelError, LevelErrorCode
from marketplace.reviews.levels.selection import WORDS_LENGTH
from marketplace.reviews.levels.selectors import (
    candidate_for_staff,
    candidates,
    earlier_candidacies,
    level_appeals,
    level_changes,
    newest_reviews,
)
from marketplace.reviews.models import Reputation, SelectionStatus
from marketplace.reviews.score import score_of

PERMISSION = "reviews.change_selectioncase"
private = cache_control(private=True, no_store=True)


class DecisionForm(forms.Form):
    """Chosen or not, and why."""

    is_chosen = forms.TypedChoiceField(
        label=pgettext_lazy("a candidate", "Decision"),
        choices=[("1", gettext_lazy("Choose for Select")), ("0", gettext_lazy("Do not choose this time"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("Reason, for the seller"),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@permission_required(PERMISSION)
@require_safe
@private
def candidate_list(request: HttpRequest) -> HttpResponse:
    """Who waits, the longest first; or who was decided about."""
    wanted = request.GET.get("status", "")
    status = SelectionStatus(wanted) if wanted in SelectionStatus.values else SelectionStatus.OPEN
    context = {
        "status": status,
        "tabs": list(SelectionStatus),
        "now": clock.now(),
        "page_obj": Paginator(candidates(status), 40).get_page(request.GET.get("page")),
    }
    return render(request, "reviews/admin/candidate_list.html", context)


@permission_required(PERMISSION)
@require_safe
@private
def candidate_detail(request: HttpRequest, case_id: int) -> HttpResponse:
    """One candidate."""
    return _page(request, case_id, DecisionForm())


@permission_required(PERMISSION)
@require_POST
@private
def candidate_decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """Choose somebody, or not."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, case_id, form)
    candidate_for_staff(case_id)
    try:
        decide_selection(case_id=case_id, staff=request.user, **form.cleaned_data)
    except LevelError as refusal:
        form.add_error("words" if refusal.code == LevelErrorCode.WORDS_MISSING else None, refusal.message)
        return _page(request, case_id, form)
    messages.success(request, _("Decided. The seller has been told."))
    return redirect("reviews_candidates")


def _page(request: HttpRequest, case_id: int, form: DecisionForm) -> HttpResponse:
    case = candidate_for_staff(case_id)
    figures = gates.figures_from(Reputation.objects.filter(user=case.user_id).first())
    score = score_of(case.user_id)
    disputes = Dispute.objects.filter(order__seller=case.user_id).select_related("order").order_by("-pk")
    context = {
        "case": case,
        "form": form,
        "gates": gates.gates_of(gates.needs_of(SellerLevelChoice.TOP), figures),
        "reviews": newest_reviews(case.user_id),
        "gigs": case.user.gigs.filter(status=GigStatus.LIVE).order_by("-pk")[:20],
        "disputes": disputes[:10],
        "score": score,
        "events": score.events[:20],
        "earlier": earlier_candidacies(case),
        "appeals": level_appeals(case.user_id),
        "changes": level_changes(case.user_id),
        "may_decide": case.status == SelectionStatus.OPEN and case.user_id != request.user.pk,
    }
    return render(request, "reviews/admin/candidate.html", context, status=422 if form.errors else 200)
