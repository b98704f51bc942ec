"""A dispute's pages for the two sides of its order. Each form is a plain POST, so that all of it works without script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.models import User
from marketplace.core.errors import DomainError
from marketplace.core.money import yuan_text
from marketplace.orders import dispute_page, dispute_selectors, presenters, selectors, services
from marketplace.orders.delivery_access import is_held_back
from marketplace.orders.dispute_forms import AnswerForm, AppealForm, DisputeOpenForm, EvidenceForm, SplitForm
from marketplace.orders.models import Dispute, Order
from marketplace.orders.states import BUYER, SELLER


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispute_open(request: HttpRequest, number: str) -> HttpResponse:
    """Why, what is wanted, the story, the evidence; and what happens then."""
    order = selectors.order_for(request.user, number)
    if request.method != "POST" and "dispute" not in presenters.next_thing(order, request.user).actions:
        return redirect(order)
    side = BUYER if order.buyer_id == request.user.pk else SELLER
    first = {"wanted": yuan_text(order.kept_fen if side == BUYER else 0)}
    form = DisputeOpenForm(request.POST or None, request.FILES or None, order=order, side=side, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_dispute(
                order_id=order.pk,
                user=request.user,
                reason=form.cleaned_data["reason"],
                reason_code=form.cleaned_data["reason_code"],
                wanted_fen=form.cleaned_data["wanted"],
                files=form.cleaned_data["files"],
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The dispute is open. The other side was told and asked for its view."))
            return redirect("orders:dispute", order.number)
    context = {"order": order, "form": form, "is_buyer": side == BUYER}
    return render(request, "orders/dispute_open.html", context, status=200 if request.method != "POST" else 422)


@login_required
@require_safe
def dispute_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Where the dispute stands, its clock, proposals, evidence, what was said and decided."""
    return _page(request, dispute_selectors.dispute_for(request.user, number))


def _page(request: HttpRequest, dispute: Dispute, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    order = dispute.order
    page = dispute_page.page_of(dispute, request.user)
    first_fen = dispute_page.first_refund_fen(dispute, request.user)
    typed = bound or {}
    split = typed.get("propose") or SplitForm(order=order, initial={"refund": yuan_text(first_fen)})
    assert isinstance(split, SplitForm)  # noqa: S101 narrows the type
    typed_fen = split.typed_fen if split.is_bound else None
    context = {
        "dispute": dispute,
        "order": order,
        "page": page,
        "next": page.next,
        "split_form": split,
        "sums": dispute_page.sums_of(order, first_fen if typed_fen is None else typed_fen),
        "answer_form": typed.get("answer") or AnswerForm(order=order),
        "evidence_form": typed.get("add") or EvidenceForm(),
        "appeal_form": typed.get("appeal") or AppealForm(),
        "bundle": next(iter(dispute.bundles.all()), None),
        "delivered": [
            (delivery, file, is_held_back(order, delivery, file, request.user))
            for delivery in order.deliveries.all()
            for file in delivery.files.all()
        ],
    }
    return render(request, "orders/dispute_detail.html", context, status=422 if bound else 200)


@dataclass(frozen=True)
class _Act:
    """One thing a side does on the page."""

    run: Callable[[Order, User, Any], object]
    done: str | Promise
    form: Callable[..., forms.Form] | None = None
    needs_order: bool = False


def _propose(order: Order, user: User, data: Any) -> object:
    return services.propose_split(order_id=order.pk, user=user, refund_fen=data["refund"], message=data["message"])


def _answer(order: Order, user: User, data: Any) -> object:
    return services.answer_dispute(
        order_id=order.pk, user=user, text=data["text"], wanted_fen=data["wanted"], files=data["files"]
    )


def _add(order: Order, user: User, data: Any) -> object:
    return services.add_evidence(order_id=order.pk, user=user, text=data["text"], files=data["files"])


def _appeal(order: Order, user: User, data: Any) -> object:
    return services.appeal_decision(order_id=order.pk, user=user, text=data["text"], files=data["files"])


_ACTS: dict[str, _Act] = {
    "propose": _Act(_propose, _("Proposed. The other side was told."), SplitForm, needs_order=True),
    "answer": _Act(
        _answer,
        _("Sent. You can still agree yourselves; a mediator reads it and decides if you do not."),
        AnswerForm,
        needs_order=True,
    ),
    "add": _Act(_add, _("Added. The other side and the mediator see it."), EvidenceForm),
    "appeal": _Act(_appeal, _("Appealed. Another mediator looks at it."), AppealForm),
    "accept": _Act(
        lambda order, user, data: services.accept_decision(order_id=order.pk, user=user),
        _("Accepted. The money moves as soon as the other side accepts too, or the time is over."),
    ),
    "withdraw": _Act(
        lambda order, user, data: services.withdraw_dispute(order_id=order.pk, user=user),
        _("Taken back. The order goes on where it stood."),
    ),
}


@login_required
@require_POST
def dispute_act(request: HttpRequest, number: str, act: str) -> HttpResponse:
    """One form of the page. What cannot be done keeps what was typed; other refusals go back with their sentence."""
    dispute = dispute_selectors.dispute_for(request.user, number)
    order, deed = dispute.order, _ACTS.get(act)
    if deed is None:
        raise Http404
    data: Any = None
    if deed.form is not None:
        extra = {"order": order} if deed.needs_order else {}
        form = deed.form(request.POST, request.FILES, **extra)
        if not form.is_valid():
            return _page(request, dispute, {act: form})
        data = form.cleaned_data
        try:
            deed.run(order, request.user, data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            return _page(request, dispute, {act: form})
    else:
        deed.run(order, request.user, data)
    messages.success(request, deed.done)
    return redirect("orders:dispute", order.number)


_SPLIT_ANSWERS = {
    "accept": (services.accept_split, _("Agreed. The money moves exactly so.")),
    "decline": (services.decline_split, _("Declined. The other side was told.")),
    "withdraw": (services.withdraw_split, _("Taken back.")),
}


@login_required
@require_POST
def split_answer(request: HttpRequest, number: str, proposal_id: int, answer: str) -> HttpResponse:
    """Accept, decline or take back a proposed division."""
    order = dispute_selectors.dispute_for(request.user, number).order
    if answer not in _SPLIT_ANSWERS:
        raise Http404
    act, done = _SPLIT_ANSWERS[answer]
    act(order_id=order.pk, proposal_id=proposal_id, user=request.user)
    messages.success(request, done)
    return redirect("orders:dispute", order.number)


@login_required
@require_safe
def split_preview(request: HttpRequest, number: str) -> HttpResponse:
    """What each side would get, as the amount is moved or typed."""
    order = dispute_selectors.divided_order_for(request.user, number)
    form = SplitForm(request.GET, order=order)
    typed_fen = form.typed_fen
    context = {
        "order": order,
        "is_buyer": order.buyer_id == request.user.pk,
        "problem": "" if typed_fen is not None else form.errors["refund"][0],
        "sums": dispute_page.sums_of(order, typed_fen or 0),
    }
    return render(request, "orders/_split_sums.html", context)


@login_required
@require_safe
def dispute_file(request: HttpRequest, number: str, file_id: int) -> FileResponse:
    """A file of the evidence, always as a download: nothing of it may run in our origin."""
    found = dispute_selectors.dispute_file_for(request.user, number, file_id)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
