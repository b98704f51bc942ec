"""The evidence bundle of a dispute, for the two sides of its order."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.orders import dispute_selectors, services
from marketplace.orders.models import EvidenceBundle


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for it, or look how far it has come."""
    if request.method != "POST" and request.headers.get("HX-Request"):
        order = dispute_selectors.divided_order_for(request.user, number)
        newest = dispute_selectors.newest_bundle_of(order)
        return render(request, "orders/_bundle.html", {"order": order, "bundle": newest})
    dispute = dispute_selectors.dispute_for(request.user, number)
    if request.method == "POST":
        services.ask_for_bundle(dispute_id=dispute.pk, user=request.user)
    return redirect("orders:dispute", dispute.order.number)


@login_required
@require_safe
@cache_control(private=True, no_store=True)
def bundle_download(request: HttpRequest, number: str, bundle_id: int, ending: str) -> FileResponse:
    """The PDF or the ZIP, exactly as it was made."""
    return bundle_response(dispute_selectors.bundle_for(request.user, number, bundle_id), ending, number)


def bundle_response(found: EvidenceBundle, ending: str, number: str) -> FileResponse:
    """A ready bundle as a download. Raises Http404 for an ending that it has not."""
    file = {"pdf": found.pdf, "zip": found.archive}.get(ending)
    if not file:
        raise Http404
    name = f"jiangji-{number}-{found.archive_sha256[:8]}.{ending}"
    return FileResponse(file.open("rb"), as_attachment=True, filename=name)
