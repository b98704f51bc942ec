"""Payouts in Wagtail's admin: what two people approve, what is under way, what the tax office is told."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.selectors import verified_real_names
from marketplace.core.absent import absent_is_404
from marketplace.core.sheets import Column, Fen, Sheet, SheetFormat, sheet_response
from marketplace.payments import balance_selectors, payout_selectors, selectors, services
from marketplace.payments.models import Payout
from marketplace.payments.services import custody


class RejectForm(forms.Form):
    """Why finance refuses a payout; the seller reads it."""

    reason = forms.CharField(label=gettext_lazy("Reason of the refusal"), max_length=200)


@permission_required("payments.view_payout")
@require_safe
def payout_list(request: HttpRequest) -> HttpResponse:
    """Payouts that wait for people, payouts under way, and whether the books let anything leave."""
    today = timezone.localdate()
    context = {
        "waiting": payout_selectors.payouts_to_approve(),
        "under_way": payout_selectors.payouts_under_way(),
        "audit": selectors.latest_audit(),
        "off": balance_selectors.balances_that_are_off(),
        "is_custody": custody.is_custody(),
        "quarters": [(year, quarter) for year in (today.year, today.year - 1) for quarter in (4, 3, 2, 1)
                     if date(year, quarter * 3 - 2, 1) <= today],
    }  # fmt: skip
    return render(request, "payments/admin/payout_list.html", context)


@permission_required("payments.change_payout")
@require_POST
@absent_is_404(Payout)
def payout_approve(request: HttpRequest, payout_id: int) -> HttpResponse:
    """One of two people agrees."""
    payout = services.approve_payout(payout_id=payout_id, staff=request.user)
    if payout.second_approver_id is None:
        messages.success(request, _("Noted. A second person has to approve it too."))
    else:
        messages.success(request, _("Approved. It goes out within a minute."))
    return redirect("payments_payouts")


@permission_required("payments.change_payout")
@require_POST
@absent_is_404(Payout)
def payout_reject(request: HttpRequest, payout_id: int) -> HttpResponse:
    """Finance refuses; the money is back in the wallet."""
    form = RejectForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why: the seller reads it."))
        return redirect("payments_payouts")
    services.reject_payout(payout_id=payout_id, staff=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Refused. The money is back in the wallet."))
    return redirect("payments_payouts")


@permission_required("payments.view_taxyear")
@require_safe
def tax_report(request: HttpRequest, year: int, quarter: int) -> StreamingHttpResponse:
    """A quarter's income of every seller, for the tax report (国务院令 810): gross, withheld, net.

    What came back of an earlier quarter is a negative line of its own, with that quarter's name.
    """
    if not 1 <= quarter <= 4 or not 2000 <= year <= 9999:
        raise Http404
    columns = [
        _("Seller"),
        pgettext("of a person", "Name"),
        _("Quarter"),
        _("Withdrawals"),
        _("Income"),
        _("Income tax withheld"),
        _("Paid out"),
    ]
    incomes = payout_selectors.income_of_quarter(year, quarter)
    names = verified_real_names(income.seller.pk for income in incomes)
    rows = (
        [
            income.seller.pk,
            names.get(income.seller.pk, ""),
            income.quarter,
            income.payments,
            Fen(income.gross_fen),
            Fen(income.tax_fen),
            Fen(income.gross_fen - income.tax_fen),
        ]
        for income in incomes
    )
    sheet = Sheet(f"tax-{year}-Q{quarter}", f"{year} Q{quarter}", [Column(name, 20) for name in columns], rows)
    return sheet_response(request, sheet, SheetFormat.CSV)
