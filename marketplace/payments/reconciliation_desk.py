"""Reconciliation in Wagtail's admin: bills, what does not agree, and what to do about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.payments import balance_selectors, reconciliation_selectors
from marketplace.payments.models import GatewayBill
from marketplace.payments.services import custody, own_money, reconciliation

BALANCES_SHOWN = 14  # a week of two institutions
_ACTIONS = {
    "ask": reconciliation.ask_gateway,
    "suspense": reconciliation.book_to_suspense,
    "fee": reconciliation.accept_fee,
}


@permission_required("payments.view_gatewaybill")
@require_safe
def bill_list(request: HttpRequest) -> HttpResponse:
    """Open differences first, then what the institutions hold, then the bills of every day."""
    context = {
        "differences": reconciliation_selectors.open_differences()[:200],
        "balances": balance_selectors.balances()[:BALANCES_SHOWN],
        "off": balance_selectors.balances_that_are_off(),
        "is_custody": custody.is_custody(),
        "page_obj": Paginator(reconciliation_selectors.bills(), 40).get_page(request.GET.get("page")),
    }
    return render(request, "payments/admin/bill_list.html", context)


@permission_required("payments.view_gatewaybill")
@require_safe
def bill_file(request: HttpRequest, bill_id: int) -> FileResponse:
    """The bill as the gateway sent it."""
    bill = get_object_or_404(GatewayBill, pk=bill_id)
    if not bill.file:
        raise Http404
    return FileResponse(bill.file.open(), as_attachment=True, filename=bill.file.name.rsplit("/", 1)[-1])


@permission_required("payments.change_difference")
@require_POST
def difference_resolve(request: HttpRequest, difference_id: int, action: str) -> HttpResponse:
    """One click: ask the gateway, book to suspense (a balance: ask for it), accept the fee, or note why it is known."""
    if action == "known":
        note = request.POST.get("note", "").strip()
        if not note:
            messages.error(request, _("Say what is known about it."))
            return redirect("payments_bills")
        reconciliation.accept_as_known(difference_id=difference_id, staff=request.user, note=note)
    elif action == "balance":
        own_money.ask_balance(difference_id=difference_id, staff=request.user)
        messages.success(request, _("Noted. A second person has to approve it."))
        return redirect("payments_own_money")
    elif action in _ACTIONS:
        _ACTIONS[action](difference_id=difference_id, staff=request.user)
    else:
        raise Http404
    messages.success(request, _("Resolved, and noted with your name."))
    return redirect("payments_bills")
