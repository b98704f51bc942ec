"""Asking support, on the public site. What follows is a conversation like any other."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.support import selectors, services
from marketplace.support.clocks import answer_due
from marketplace.support.forms import QuestionForm
from marketplace.support.models import Topic


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """What one has asked, and how far it is."""
    return render(request, "support/case_list.html", {"cases": selectors.cases_of(request.user)})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """Ask something; `?order=` and `?topic=` say what about."""
    number = request.GET.get("order", "")
    asked = {"order": number, "topic": Topic.ORDER if number else request.GET.get("topic", "")}
    form = QuestionForm(request.POST or None, request.FILES or None, person=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.open_case(
                person=request.user,
                topic=Topic(form.cleaned_data["topic"]),
                subject=form.cleaned_data["subject"],
                body=form.cleaned_data["body"],
                files=form.cleaned_data["files"],
                order=form.orders.get(form.cleaned_data["order"]),
                client_id=form.cleaned_data["client_id"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Support has your question."))
            return redirect(case)
    context = {
        "form": form,
        "open_cases": selectors.open_cases_of(request.user),
        "due_at": answer_due(clock.now()),
    }
    return render(request, "support/case_new.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def case_solve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that nothing is left to answer."""
    case = selectors.own_case(request.user, pk)
    services.solve_case(case_id=case.pk, by=request.user)
    messages.success(request, _("Marked as solved. A message there begins it again."))
    return redirect("support:list")
