"""Custody in Wagtail's admin: sellers' accounts at the institutions, settlements that need a person, freezes that end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.auth import permission_required
from wagtail.admin.viewsets.model import ModelViewSet

from marketplace.payments import selectors
from marketplace.payments.models import SubMerchant
from marketplace.payments.services import custody


class SubMerchantViewSet(ModelViewSet):
    """Under which number an institution knows a seller: noted by finance once it has approved them."""

    model = SubMerchant
    icon = "key"
    menu_label = gettext_lazy("Sellers' custody accounts")
    add_to_admin_menu = False
    list_display = ["user", "gateway", "sub_merchant_id", "status", "updated_at"]
    list_filter = ["gateway", "status"]
    search_fields = ["sub_merchant_id"]
    form_fields = ["user", "gateway", "sub_merchant_id", "status"]


@permission_required("payments.view_settlement")
@require_safe
def settlement_list(request: HttpRequest) -> HttpResponse:
    """Settlements that an institution refused, and held payments whose freeze ends soon."""
    context = {"settlements": selectors.stuck_settlements(), "ending": selectors.payments_near_freeze_end()}
    return render(request, "payments/admin/settlement_list.html", context)


@permission_required("payments.change_settlement")
@require_POST
def settlement_retry(request: HttpRequest, settlement_id: int) -> HttpResponse:
    """Let the job ask the institution again."""
    custody.retry_settlement(settlement_id=settlement_id, staff=request.user)
    messages.success(request, _("The settlement will be tried again within a minute."))
    return redirect("payments_settlements")
