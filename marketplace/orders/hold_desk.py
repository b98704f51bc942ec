"""Pages of the staff desk: orders that a court or an authority needs, so that nothing of them is removed."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.auth import permission_required

from marketplace.accounts.models import User
from marketplace.core.absent import absent_is_404
from marketplace.core.errors import DomainError
from marketplace.orders import selectors, services
from marketplace.orders.forms import HoldForm, ReleaseForm
from marketplace.orders.models import Order, OrderHold
from marketplace.orders.services.holds import PERMISSION


@permission_required(PERMISSION)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_list(request: HttpRequest) -> HttpResponse:
    """What is kept and for whom, and a form for one more."""
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"]
        try:
            services.hold_order(number=number, staff=cast(User, request.user), reason=form.cleaned_data["reason"])
        except Order.DoesNotExist:
            form.add_error("number", _("There is no order with this number."))
        except DomainError as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("Order %(number)s is kept.") % {"number": number})
            return redirect("orders_holds")
    status = 422 if form.errors else 200
    return render(
        request, "orders/admin/hold_list.html", {"form": form, "holds": selectors.open_holds()}, status=status
    )


@permission_required(PERMISSION)
@require_POST
@absent_is_404(OrderHold)
def hold_release(request: HttpRequest, hold_id: int) -> HttpResponse:
    """One does not need it any more. It goes when its time is over, unless somebody else needs it."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it is no longer needed: that stands in the staff log."))
        return redirect("orders_holds")
    try:
        hold = services.release_hold(
            hold_id=hold_id, staff=cast(User, request.user), reason=form.cleaned_data["reason"]
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("orders_holds")
    number = hold.order.number
    if selectors.open_holds().filter(order=hold.order).exists():
        messages.success(request, _("Released. Order %(number)s is still kept for others.") % {"number": number})
    else:
        messages.success(request, _("Order %(number)s is no longer kept for anybody.") % {"number": number})
    return redirect("orders_holds")
