"""Sellers' numbers at the institutions in Wagtail's admin: one of finance writes one down, a second one agrees."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core.absent import absent_is_404
from marketplace.payments import sub_merchant_selectors as selectors
from marketplace.payments.custody_forms import ReasonForm, SearchForm, SubMerchantForm
from marketplace.payments.models import SubMerchant, SubMerchantStatus
from marketplace.payments.services import sub_merchants as services


@permission_required("payments.view_submerchant")
@require_safe
def sub_merchant_list(request: HttpRequest) -> HttpResponse:
    """What waits for a second person or its day, what is in use, and the sellers a search finds."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    sellers = selectors.sellers_matching(text)
    context = {
        "form": form,
        "text": text,
        "sellers": sellers,
        "waiting": selectors.sub_merchants_to_come(),
        "page_obj": Paginator(selectors.sub_merchants_known(text, sellers=sellers), 40).get_page(
            request.GET.get("page")
        ),
    }
    return render(request, "payments/admin/sub_merchant_list.html", context)


@permission_required("payments.add_submerchant")
@require_http_methods(["GET", "HEAD", "POST"])
def sub_merchant_ask(request: HttpRequest, user_id: int) -> HttpResponse:
    """Write down the number of one seller."""
    seller = selectors.seller_of_number(user_id)
    form = SubMerchantForm(request.POST or None)
    if form.is_valid():
        services.ask_sub_merchant(
            staff=request.user,
            user=seller,
            gateway_code=form.cleaned_data["gateway"],
            sub_merchant_id=form.cleaned_data["number"],
        )
        messages.success(request, _("Noted. It is not used before a second person has agreed."))
        return redirect("payments_sub_merchants")
    context = {"form": form, "seller": seller, "numbers": selectors.numbers_of(seller)}
    return render(request, "payments/admin/sub_merchant_ask.html", context)


@permission_required("payments.change_submerchant")
@require_POST
@absent_is_404(SubMerchant)
def sub_merchant_approve(request: HttpRequest, sub_merchant_id: int) -> HttpResponse:
    """The second person agrees."""
    row = services.approve_sub_merchant(sub_merchant_id=sub_merchant_id, staff=request.user)
    if row.status == SubMerchantStatus.ACTIVE:
        messages.success(request, _("Agreed. The number is in use."))
    else:
        messages.success(
            request, _("Agreed. The number is used once its day has passed; the old one stays until then.")
        )
    return redirect("payments_sub_merchants")


@permission_required("payments.change_submerchant")
@require_POST
@absent_is_404(SubMerchant)
def sub_merchant_refuse(request: HttpRequest, sub_merchant_id: int) -> HttpResponse:
    """It is dropped before it was used."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why. Nothing was changed."))
        return redirect("payments_sub_merchants")
    services.refuse_sub_merchant(
        sub_merchant_id=sub_merchant_id, staff=request.user, reason=form.cleaned_data["reason"]
    )
    messages.success(request, _("Refused. The number is not used."))
    return redirect("payments_sub_merchants")


@permission_required("payments.change_submerchant")
@require_POST
@absent_is_404(SubMerchant)
def sub_merchant_close(request: HttpRequest, sub_merchant_id: int) -> HttpResponse:
    """The institution has closed the account."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why. Nothing was changed."))
        return redirect("payments_sub_merchants")
    services.close_sub_merchant(sub_merchant_id=sub_merchant_id, staff=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("Closed. No new payment lands there; what lies there is settled as usual."))
    return redirect("payments_sub_merchants")
