"""The pages on which an order is ended: alone, or together with the other side."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.core.errors import DomainError
from marketplace.orders import selectors, services
from marketplace.orders.cancelling import cancel_terms, may_cancel_together
from marketplace.orders.dispute_forms import CancelForm

_ANSWERS = {
    "accept": (services.accept_cancellation, gettext_lazy("The order is cancelled.")),
    "decline": (
        services.decline_cancellation,
        gettext_lazy("Declined. The order goes on, and the other side was told."),
    ),
    "withdraw": (services.withdraw_cancellation, gettext_lazy("Taken back. The order goes on.")),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def order_cancel(request: HttpRequest, number: str) -> HttpResponse:
    """The ways out of an order, what each means for the money, and why it ends."""
    order = selectors.order_for(request.user, number)
    terms = cancel_terms(order, request.user)
    form = CancelForm(request.POST or None, order=order, side=terms.side)
    if request.method == "POST" and form.is_valid():
        said = {"reason_code": form.cleaned_data["reason_code"]}
        way = request.POST.get("way")
        try:
            if way == "together":
                message = form.cleaned_data["reason"]
                services.propose_cancellation(order_id=order.pk, user=request.user, message=message, **said)
                messages.success(request, _("Sent. The other side was told, and you see the answer here."))
                return redirect(order)
            if way == "alone":
                reason = form.cleaned_data["reason"]
                services.cancel_order(order_id=order.pk, user=request.user, reason=reason, **said)
                messages.success(request, _("The order is cancelled."))
                return redirect(order)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
    elif request.method != "POST" and not terms.is_possible and not may_cancel_together(order):
        return redirect(order)
    context = {"order": order, "terms": terms, "form": form}
    return render(request, "orders/order_cancel.html", context, status=200 if request.method != "POST" else 422)


@login_required
@require_POST
def cancel_answer(request: HttpRequest, number: str, proposal_id: int, answer: str) -> HttpResponse:
    """Accept, decline or take back a proposal to cancel together."""
    order = selectors.order_for(request.user, number)
    if answer not in _ANSWERS:
        raise Http404
    act, done = _ANSWERS[answer]
    said = {"message": request.POST.get("message", "")} if answer == "decline" else {}
    act(order_id=order.pk, proposal_id=proposal_id, user=request.user, **said)
    messages.success(request, done)
    return redirect(order)
