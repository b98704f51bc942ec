from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.http import require_safe

from marketplace.core.config import get_config
from marketplace.ledger import escrow_proof, selectors

PUBLISHED_SECONDS = 300


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


@require_safe
def escrow(request: HttpRequest) -> HttpResponse:
    """What is owed to people and the root that proves it, for everybody. Guests share one copy for some minutes."""
    if request.user.is_authenticated:
        return _escrow(request)
    return cache_page(PUBLISHED_SECONDS, key_prefix="escrow")(_escrow)(request)


def _escrow(request: HttpRequest) -> HttpResponse:
    context = {
        "proof": selectors.latest_escrow_proof(),
        "page_obj": Paginator(selectors.escrow_proofs(), 30).get_page(request.GET.get("page")),
        "kept_days": get_config("ledger.escrow_proof_days"),
    }
    return render(request, "ledger/escrow.html", context)


@require_safe
@cache_control(public=True, max_age=86_400)
def escrow_day(request: HttpRequest, day: str) -> JsonResponse:
    """A published day as JSON. It never changes."""
    return JsonResponse(escrow_proof.published_json(selectors.escrow_proof_of(day)), json_dumps_params={"indent": 2})
