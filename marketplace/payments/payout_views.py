"""Withdrawals: the seller's pages."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.decorators import recent_login_required
from marketplace.accounts.second_factor import has_second_factor
from marketplace.accounts.selectors import verified_real_name
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.money import display_yuan
from marketplace.ledger.selectors import wallet_of
from marketplace.payments import payout_presenters, payout_selectors, services, wechat_payout_views
from marketplace.payments.models import MONEY_IS_BACK, PayoutDestinationKind, PayoutStatus
from marketplace.payments.payout_forms import AmountForm, DestinationForm, WithdrawForm


@recent_login_required("POST", second_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """How much can be taken out, where to, what the tax office gets; and what was taken out before."""
    wallet = wallet_of(request.user)
    available_fen = wallet.available_fen if wallet else 0
    most_fen = min(available_fen, get_config("payouts.maximum_fen"))
    initial = {"amount": display_yuan(most_fen, exact=True)} if most_fen else {}
    form = WithdrawForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        payout = services.request_payout(
            user=request.user,
            destination_id=form.cleaned_data["destination"].pk,
            gross_fen=form.cleaned_data["amount"],
            request_key=form.cleaned_data["request_key"],
        )
        return redirect(payout)
    destinations = list(payout_selectors.destinations_of(request.user))
    typed_fen = AmountForm(request.POST).amount_fen if form.is_bound else most_fen
    chosen = payout_selectors.chosen_destination(request.user, request.POST.get("destination", ""))
    context = {
        "form": form,
        "available_fen": available_fen,
        "wallet": wallet,
        "is_offered": payout_selectors.payouts_are_offered(),
        "is_verified": bool(verified_real_name(request.user)),
        "has_second_factor": has_second_factor(request.user),
        "destinations": destinations,
        "frozen": [item for item in destinations if item.usable_from > clock.now()],
        "minimum_fen": get_config("payouts.minimum_fen"),
        "maximum_fen": get_config("payouts.maximum_fen"),
        "freeze_hours": get_config("payouts.freeze_hours"),
        "daily_maximum_fen": get_config("payouts.daily_maximum_fen"),
        "threshold_fen": get_config("payouts.approval_threshold_fen"),
        "outlook": payout_presenters.outlook(request.user, typed_fen, chosen),
        "page_obj": Paginator(payout_selectors.payouts_of(request.user), 20).get_page(request.GET.get("page")),
    }
    return render(request, "payments/withdraw_form.html", context)


@login_required
@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """The tax on an amount, as it is typed, and the button that repeats what is taken out and what arrives."""
    form = AmountForm(request.GET)
    chosen = payout_selectors.chosen_destination(request.user, request.GET.get("destination", ""))
    context = {
        "outlook": payout_presenters.outlook(request.user, form.amount_fen, chosen),
        "problem": form.problem,
        "freeze_hours": get_config("payouts.freeze_hours"),
        "is_preview": True,
    }
    return render(request, "payments/_withdraw_tax.html", context)


@recent_login_required("GET", "POST", keep_typed=False, second_factor=True)
@require_http_methods(["GET", "HEAD", "POST"])
def destination(request: HttpRequest) -> HttpResponse:
    """Name the account that withdrawals go to, or another one."""
    form = DestinationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        named = services.set_destination(
            user=request.user,
            kind=PayoutDestinationKind(form.cleaned_data["kind"]),
            account=form.cleaned_data["account"],
            bank_name=form.cleaned_data["bank_name"],
        )
        messages.success(request, payout_presenters.noted(named))
        return redirect("payments:withdraw")
    context = {
        "form": form,
        "can_type": bool(form.kinds()),
        "can_bind_wechat": PayoutDestinationKind.WECHAT in payout_selectors.offered_kinds(),
        "real_name": verified_real_name(request.user),
        "freeze_hours": get_config("payouts.freeze_hours"),
        "usable_from": clock.now() + timedelta(hours=get_config("payouts.freeze_hours")),
    }
    return render(request, "payments/destination_form.html", context)


@login_required
@require_safe
def payout(request: HttpRequest, reference: str) -> HttpResponse:
    """Where one withdrawal stands."""
    found = payout_selectors.own_payout(request.user, reference)
    context = {
        "payout": found,
        "can_cancel": found.status in (PayoutStatus.AWAITING_APPROVAL, PayoutStatus.APPROVED),
        "is_back": found.status in MONEY_IS_BACK,
        "steps": payout_presenters.steps(found),
        "expected_by": payout_presenters.expected_by(found),
        "now": clock.now(),
        "confirmation": wechat_payout_views.confirmation(request, found),
    }
    return render(request, "payments/payout_detail.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a withdrawal back before it was sent."""
    found = payout_selectors.own_payout(request.user, reference)
    services.cancel_payout(payout_id=found.pk, user=request.user)
    messages.success(request, _("Taken back. The money is in your wallet again."))
    return redirect(found)
