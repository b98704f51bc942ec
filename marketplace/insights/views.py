from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from marketplace.accounts.models import Hat
from marketplace.accounts.services import wear_hat
from marketplace.insights import selectors
from marketplace.orders.presenters import stamp
from marketplace.reviews.levels.presenters import level_summary


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The first page of the seller desk."""
    if not request.user.is_seller:
        return redirect("accounts:become_seller")
    wear_hat(user=request.user, hat=Hat.SELLER)  # who comes to the desk is here as a seller, and is led back here
    desk = selectors.seller_desk(request.user)
    rows = [(order, stamp(order, request.user)) for order in desk.open_orders]
    return render(request, "insights/desk.html", {"desk": desk, "rows": rows, "level": level_summary(request.user)})
