"""The mediators' desk inside Wagtail's admin: the queue with its clocks, a case with all its evidence, the decision."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.orders import dispute_page, dispute_selectors, services, timeline
from marketplace.orders.bundle_views import bundle_response
from marketplace.orders.conversations import conversation_of
from marketplace.orders.dispute_forms import AdviceForm, DecisionForm
from marketplace.orders.models import Dispute
from marketplace.orders.staff_reading import note_reading
from marketplace.orders.states import DisputeStatus

# One decides, another one the appeal.
MEDIATORS_NEEDED = 2
DECIDABLE = (DisputeStatus.MEDIATION, DisputeStatus.DECISION, DisputeStatus.APPEALED)


@permission_required("orders.change_dispute")
@require_safe
def dispute_list(request: HttpRequest) -> HttpResponse:
    """Disputes that are not closed, what is due first on top; and those closed last, to look up."""
    context = {
        "disputes": dispute_selectors.dispute_queue(),
        "closed": dispute_selectors.closed_disputes(),
        "now": clock.now(),
        "staff": request.user,
        "is_alone": dispute_selectors.mediators().count() < MEDIATORS_NEEDED,
    }
    return render(request, "orders/admin/dispute_list.html", context)


@permission_required("orders.change_dispute")
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_case(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """All that was asked, delivered, said, shown and proposed; and the decision, which is read once more before it counts."""
    dispute = dispute_selectors.case_of(request.user, dispute_id)
    form = DecisionForm(request.POST or None, order=dispute.order)
    if request.method == "POST" and form.is_valid():
        if request.POST.get("confirmed_fen") != str(form.cleaned_data["refund"]):
            summary = dispute_page.sums_of(dispute.order, form.cleaned_data["refund"])
            return _case(request, dispute, form, AdviceForm(order=dispute.order), summary)
        try:
            services.decide_dispute(
                order_id=dispute.order_id,
                mediator=request.user,
                refund_fen=form.cleaned_data["refund"],
                explanation=form.cleaned_data["explanation"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Decided. Both sides were told."))
            return redirect("orders_disputes")
    return _case(request, dispute, form, AdviceForm(order=dispute.order))


def _case(
    request: HttpRequest,
    dispute: Dispute,
    form: DecisionForm,
    advice_form: AdviceForm,
    summary: dispute_page.SplitSums | None = None,
) -> HttpResponse:
    order = dispute.order
    first = next((one.mediator_id for one in dispute.decisions.all() if one.number == 1), None)
    note_reading(request.user, order)
    is_same = dispute.status == DisputeStatus.APPEALED and first == request.user.pk
    context = {
        "dispute": dispute,
        "order": order,
        "form": form,
        "advice_form": advice_form,
        "summary": summary,
        "next": dispute_page.next_of(dispute, request.user),
        "statements": dispute_page.statements_of(dispute),
        "proposals": dispute_page.proposals_of(dispute, request.user),
        "events": timeline.timeline(order, request.user),
        "messages_said": conversation_of(order),
        "bundle": next(iter(dispute.bundles.all()), None),
        "is_same": is_same,
        "may_decide": dispute.status in DECIDABLE and not dispute.is_over and not is_same,
        "may_advise": not dispute.is_over and not is_same,
        "is_alone": dispute_selectors.mediators().count() < MEDIATORS_NEEDED,
    }
    return render(request, "orders/admin/dispute_case.html", context)


@permission_required("orders.change_dispute")
@require_POST
def dispute_advice(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Words to both sides, which decide nothing."""
    dispute = dispute_selectors.case_of(request.user, dispute_id)
    form = AdviceForm(request.POST, order=dispute.order)
    if not form.is_valid():
        return _case(request, dispute, DecisionForm(order=dispute.order), form)
    try:
        services.advise(
            order_id=dispute.order_id,
            mediator=request.user,
            text=form.cleaned_data["text"],
            refund_fen=form.cleaned_data["refund"],
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return _case(request, dispute, DecisionForm(order=dispute.order), form)
    messages.success(request, _("Sent. Both sides read it on the page of the dispute."))
    return redirect("orders_dispute_decide", dispute_id)


@permission_required("orders.change_dispute")
@require_POST
def dispute_bundle(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Have all evidence put together."""
    dispute = dispute_selectors.case_of(request.user, dispute_id)
    services.ask_for_bundle(dispute_id=dispute.pk, user=request.user)
    messages.success(request, _("The evidence is being put together; it appears on this page."))
    return redirect("orders_dispute_decide", dispute_id)


@permission_required("orders.change_dispute")
@require_safe
@cache_control(private=True, no_store=True)
def dispute_bundle_download(request: HttpRequest, dispute_id: int, bundle_id: int, ending: str) -> FileResponse:
    """The PDF or the ZIP, exactly as it was made."""
    order = dispute_selectors.case_order(request.user, dispute_id)
    found = dispute_selectors.case_bundle(order, bundle_id)
    note_reading(request.user, order)
    return bundle_response(found, ending, order.number)


@permission_required("orders.change_dispute")
@require_safe
def dispute_file(request: HttpRequest, dispute_id: int, kind: str, file_id: int) -> FileResponse:
    """A file of the case, always as a download."""
    order = dispute_selectors.case_order(request.user, dispute_id)
    opened, name = dispute_selectors.case_file(order, kind, file_id)
    note_reading(request.user, order)
    return FileResponse(opened(), as_attachment=True, filename=name)
