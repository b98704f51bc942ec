"""The lists of what somebody bought and sold, their export and their calendar."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.core.sheets import SheetFormat, sheet_response
from marketplace.orders import lists
from marketplace.orders.calendar import month_of
from marketplace.orders.states import BUYER, SELLER

_TEMPLATES = {BUYER: "orders/order_list.html", SELLER: "orders/desk_list.html"}
_CALENDARS = {BUYER: "orders/order_calendar.html", SELLER: "orders/desk_calendar.html"}


@login_required
@require_safe
def order_list(request: HttpRequest, side: str) -> HttpResponse:
    """What this person bought, or sold."""
    wanted = lists.Wanted.read(side, request.GET)
    found = lists.order_list(request.user, wanted, page=request.GET.get("page"))
    context = {
        "list": found,
        "wanted": wanted,
        "page_obj": found.page,
        "groups": lists.GROUPS.items(),
        "sorts": [(value, label) for value, (label, _columns) in lists.SORTS.items()],
    }
    return render(request, _TEMPLATES[side], context)


@login_required
@require_safe
def order_export(request: HttpRequest, side: str) -> StreamingHttpResponse:
    """The same orders as a spreadsheet, all pages of them."""
    wanted = lists.Wanted.read(side, request.GET)
    return sheet_response(request, lists.order_sheet(request.user, wanted), SheetFormat.XLSX)


@login_required
@require_safe
def order_calendar(request: HttpRequest, side: str) -> HttpResponse:
    """What is due, by day."""
    return render(request, _CALENDARS[side], {"month": month_of(request.user, side, request.GET.get("month", ""))})
