"""Where a person finds the proofs of their own money. Here and not in the ledger, which does not know whose an order is."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.core.config import get_config
from marketplace.ledger.escrow_proof import proof_json
from marketplace.orders import proofs


@login_required
@require_safe
def proof_list(request: HttpRequest) -> HttpResponse:
    """The lines of one published day that concern this person, each with its proof to download."""
    days = list(proofs.days())
    chosen = next((day for day in days if day.day.isoformat() == request.GET.get("day")), days[0] if days else None)
    context = {
        "days": days,
        "chosen": chosen,
        "lines": proofs.lines_of(request.user, chosen) if chosen else [],
        "kept_days": get_config("ledger.escrow_proof_days"),
    }
    return render(request, "ledger/escrow_proof_list.html", context)


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def proof_download(request: HttpRequest, line_id: int) -> JsonResponse:
    """The proof of one line as a file."""
    line = proofs.line_for(request.user, line_id)
    response = JsonResponse(proof_json(line), json_dumps_params={"indent": 2, "ensure_ascii": False})
    name = f"jiangji-{line.proof.day.isoformat()}-{line.reference or line.kind}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
