"""Pages of the staff desk: disputes to decide, refunds that need a person. Inside Wagtail's admin."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core.money import parse_yuan
from marketplace.orders import presenters, selectors, services


class DecisionForm(forms.Form):
    """How the escrow is split, and why."""

    refund = forms.DecimalField(
        label=gettext_lazy("Back to the buyer, in yuan"),
        min_value=0,
        max_digits=10,
        decimal_places=2,
        help_text=gettext_lazy("The rest, less the service fee, goes to the seller."),
    )
    explanation = forms.CharField(
        label=gettext_lazy("Reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=3000,
        help_text=gettext_lazy("Both sides read this."),
    )

    def __init__(self, *args, total_fen: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.total_fen = total_fen

    def clean_refund(self) -> int:
        refund_fen = parse_yuan(self.cleaned_data["refund"])
        if refund_fen > self.total_fen:
            raise forms.ValidationError(_("This is more than the order's money."))
        return refund_fen


@permission_required("orders.change_dispute")
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """Disputes that wait for a decision, oldest first."""
    return render(request, "orders/admin/dispute_list.html", {"disputes": selectors.open_disputes()})


@permission_required("orders.change_dispute")
@require_http_methods(["GET", "POST"])
def dispute_decide(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Both sides, the time line, the deliveries; and the decision."""
    dispute = selectors.dispute_to_decide(dispute_id)
    order = dispute.order
    form = DecisionForm(request.POST or None, total_fen=order.kept_fen)
    if request.method == "POST" and form.is_valid():
        services.decide_dispute(
            order_id=order.pk,
            mediator=request.user,
            refund_fen=form.cleaned_data["refund"],
            explanation=form.cleaned_data["explanation"],
        )
        messages.success(request, _("Decided. Both sides were told."))
        return redirect("orders_disputes")
    context = {"dispute": dispute, "order": order, "form": form, "events": presenters.timeline(order, request.user)}
    return render(request, "orders/admin/dispute_decide.html", context)


@permission_required("orders.change_refund")
@require_safe
def refund_list(request: HttpRequest) -> HttpResponse:
    """Refunds that a gateway refused."""
    return render(request, "orders/admin/refund_list.html", {"refunds": selectors.refunds_for_a_person()})


@permission_required("orders.change_refund")
@require_POST
def refund_retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Let the job ask the gateway again."""
    services.retry_refund(refund_id=refund_id, staff=request.user)
    messages.success(request, _("The refund will be tried again within a minute."))
    return redirect("orders_refunds")
