"""The public page of a gig, and what a buyer does there."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts import wechat_card
from marketplace.accounts.blocks import require_open
from marketplace.accounts.models import BlockScope
from marketplace.core import page_cache, pressed
from marketplace.gigs import counting, favourite_selectors, poster, selectors, services
from marketplace.gigs.drawn import gig_parts
from marketplace.gigs.errors import GigError
from marketplace.gigs.models import Gig
from marketplace.gigs.page import gig_page


@require_safe
def detail(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The page of a gig; its seller sees the draft of it before it is live, and with `?draft=1` afterwards."""
    try:
        gig = selectors.get_public_gig(pk, request.user)
    except Http404:
        return _paused(request, selectors.get_paused_gig(pk))
    if slug != gig.slug:
        return redirect(gig, permanent=True)
    if gig.category_id is None:  # a draft hardly begun, which only its seller gets to see
        return redirect("gigs:edit", gig.pk)
    # Filters of reviews make no page of their own (portal.context_processors).
    request.page_path = gig.get_absolute_url()
    page_cache.shows(f"seller:{gig.seller_id}")
    page = gig_page(gig, user=request.user, wants_draft="draft" in request.GET)
    if not page.is_owner:
        counting.opened(gig.pk)
    script = "" if page.is_draft else wechat_card.script_url(request.headers.get("User-Agent", ""))
    parts = gig_parts(page, has_poster=poster.can_draw(), is_in_wechat=bool(script))
    context = {"page": page, "parts": parts, "gig": page.gig, "wechat_script": script}
    response = render(request, "gigs/gig_detail.html", context)
    if script:
        # django-csp's own way: WeChat's script and nothing else of its host.
        response._csp_update = {"script-src": [script]}
    if page.is_draft:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _paused(request: HttpRequest, gig: Gig) -> HttpResponse:
    """What a link, a poster's code or a favourite leads to meanwhile. To a search engine it is gone: nothing is sold here."""
    context = {"gig": gig, "similar": selectors.similar_gigs(gig, user=request.user)}
    response = render(request, "gigs/gig_paused.html", context, status=404)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def poster_png(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The poster of a gig on sale, drawn once for the same content. That costs, so an address gets so many new ones a minute."""
    if not poster.can_draw():
        raise Http404
    wanted = poster.poster_of(selectors.get_gig_on_sale(pk))
    etag = f'"{wanted.key}"'
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    png = poster.kept(wanted)
    if png is None:
        # allauth's public function counts no GET.
        ratelimit.consume(request, app="allauth.account", action="poster", limit_get=True, raise_exception=True)
        png = poster.draw(wanted)
    headers = {
        "ETag": etag,
        "Cache-Control": "public, max-age=300",
        "Content-Disposition": f'inline; filename="jiangji-{pk}.png"',
    }
    return HttpResponse(png, content_type="image/png", headers=headers)


@require_safe
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """From the chosen radio of the order box to the checkout of that package."""
    package = selectors.get_bookable_package(pk, request.GET.get("package", ""))
    return redirect("payments:checkout", package.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a gig or let it go: the heart alone to htmx, the page they came from to a plain form.

    Who has to log in first comes back here, and then it is kept (core/pressed.py).
    """
    gig = selectors.get_gig_on_sale(pk)
    origin = pressed.came_from(request) or gig.get_absolute_url()
    if not request.user.is_authenticated:
        if request.method == "POST":  # perhaps to let it go: their session ended meanwhile
            return redirect_to_login(origin)
        message = _("Log in, and “%(title)s” is among your favourites.") % {"title": gig.title}
        return pressed.log_in_first(request, origin=origin, message=message)
    if request.method != "POST":
        before = pressed.take(request)
        if before is not None:
            return _keep(request, gig, before)
        messages.info(request, _("You are logged in now: press the heart again."))
        return redirect(origin)
    kept = services.toggle_favourite(gig=gig, user=request.user)
    if request.htmx:
        # The heart with words stands on the gig's own page only; the round ones stand on cards.
        wide = (request.htmx.current_url_abs_path or "").partition("?")[0] == gig.get_absolute_url()
        context = {"gig_id": gig.pk, "title": gig.title, "kept": kept, "wide": wide}
        return render(request, "components/favourite.html", context)
    return redirect(origin)


def _keep(request: HttpRequest, gig: Gig, origin: str) -> HttpResponse:
    require_open(request.user, BlockScope.WRITING)  # the middleware lets whoever reads pass
    try:
        services.keep_favourite(gig=gig, user=request.user)
    except GigError as refusal:  # who they were was not known before
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("“%(title)s” is among your favourites.") % {"title": gig.title})
    return redirect(origin)


@require_safe
@login_required
def favourites(request: HttpRequest) -> HttpResponse:
    """What this person keeps."""
    kept = favourite_selectors.kept_page(request.user, request.GET.get("page", "1"))
    return render(request, "gigs/favourite_list.html", {"kept": kept})


@require_POST
@login_required
def remove_favourite(request: HttpRequest, pk: int) -> HttpResponse:
    """Take something off the list that has no heart to press any more."""
    services.remove_favourite(gig_id=pk, user=request.user)
    messages.success(request, _("Removed from your favourites."))
    return redirect("gigs:favourites")
