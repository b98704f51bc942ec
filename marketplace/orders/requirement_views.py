"""The pages around the requirements: answering them, keeping a draft, beginning without them, adding to them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.core.rules import rule
from marketplace.orders import selectors, services
from marketplace.orders.models import Order
from marketplace.orders.requirement_forms import NoteForm, RequirementsForm, SkipForm
from marketplace.orders.services.requirements import NOTABLE_STATUSES, can_answer
from marketplace.orders.states import OrderStatus


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def requirements(request: HttpRequest, number: str) -> HttpResponse:
    """The questions, to be sent or to be kept for later. A refusal keeps what was typed."""
    order = selectors.order_for(request.user, number)
    is_draft = "draft" in request.POST
    form = RequirementsForm(request.POST or None, request.FILES or None, order=order, is_draft=is_draft)
    if request.method == "POST" and form.is_valid():
        act = services.save_requirements if is_draft else services.submit_requirements
        try:
            act(
                order_id=order.pk,
                buyer=request.user,
                answers=form.answers(),
                files=form.uploads(),
                dropped=form.dropped(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            kept = _("Kept. Only you see it, and no clock has started. Send it when it is complete.")
            if order.status != OrderStatus.AWAITING_REQUIREMENTS:
                kept = _("Kept. Only you see it. Send it when it is complete.")
            messages.success(request, kept if is_draft else _("Sent. The seller can start now."))
            return redirect(request.path if is_draft else order.get_absolute_url())
    elif request.method != "POST" and not (order.buyer_id == request.user.pk and can_answer(order)):
        return redirect(order)
    context = {"order": order, "form": form, "is_late": order.status != OrderStatus.AWAITING_REQUIREMENTS}
    return render(request, "orders/order_requirements.html", context, status=200 if request.method != "POST" else 422)


@dataclass(frozen=True)
class _Page:
    """A page with one form and one button (orders/order_action.html)."""

    title: Promise
    text: Promise
    button: Promise
    done: Promise
    form: type[forms.Form]
    is_open: Callable[[Order, User], bool]
    run: Callable[[Order, User, str], object]
    tone: str = "primary"


_SKIP = _Page(
    title=_("Begin without the requirements"),
    text=_(
        "Your delivery clock starts now, and the buyer is told. For %(hours)s hours the buyer can still send the requirements or "
        "cancel alone; you cannot deliver before that, unless the requirements come."
    ),
    button=_("Begin and start the clock"),
    done=_("The clock runs. The buyer was told."),
    form=SkipForm,
    is_open=lambda order, user: order.seller_id == user.pk and order.status == OrderStatus.AWAITING_REQUIREMENTS,
    run=lambda order, user, message: services.skip_requirements(order_id=order.pk, seller=user, message=message),
)
_NOTE = _Page(
    title=_("Add to the requirements"),
    text=_("The seller is told. The delivery time stays as it is."),
    button=_("Add it"),
    done=_("Added. The seller was told."),
    form=NoteForm,
    is_open=lambda order, user: order.buyer_id == user.pk and order.status in NOTABLE_STATUSES,
    run=lambda order, user, message: services.add_requirement_note(order_id=order.pk, buyer=user, message=message),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def skip(request: HttpRequest, number: str) -> HttpResponse:
    """The seller begins without answers."""
    return _one_form(request, number, _SKIP)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer adds something."""
    return _one_form(request, number, _NOTE)


def _one_form(request: HttpRequest, number: str, page: _Page) -> HttpResponse:
    order = selectors.order_for(request.user, number)
    form = page.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            page.run(order, request.user, form.cleaned_data["message"])
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, page.done)
            return redirect(order)
    elif request.method != "POST" and not page.is_open(order, request.user):
        return redirect(order)
    hours = rule(order.rules, "orders.second_thought_hours")
    action = replace(page, text=page.text % {"hours": hours})
    context = {"order": order, "form": form, "action": action, "cover_url": selectors.cover_url(order)}
    return render(request, "orders/order_action.html", context, status=200 if request.method != "POST" else 422)
