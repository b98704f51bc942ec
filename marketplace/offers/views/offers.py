"""An offer with its versions, and the pages that answer it. Each works without script."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.core.errors import DomainError
from marketplace.offers import presenters, selectors, services
from marketplace.offers.editing import OfferEditor
from marketplace.offers.forms import DeclineForm
from marketplace.offers.models import DeclineReason
from marketplace.offers.terms import terms_of


@login_required
@never_cache
@require_safe
def negotiation(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version, the newest on top with what can be done about it."""
    negotiation = selectors.negotiation_for(request.user, pk)
    cards = [presenters.card(offer, request.user) for offer in negotiation.offers.all()]
    is_buyer = negotiation.buyer_id == request.user.pk
    context = {
        "negotiation": negotiation,
        "newest": cards[-1],
        "earlier": cards[-2::-1],
        "changes": presenters.changes(cards[-2].offer, cards[-1].offer) if len(cards) > 1 else [],
        "is_buyer": is_buyer,
        "other": negotiation.seller if is_buyer else negotiation.buyer,
    }
    return render(request, "offers/negotiation_detail.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree. The buyer goes on to the payment."""
    offer = selectors.open_offer_for(request.user, pk)
    agreed = services.accept_offer(offer_id=offer.pk, user=request.user)
    if agreed.buyer_id == request.user.pk:
        return _to_payment(request, agreed.pk)
    messages.success(request, _("Agreed. The buyer was told, and you are told when it is paid for."))
    return redirect(agreed)


@login_required
@require_POST
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the payment of what was agreed."""
    return _to_payment(request, selectors.negotiation_for(request.user, pk).pk)


def _to_payment(request: HttpRequest, negotiation_id: int) -> HttpResponse:
    order = services.order_agreement(negotiation_id=negotiation_id, buyer=request.user)
    return redirect("payments:pay", order.number) if order.paid_at is None else redirect(order)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with another offer, filled with what is on the table."""
    offer = selectors.open_offer_for(request.user, pk)
    before = terms_of(offer)
    editor = OfferEditor(data=request.POST if request.method == "POST" else None, before=before)
    if request.method == "POST" and editor.is_valid():
        try:
            services.counter_offer(
                offer_id=offer.pk,
                user=request.user,
                terms=editor.terms(),
                valid_days=editor.valid_days,
                words=editor.words,
            )
        except DomainError as refusal:
            editor.refuse(refusal)
        else:
            messages.success(request, _("Sent. You are told what becomes of it."))
            return redirect(offer.negotiation)
    elif request.method != "POST" and not presenters.card(offer, request.user).can_answer:
        return redirect(offer.negotiation)
    context = {"editor": editor, "offer": offer, "negotiation": offer.negotiation, "is_counter": True}
    return render(request, "offers/offer_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, and why."""
    offer = selectors.open_offer_for(request.user, pk)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_offer(
                offer_id=offer.pk,
                user=request.user,
                reason=DeclineReason(form.cleaned_data["reason"]),
                words=form.cleaned_data["words"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Declined. The other side was told why."))
            return redirect(offer.negotiation)
    elif request.method != "POST" and not presenters.card(offer, request.user).can_answer:
        return redirect(offer.negotiation)
    context = {"form": form, "offer": offer}
    return render(request, "offers/offer_decline.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own offer back."""
    offer = selectors.open_offer_for(request.user, pk)
    services.withdraw_offer(offer_id=offer.pk, user=request.user)
    messages.success(request, _("Taken back. The other side was told."))
    return redirect(offer.negotiation)
