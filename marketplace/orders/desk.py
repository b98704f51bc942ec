"""Pages of the staff desk: refunds that need a person. Inside Wagtail's admin; disputes have dispute_desk.py."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required

from marketplace.core.absent import absent_is_404
from marketplace.orders import selectors, services
from marketplace.orders.models import Refund


@permission_required("orders.change_refund")
@require_safe
def refund_list(request: HttpRequest) -> HttpResponse:
    """Refunds that a gateway refused."""
    return render(request, "orders/admin/refund_list.html", {"refunds": selectors.refunds_for_a_person()})


@permission_required("orders.change_refund")
@require_POST
@absent_is_404(Refund)
def refund_retry(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Let the job ask the gateway again."""
    services.retry_refund(refund_id=refund_id, staff=request.user)
    messages.success(request, _("The refund will be tried again within a minute."))
    return redirect("orders_refunds")
