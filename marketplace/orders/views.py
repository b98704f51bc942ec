"""An order's page, its action pages, its files. Each action is a page of its own, so that it works without script."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.orders import (
    automatic,
    money_box,
    order_parts,
    presenters,
    selectors,
    services,
    timeline,
    timeline_sources,
)
from marketplace.orders.forms import RefundForm
from marketplace.orders.models import Order
from marketplace.orders.services.requirements import can_answer


@login_required
@require_safe
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Where the order stands, what comes next, everything that happened."""
    order = selectors.order_for(request.user, number)
    is_buyer = order.buyer_id == request.user.pk
    stamp, stamp_tone = presenters.stamp(order, request.user)
    context = {
        "order": order,
        "is_buyer": is_buyer,
        "other": order.seller if is_buyer else order.buyer,
        "steps": presenters.steps(order),
        "next": presenters.next_thing(order, request.user, has_cleared=not is_buyer and selectors.has_cleared(order)),
        "stamp": stamp,
        "stamp_tone": stamp_tone,
        "outlook": automatic.outlook(order, request.user),
        "events": timeline.timeline(order, request.user, more=_said(request, order)),
        "money": money_box.money(order),
        "can_answer": is_buyer and can_answer(order),
        "cover_url": selectors.cover_url(order),
    }
    context |= order_parts.parts(order, request.user)
    return render(request, "orders/order_detail.html", context)


def _said(request: HttpRequest, order: Order) -> list[timeline.TimelineEntry]:
    # Staff who looks at the page as this person (accounts.viewing) reads no message.
    return [] if hasattr(request, "viewing") else timeline_sources.entries(order, request.user)


@dataclass(frozen=True)
class _Action:
    """One thing a person can do with an order: its page and its service."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    form: Callable[..., forms.Form]
    run: Callable[[Order, User, forms.Form], object]
    done: str | Promise
    tone: str = "primary"


_ACTIONS: dict[str, _Action] = {
    "accept": _Action(
        title=_("Accept and release the money"),
        text=_("The money goes to the seller and cannot be called back. Have you opened all the files?"),
        button=_("Accept and release the money"),
        form=forms.Form,
        run=lambda order, user, form: services.accept_delivery(order_id=order.pk, buyer=user),
        done=_("Accepted. The money is released."),
    ),
    "refund": _Action(
        title=_("Give back a part of the price"),
        text=_("The amount goes back to the buyer the way it came. This cannot be undone."),
        button=_("Give it back"),
        form=RefundForm,
        run=lambda order, user, form: services.refund_part(
            order_id=order.pk,
            actor=user,
            amount_fen=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
        ),
        done=_("Noted. The buyer gets the money back the way it came."),
    ),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def order_action(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One action: its form, what it means for money and time, and one button. A refusal keeps what was typed."""
    order = selectors.order_for(request.user, number)
    definition = _ACTIONS.get(action)
    if definition is None:
        raise Http404
    extra = {"order": order} if definition.form is RefundForm else {}
    form = definition.form(request.POST or None, **extra)
    if request.method == "POST":
        form = definition.form(request.POST, **extra)
        if form.is_valid():
            try:
                definition.run(order, request.user, form)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
            else:
                messages.success(request, definition.done)
                return redirect(order)
    elif action not in presenters.next_thing(order, request.user).actions:
        return redirect(order)
    context = {"order": order, "form": form, "action": definition, "cover_url": selectors.cover_url(order)}
    if isinstance(form, RefundForm):
        context |= _refund_terms(order, form)
    return render(request, "orders/order_action.html", context, status=200 if request.method != "POST" else 422)


def _refund_terms(order: Order, form: RefundForm) -> dict[str, object]:
    terms = money_box.refund_terms(order, typed_fen=form.typed_fen if form.is_bound else 0)
    is_short = terms.is_typed and not selectors.can_pay_back(order, terms.wallet_fen)
    return {"terms": terms, "is_short": is_short}


@login_required
@require_safe
def refund_preview(request: HttpRequest, number: str) -> HttpResponse:
    """Who bears a part refund, as its amount is typed."""
    order = selectors.order_for(request.user, number)
    if "refund" not in presenters.next_thing(order, request.user).actions:
        raise Http404
    form = RefundForm(request.GET, order=order)
    context = {"order": order, "problem": form.amount_problem} | _refund_terms(order, form)
    return render(request, "orders/_refund_terms.html", context)


@login_required
@require_safe
def requirement_file(request: HttpRequest, number: str, requirement_id: int) -> FileResponse:
    """A file of the requirements, always as a download."""
    found = selectors.requirement_file_for(request.user, number, requirement_id)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.file_name)
