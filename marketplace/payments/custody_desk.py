"""Custody in Wagtail's admin: settlements and returns that need a person, freezes that end soon."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core.absent import absent_is_404
from marketplace.payments import balance_selectors, custody_selectors, selectors
from marketplace.payments.custody_forms import ReasonForm
from marketplace.payments.models import Settlement, SettlementReturn
from marketplace.payments.services import custody, settlement_repairs, settlement_returns


@permission_required("payments.view_settlement")
@require_safe
def settlement_list(request: HttpRequest) -> HttpResponse:
    """What an institution refused, with the refunds that wait for it, and held payments whose freeze ends soon."""
    context = {
        "audit": selectors.latest_audit(),
        "off": balance_selectors.balances_that_are_off(),
        "is_custody": custody.is_custody(),
        "settlements": custody_selectors.stuck_settlements(),
        "returns": custody_selectors.stuck_returns(),
        "ending": selectors.payments_near_freeze_end(),
        "may_decide": custody_selectors.may_decide(request.user),
    }
    return render(request, "payments/admin/settlement_list.html", context)


@permission_required("payments.change_settlement")
@require_POST
@absent_is_404(Settlement)
def settlement_retry(request: HttpRequest, settlement_id: int) -> HttpResponse:
    """Let the job ask the institution again."""
    goes_on = settlement_repairs.retry_settlement(settlement_id=settlement_id, staff=request.user)
    if goes_on.pk == settlement_id:
        messages.success(request, _("The settlement will be tried again within a minute."))
    else:
        words = _("It had failed for good. It is settled within a minute under a new number: %(number)s.")
        messages.success(request, words % {"number": goes_on.reference})
    return redirect("payments_settlements")


@permission_required("payments.change_settlement")
@require_POST
@absent_is_404(Settlement)
def settlement_cancel(request: HttpRequest, settlement_id: int) -> HttpResponse:
    """It is off: refunds go first, then what is left is settled."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why. Nothing was changed."))
        return redirect("payments_settlements")
    settlement_repairs.cancel_settlement(
        settlement_id=settlement_id, staff=request.user, reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("Cancelled. Refunds go first; what is left is settled once nothing is open."))
    return redirect("payments_settlements")


@permission_required("payments.change_settlement")
@require_POST
@absent_is_404(SettlementReturn)
def return_retry(request: HttpRequest, return_id: int) -> HttpResponse:
    """Let a failed return, and the refund behind it, go on."""
    settlement_returns.retry_return(return_id=return_id, staff=request.user)
    messages.success(request, _("The fee is taken back again within a minute, then the refund follows."))
    return redirect("payments_settlements")
