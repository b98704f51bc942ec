"""Invoices: the pages of whoever they are for, and of the seller in whose name they were issued."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from marketplace.orders.selectors import order_for
from marketplace.payments import invoice_selectors
from marketplace.payments.errors import InvoiceError, InvoiceErrorCode
from marketplace.payments.invoice_forms import InvoiceForm
from marketplace.payments.invoicing.files import download_name
from marketplace.payments.services import invoices


@login_required
@require_safe
def invoice_list(request: HttpRequest) -> HttpResponse:
    """All invoices of a person, reversals and those in their name among them."""
    page = Paginator(invoice_selectors.invoices_of(request.user), 20).get_page(request.GET.get("page"))
    return render(request, "payments/invoice_list.html", {"page_obj": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_request(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the invoice of one's side of an order: who issues it, how much, for whom."""
    order = order_for(request.user, number)
    form = InvoiceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        invoice = invoices.request_invoice(
            user=request.user,
            order_id=order.pk,
            title=form.invoice_title(),
            request_key=form.cleaned_data["request_key"],
        )
        messages.success(request, _("Asked for. It is usually here within minutes; we tell you."))
        return redirect(invoice)
    last = invoice_selectors.last_invoice(order, request.user)
    try:
        issuer, amount_fen = invoices.check_invoice_request(order=order, user=request.user)
    except InvoiceError as refusal:
        if refusal.code == InvoiceErrorCode.ALREADY_ASKED and last is not None:
            return redirect(last)
        messages.info(request, refusal.message)
        return redirect(order)
    context = {
        "order": order,
        "form": form,
        "issuer": issuer,
        "amount_fen": amount_fen,
        "kind": invoice_selectors.kind_for(order, request.user),
        "refused": last if last is not None and last.status == "failed" else None,
        "is_demo": not invoices.issues_tax_documents(),
    }
    return render(request, "payments/invoice_form.html", context)


@login_required
@require_safe
def invoice(request: HttpRequest, reference: str) -> HttpResponse:
    """Where one invoice stands. As long as something goes on, its page asks again by itself."""
    found = invoice_selectors.own_invoice(request.user, reference)
    if request.htmx:
        return HttpResponse(status=204) if found.is_under_way else HttpResponseClientRefresh()
    # Whoever it is not for only reads it: the card is about their own side of the order.
    is_own = found.recipient_id == request.user.pk
    context = {
        "invoice": found,
        "is_own": is_own,
        "reversal_is_due": invoice_selectors.reversal_is_due(found),
        "card": invoice_selectors.invoice_card(found.order, request.user) if is_own else None,
    }
    return render(request, "payments/invoice_detail.html", context)


@login_required
@require_safe
def invoice_file(request: HttpRequest, reference: str) -> FileResponse:
    """Its PDF, as a download."""
    found = invoice_selectors.own_document(request.user, reference)
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=download_name(found))
