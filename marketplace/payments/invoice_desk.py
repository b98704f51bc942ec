"""Invoices in Wagtail's admin: what needs a person first, then all of them; the companies that issue their own."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from marketplace.core.absent import absent_is_404
from marketplace.orders.models import Order
from marketplace.payments import invoice_selectors
from marketplace.payments.invoice_forms import ReverseForm
from marketplace.payments.invoicing.files import download_name
from marketplace.payments.models import Invoice, InvoiceIssuer, InvoiceStatus
from marketplace.payments.services import invoices


class InvoiceIssuerIndex(IndexView):
    add_item_label = gettext_lazy("Add an issuing company")


class InvoiceIssuerViewSet(ModelViewSet):
    """Sellers' companies that have authorised our provider, noted by finance."""

    model = InvoiceIssuer
    icon = "doc-full"
    menu_label = gettext_lazy("Issuing companies")
    add_to_admin_menu = False
    index_view_class = InvoiceIssuerIndex
    list_display = [
        "name",
        Column("user", label=gettext_lazy("Seller")),
        "tax_number",
        Column(lambda issuer: _("Yes") if issuer.is_active else _("No"), label=gettext_lazy("May issue")),
        DateColumn("updated_at", label=gettext_lazy("Changed")),
    ]
    list_filter = ["is_active"]
    search_fields = ["name", "tax_number"]
    form_fields = ["user", "name", "tax_number", "tax_basis_points", "is_active"]


@permission_required("payments.view_invoice")
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """What does not go on by itself, then everything, by status or words."""
    group, words = request.GET.get("status", ""), request.GET.get("q", "")
    found = invoice_selectors.invoices_for_finance(group=group, words=words)
    context = {
        "problems": invoice_selectors.invoices_that_need_a_person()[:100],
        "page_obj": Paginator(found, 40).get_page(request.GET.get("page")),
        "statuses": InvoiceStatus.choices,
        "group": group,
        "words": words,
        "may_change": request.user.has_perm("payments.change_invoice"),
        "may_see_issuers": request.user.has_perm("payments.view_invoiceissuer"),
    }
    return render(request, "payments/admin/invoice_list.html", context)


@permission_required("payments.view_invoice")
@require_safe
def invoice_file(request: HttpRequest, invoice_id: int) -> FileResponse:
    """The PDF of any invoice."""
    found = invoice_selectors.document_for_staff(request.user, invoice_id)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=download_name(found))


@permission_required("payments.change_invoice")
@require_POST
@absent_is_404(Order, Invoice)
def invoice_retry(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Let the jobs try again now."""
    invoices.retry_invoice(invoice_id=invoice_id, staff=request.user)
    messages.success(request, _("It will be tried again within a minute."))
    return redirect("payments_invoices")


@permission_required("payments.change_invoice")
@require_POST
@absent_is_404(Order, Invoice)
def invoice_reverse(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Take an issued invoice back."""
    form = ReverseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why: it stands on the red-letter invoice, and its recipient reads it."))
        return redirect("payments_invoices")
    invoices.reverse_by_hand(invoice_id=invoice_id, staff=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("The red-letter invoice is issued within a minute, with your name noted."))
    return redirect("payments_invoices")
