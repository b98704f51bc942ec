"""What the two sides change about an order together, the buyer's pause, and tips. Each is a page with one button."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.core.rules import rule
from marketplace.orders import delivery_selectors, order_parts, selectors, services, tip_rules
from marketplace.orders.delivery_forms import DiscountForm, ExtendForm, OneMoreRevisionForm, SupplementForm, TipForm
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.extending import extended_due_at
from marketplace.orders.models import Order, OrderKind, ProposalKind
from marketplace.orders.proposal_cards import with_revisions
from marketplace.orders.states import OrderStatus, ProposalStatus


@dataclass(frozen=True)
class _Change:
    """One thing that somebody can do: its page (order_action.html) and its service."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    form: Callable[..., Any]
    run: Callable[[Order, User, Any], object]
    done: str | Promise
    tone: str = "primary"
    needs_order: bool = False


def _proposes(kind: ProposalKind) -> Callable[[Order, User, Any], object]:
    def run(order: Order, user: User, form: Any) -> object:
        data = form.cleaned_data
        return services.propose(
            order_id=order.pk,
            user=user,
            kind=kind,
            message=data["message"],
            days=data.get("days"),
            amount_fen=data.get("amount"),
        )

    return run


_CHANGES: dict[str, _Change] = {
    "extend": _Change(
        title=_("Ask for more time"),
        text=_("It is due on %(due)s. Later only if the buyer agrees; without an answer nothing changes."),
        button=_("Ask the buyer"),
        form=ExtendForm,
        run=_proposes(ProposalKind.EXTEND),
        done=_("The buyer was asked. Until there is an answer, the promised time counts."),
    ),
    "discount": _Change(
        title=_("Offer a lower price"),
        text=_(
            "For less work than was agreed, for example. If the buyer accepts, the difference goes back to the buyer,"
            " and you are paid the rest after acceptance."
        ),
        button=_("Make the offer"),
        form=DiscountForm,
        run=_proposes(ProposalKind.DISCOUNT),
        done=_("The buyer was asked. Until there is an answer, the price stays as it is."),
        needs_order=True,
    ),
    "supplement": _Change(
        title=_("Propose additional work"),
        text=_(
            "What goes beyond this order becomes an order of its own, with its own price, days and acceptance. It begins"
            " when the other side agrees and the buyer has paid into escrow. %(with_revisions)s"
        ),
        button=_("Propose it"),
        form=SupplementForm,
        run=_proposes(ProposalKind.SUPPLEMENT),
        done=_("The other side was asked."),
    ),
    "one-more-revision": _Change(
        title=_("Ask for one more revision"),
        text=_(
            "All revisions of this order are used up. The seller may give one more for nothing, or propose it as additional"
            " work. The acceptance clock goes on until then."
        ),
        button=_("Ask the seller"),
        form=OneMoreRevisionForm,
        run=_proposes(ProposalKind.REVISION),
        done=_("The seller was asked."),
    ),
    "pause": _Change(
        title=_("Take more time to look"),
        text=_(
            "Automatic acceptance is put off by %(days)s days, to %(until)s, once for this order, and the seller is told. You"
            " can still accept, ask for a revision or open a dispute at any time."
        ),
        button=_("Put it off"),
        form=forms.Form,
        run=lambda order, user, form: services.pause_acceptance(order_id=order.pk, buyer=user),
        done=_("Put off. Take your time."),
    ),
    "tip": _Change(
        title=_("Give a tip"),
        text=_("It is the seller's as soon as it is paid. Nobody expects one. You can give one until %(until)s."),
        button=_("Go to payment"),
        form=TipForm,
        run=lambda order, user, form: services.give_tip(
            order_id=order.pk, buyer=user, amount_fen=form.amount_fen, message=form.cleaned_data["message"]
        ),
        done="",
        needs_order=True,
    ),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """One change: its form, what it means for money and time, one button. A refusal keeps what was typed."""
    order = selectors.order_for(request.user, number)
    definition = _CHANGES.get(action)
    if definition is None:
        raise Http404
    extra = {"order": order} if definition.needs_order else {}
    form = definition.form(request.POST if request.method == "POST" else None, **extra)
    if request.method == "POST":
        if form.is_valid():
            try:
                done = definition.run(order, request.user, form)
            except DomainError as refusal:
                form.add_error(None, refusal.message)
            else:
                if isinstance(done, Order) and done.kind == OrderKind.TIP:
                    return redirect("payments:pay", done.number)
                messages.success(request, definition.done)
                return redirect(order)
    elif action not in order_parts.possible_changes(order, request.user, delivery_selectors.proposals_of(order)):
        if action == "tip" and tip_rules.is_too_late(order):
            messages.info(request, OrderError(OrderErrorCode.TIP_TOO_LATE, days=tip_rules.days(order)).message)
        return redirect(order)
    definition = replace(definition, text=str(definition.text) % _moments(order))
    context = {"order": order, "form": form, "action": definition}
    if action == "extend":
        context |= {"preview": reverse("orders:extend_preview", args=[order.number]), "new_due": _new_due(order, form)}
    return render(request, "orders/order_action.html", context, status=200 if request.method != "POST" else 422)


def _moments(order: Order) -> dict[str, str]:
    """Days and moments that the sentences of the pages name; "" for what an order in this state has not."""
    pause = rule(order.rules, "orders.acceptance_pause_days")
    until = order.auto_accept_at + timedelta(days=pause) if order.auto_accept_at else None
    if order.completed_at is not None:
        until = tip_rules.ends_at(order)
    return {
        "days": str(pause),
        "until": _moment(until),
        "due": _moment(order.due_at),
        "with_revisions": with_revisions(order),
    }


def _moment(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), gettext("j F, H:i")) if moment else ""


def _new_due(order: Order, form: Any) -> str:
    """Until when it would be due with the typed days; "" while none can be read."""
    days = form.cleaned_data.get("days") if form.is_bound and (form.is_valid() or "days" not in form.errors) else None
    return _moment(extended_due_at(order, days)) if days else ""


@login_required
@require_safe
def extend_preview(request: HttpRequest, number: str) -> HttpResponse:
    """What the typed days would make of the date, while they are typed."""
    order = selectors.order_for(request.user, number)
    if "extend" not in order_parts.possible_changes(order, request.user, delivery_selectors.proposals_of(order)):
        raise Http404
    return render(request, "orders/_new_due.html", {"new_due": _new_due(order, ExtendForm(request.GET))})


_ANSWERS: dict[str, tuple[Callable[..., Any], str | Promise]] = {
    "accept": (services.accept_proposal, _("Agreed.")),
    "decline": (services.decline_proposal, _("Declined. Nothing has changed.")),
    "withdraw": (services.withdraw_proposal, _("Taken back.")),
}


@login_required
@require_POST
def answer(request: HttpRequest, number: str, proposal_id: int, reply: str) -> HttpResponse:
    """Yes, no, or never mind."""
    proposal = delivery_selectors.proposal_for(request.user, number, proposal_id)
    if reply not in _ANSWERS:
        raise Http404
    service, done = _ANSWERS[reply]
    try:
        answered = service(proposal_id=proposal.pk, user=request.user)
    except DomainError as refusal:  # it is over, or no longer fits: the order's page shows what there is
        messages.error(request, refusal.message)
        return redirect(proposal.order)
    messages.success(request, done)
    if answered.kind == ProposalKind.SUPPLEMENT and answered.status == ProposalStatus.ACCEPTED:
        placed = delivery_selectors.supplement_to_pay(request.user, answered)
        if placed is not None and placed.status == OrderStatus.PENDING_PAYMENT:
            return redirect("payments:pay", placed.number)
    return redirect(answered.order)
