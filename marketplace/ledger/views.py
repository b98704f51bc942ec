from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.http import require_safe

from marketplace.core.config import get_config
from marketplace.core.paging import key_of
from marketplace.ledger import escrow_proof, presenters, selectors, statement

PUBLISHED_SECONDS = 300
SHOWN_CLEARINGS = 10


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """What is available, what clears when, and the statement; its part alone to htmx."""
    wanted = statement.statement_of(
        request.user,
        period_key=request.GET.get("period", ""),
        movement=request.GET.get("movement", ""),
        older_than=key_of(request.GET, "older"),
        newer_than=key_of(request.GET, "newer"),
    )
    context = {
        "statement": wanted,
        "chips": presenters.chips(wanted.choice, wanted.totals),
        "years": presenters.periods(wanted.choice, wanted.span),
    }
    is_part = context["is_part"] = request.htmx and not request.htmx.history_restore_request
    if not is_part:
        wallet = selectors.wallet_of(request.user)
        context |= {
            "wallet": wallet,
            "is_earning": request.user.is_seller or wallet is not None,
            "clearings": selectors.waiting_clearings(wallet)[:SHOWN_CLEARINGS] if wallet else [],
            "waiting": selectors.waiting_figures(wallet) if wallet else None,
            "proof": selectors.latest_escrow_proof(),
        }
    response = render(request, "ledger/_statement.html" if is_part else "ledger/wallet_detail.html", context)
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


@require_safe
def escrow(request: HttpRequest) -> HttpResponse:
    """What is owed to people and the root that proves it, for everybody. Guests share one copy for some minutes."""
    if request.user.is_authenticated:
        return _escrow(request)
    return cache_page(PUBLISHED_SECONDS, cache="forgiving", key_prefix="escrow")(_escrow)(request)


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
