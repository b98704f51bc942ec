"""Custody in Wagtail's admin: settlements and returns that need a person, freezes that end soon."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.payments import selectors
from marketplace.payments.services import custody


@permission_required("payments.view_settlement")
@require_safe
def settlement_list(request: HttpRequest) -> HttpResponse:
    """Settlements that an institution refused, and held payments whose freeze ends soon."""
    context = {"settlements": selectors.stuck_settlements(), "ending": selectors.payments_near_freeze_end()}
    return render(request, "payments/admin/settlement_list.html", context)


@permission_required("payments.change_settlement")
@require_POST
def settlement_retry(request: HttpRequest, settlement_id: int) -> HttpResponse:
    """Let the job ask the institution again."""
    custody.retry_settlement(settlement_id=settlement_id, staff=request.user)
    messages.success(request, _("The settlement will be tried again within a minute."))
    return redirect("payments_settlements")
