"""The platform's own money in Wagtail's admin: what is unexplained, our fees, withheld tax. One asks, a second approves."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.accounts.selectors import verified_real_names
from marketplace.core.absent import absent_is_404
from marketplace.core.sheets import Column, Fen, Sheet, SheetFormat, sheet_response
from marketplace.payments import own_money_selectors
from marketplace.payments.models import OwnMovement, OwnMovementKind
from marketplace.payments.own_money_forms import FeesForm, ResolveForm, TaxForm
from marketplace.payments.services import own_money as services


@permission_required("payments.view_ownmovement")
@require_safe
def own_money(request: HttpRequest) -> HttpResponse:
    """What there is, what waits for a second person, what is unexplained, and what was moved."""
    return _page(request)


@permission_required("payments.add_ownmovement")
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask that our fees go to our bank."""
    form = FeesForm(request.POST)
    if not form.is_valid():
        return _page(request, fees_form=form)
    data = form.cleaned_data
    services.ask_withdrawal(
        staff=request.user,
        gateway_code=data["gateway"],
        amount_fen=data["amount"],
        bank_reference=data["bank_reference"],
    )
    return _asked(request)


@permission_required("payments.add_ownmovement")
@require_POST
def remit(request: HttpRequest) -> HttpResponse:
    """Ask that withheld tax go to the tax office."""
    form = TaxForm(request.POST)
    if not form.is_valid():
        return _page(request, tax_form=form)
    data = form.cleaned_data
    services.ask_remittance(
        staff=request.user,
        gateway_code=data["gateway"],
        period=data["period"],
        bank_reference=data["bank_reference"],
    )
    return _asked(request)


@permission_required("payments.add_ownmovement")
@require_POST
def resolve(request: HttpRequest, difference_id: int) -> HttpResponse:
    """Ask that what is unexplained go where it belongs."""
    difference = get_object_or_404(own_money_selectors.suspense_items(), pk=difference_id)
    form = ResolveForm(request.POST, difference=difference)
    if not form.is_valid():
        return _page(request, resolve_form=form, resolved_id=difference_id)
    services.ask_resolution(
        staff=request.user,
        difference_id=difference_id,
        kind=OwnMovementKind(form.cleaned_data["way"]),
        seller=form.cleaned_data["seller"],
        note=form.cleaned_data["note"],
    )
    return _asked(request)


@permission_required("payments.change_ownmovement")
@require_POST
@absent_is_404(OwnMovement)
def approve(request: HttpRequest, movement_id: int) -> HttpResponse:
    """The second person agrees."""
    services.approve_own_movement(movement_id=movement_id, staff=request.user)
    messages.success(request, _("Approved, and in the books."))
    return redirect("payments_own_money")


@permission_required("payments.change_ownmovement")
@require_POST
@absent_is_404(OwnMovement)
def refuse(request: HttpRequest, movement_id: int) -> HttpResponse:
    """It is dropped."""
    services.refuse_own_movement(movement_id=movement_id, staff=request.user)
    messages.success(request, _("Refused. Nothing was booked."))
    return redirect("payments_own_money")


@permission_required("payments.view_taxyear")
@require_safe
def tax_lines(request: HttpRequest, movement_id: int) -> StreamingHttpResponse:
    """Whose tax a remittance is, seller by seller, for the declaration."""
    movement = get_object_or_404(OwnMovement, pk=movement_id, kind=OwnMovementKind.TAX_REMITTED)
    columns = [
        _("Seller"),
        pgettext("of a person", "Name"),
        _("Year"),
        _("Withheld in the year"),
        _("Remitted with this"),
    ]
    lines = list(own_money_selectors.remitted_lines(movement))
    names = verified_real_names(line.tax_year.user_id for line in lines)
    rows = (
        [
            line.tax_year.user_id,
            names.get(line.tax_year.user_id, ""),
            line.tax_year.year,
            Fen(line.tax_year.withheld_fen),
            Fen(line.amount_fen),
        ]
        for line in lines
    )
    name = f"tax-{movement.period}-{movement.reference}"
    sheet = Sheet(name, movement.period, [Column(column, 20) for column in columns], rows)
    return sheet_response(request, sheet, SheetFormat.CSV)


def _asked(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Noted. A second person has to approve it."))
    return redirect("payments_own_money")


def _page(
    request: HttpRequest,
    *,
    fees_form: FeesForm | None = None,
    tax_form: TaxForm | None = None,
    resolve_form: ResolveForm | None = None,
    resolved_id: int = 0,
) -> HttpResponse:
    """The page, with the form that was not filled in right, if there is one."""
    forms_of: list[tuple[object, forms.Form]] = [
        (item, resolve_form if resolve_form and item.pk == resolved_id else ResolveForm(difference=item))
        for item in own_money_selectors.suspense_items()[:100]
    ]
    context = {
        "money": own_money_selectors.own_money(),
        "waiting": own_money_selectors.movements_to_approve(),
        "suspense": forms_of,
        "fees_form": fees_form or FeesForm(auto_id="id_fees_%s"),
        "tax_form": tax_form or TaxForm(auto_id="id_tax_%s"),
        "page_obj": Paginator(own_money_selectors.movements(), 40).get_page(request.GET.get("page")),
    }
    return render(request, "payments/admin/own_money.html", context)
