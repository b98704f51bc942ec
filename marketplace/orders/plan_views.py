"""The page of an agreement in stages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core.errors import DomainError
from marketplace.orders import plan_selectors, services, stages
from marketplace.orders.forms import StopPlanForm


@login_required
@never_cache
@require_safe
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """All stages, and what can be done about them."""
    plan = plan_selectors.plan_for(request.user, pk)
    is_buyer = plan.buyer_id == request.user.pk
    context = {
        "view": stages.view_of(plan),
        "plan": plan,
        "is_buyer": is_buyer,
        "other": plan.seller if is_buyer else plan.buyer,
    }
    return render(request, "orders/plan_detail.html", context)


@login_required
@require_POST
def plan_fund(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the payment of the stage that comes next."""
    plan = plan_selectors.plan_for(request.user, pk)
    order = services.fund_stage(plan_id=plan.pk, buyer=request.user)
    return redirect("payments:pay", order.number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the agreement end here, with words to the other side."""
    plan = plan_selectors.plan_for(request.user, pk)
    form = StopPlanForm(request.POST if request.method == "POST" else None)
    view = stages.view_of(plan)
    if request.method == "POST" and form.is_valid():
        try:
            services.stop_plan(plan_id=plan.pk, user=request.user, words=form.cleaned_data["words"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Stopped. What was not begun is not owed."))
            return redirect(plan)
    elif request.method != "POST" and not view.can_be_stopped:
        return redirect(plan)
    context = {"plan": plan, "view": view, "form": form}
    return render(request, "orders/plan_stop.html", context, status=200 if request.method != "POST" else 422)
