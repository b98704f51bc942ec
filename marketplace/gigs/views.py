"""The public page of a gig, and what a buyer does there."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from marketplace.gigs import selectors, services
from marketplace.gigs.page import gig_page


@require_GET
def detail(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The page of a gig; its seller sees the draft of it before it is live, and with `?draft=1` afterwards."""
    gig = selectors.get_public_gig(pk, request.user)
    if slug != gig.slug:
        return redirect(gig, permanent=True)
    if gig.category_id is None:  # a draft hardly begun, which only its seller gets to see
        return redirect("gigs:edit", gig.pk)
    page = gig_page(gig, user=request.user, wants_draft="draft" in request.GET)
    response = render(request, "gigs/gig_detail.html", {"page": page, "gig": page.gig})
    if page.is_draft:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """From the chosen radio of the order box to the checkout of that package."""
    package = selectors.get_bookable_package(pk, request.GET.get("package", ""))
    return redirect("payments:checkout", package.pk)


@require_POST
@login_required
def favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a gig or let it go: the heart alone to htmx, the page they came from to a plain form."""
    gig = selectors.get_favourable_gig(pk)
    kept = services.toggle_favourite(gig=gig, user=request.user)
    if request.htmx:
        # The heart with words stands on the gig's own page only; the round ones stand on cards.
        wide = (request.htmx.current_url_abs_path or "").partition("?")[0] == gig.get_absolute_url()
        context = {"gig_id": gig.pk, "title": gig.title, "kept": kept, "wide": wide}
        return render(request, "components/favourite.html", context)
    origin = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(origin, {request.get_host()}, require_https=request.is_secure()):
        return redirect(origin)
    return redirect(reverse("gigs:detail", args=[gig.pk, gig.slug]))
