"""In Wagtail's admin, for finance: what has waited for longer than a day."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from marketplace.payments import selectors, waiting_selectors


@permission_required("payments.view_payout")
@require_safe
def waiting_list(request: HttpRequest) -> HttpResponse:
    """Refunds, withdrawals, settlements and invoices that do not arrive, and what did not come out of the last night."""
    context = {
        "items": waiting_selectors.waiting_too_long(),
        "audit": selectors.latest_audit(),
        "missed": waiting_selectors.nights_missed(),
    }
    return render(request, "payments/admin/waiting_list.html", context)
