"""Parts of pages that are one visitor's own, fetched after the page: so the page itself can be kept for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cms_pages.coupons import coupon_of, coupon_terms
from marketplace.discovery.recommending.for_you import for_you
from marketplace.orders.kept_coupons import keep_coupon, kept_codes

_MOST_CARDS = 12


@never_cache
@require_safe
def personal_row(request: HttpRequest, count: int) -> HttpResponse:
    """The cards recommended to whoever is logged in; nothing to swap for strangers and when there are none."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    row = for_you(request.user, limit=min(count, _MOST_CARDS))
    if not row.shown:
        return HttpResponse(status=204)
    htmx = getattr(request, "htmx", None)
    back = (htmx.current_url_abs_path if htmx else None) or "/"
    return render(request, "cms_pages/_personal_row.html", {"row": row, "back": back.partition("?")[0]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def coupon(request: HttpRequest, token: str) -> HttpResponse:
    """A coupon to take. It is kept in the session, and the checkout fills it in; taking it twice changes nothing."""
    found = coupon_of(token)
    if found is None:
        raise Http404
    terms = coupon_terms(found)
    if request.method == "POST" and terms is not None:
        keep_coupon(request.session, found)
    is_part = bool(getattr(request, "htmx", False))
    if request.method == "POST" and not is_part:
        return redirect(request.path)
    context = {
        "terms": terms,
        "address": request.path,
        "is_taken": found.code in kept_codes(request.session),
        "just_taken": request.method == "POST",
    }
    return render(request, "cms_pages/_coupon_take.html" if is_part else "cms_pages/coupon.html", context)
