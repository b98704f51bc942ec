from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marketplace.ledger import selectors


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """What is available, what clears when, and every line of the books that concerns this person."""
    wallet = selectors.wallet_of(request.user)
    page = Paginator(selectors.statement(request.user), 20).get_page(request.GET.get("page"))
    context = {
        "wallet": wallet,
        "clearings": selectors.waiting_clearings(wallet)[:10] if wallet else [],
        "page_obj": page,
    }
    return render(request, "ledger/wallet_detail.html", context)
