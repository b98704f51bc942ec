"""What was decided about somebody, on the public site, and the appeal against it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.core.config import get_config
from marketplace.core.errors import DomainError
from marketplace.moderation import appeals
from marketplace.moderation.quality import own_decisions
from marketplace.moderation.quality.forms import DecisionAppealForm
from marketplace.moderation.quality.kept_out import kept_out_reader
from marketplace.moderation.strikes import strikes_in_force

PER_PAGE = 20


@login_required
@require_safe
def decision_list(request: HttpRequest) -> HttpResponse:
    """What was decided, and the strikes that count."""
    found = Paginator(own_decisions.decisions_about(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": found,
        "decisions": [own_decisions.as_read(decision) for decision in found],
        "strikes": strikes_in_force(request.user),
        "strikes_most": get_config("moderation.strikes_before_suspension"),
    }
    return render(request, "moderation/decision_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_store=True)
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision; a POST appeals against it. What was typed stays in the form when it is refused.

    For whom it concerns, and for who was kept out at the log-in a moment ago by this very decision (quality/kept_out.py).
    """
    is_in = request.user.is_authenticated
    reader = request.user if is_in else kept_out_reader(request, pk)
    if reader is None:
        return redirect_to_login(request.get_full_path())
    own = own_decisions.own_decision(reader, pk)
    form = DecisionAppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.appeal_decision(decision_id=pk, person=reader, words=form.cleaned_data["words"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Another person looks at it, and answers you here."))
            return redirect("moderation:decision", pk)
    context = {
        "own": own,
        "decision": own.decision,
        "form": form,
        "answer_days": get_config("moderation.appeal_answer_days"),
        "is_kept_out": not is_in,
        "layout": "account/base_manage.html" if is_in else "account/base_entrance.html",
    }
    return render(request, "moderation/decision_detail.html", context, status=422 if form.errors else 200)
