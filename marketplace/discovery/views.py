"""The search page and the suggestions below its box."""

from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from marketplace.discovery.analytics.pages import record_when_sent
from marketplace.discovery.page import search_page
from marketplace.discovery.params import query_string, read_request
from marketplace.discovery.suggestions import suggest as suggestions_for


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Results for an address: the whole page, or the part that changes to htmx."""
    wanted = read_request(request.GET)
    started = perf_counter()
    page = search_page(wanted, user=request.user, explain=request.GET.get("explain") == "1")
    if not page.cards and page.result.total:
        # A page past the end, from an old link.
        return redirect(reverse("discovery:search") + page.clear_url)
    took_ms = round((perf_counter() - started) * 1000)
    is_part = request.htmx and not request.htmx.history_restore_request
    address = reverse("discovery:search") + query_string(page.request)
    context = {"page": page, "address": address, "q": wanted.query}
    response = render(request, "discovery/_results.html" if is_part else "discovery/search.html", context)
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    if is_part:
        # The form sends empty fields too; the address that people copy is the short one.
        response.headers["HX-Push-Url"] = address
    record_when_sent(request, response, page, took_ms=took_ms)
    return response


@require_GET
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the list below the search box."""
    context = {"suggestions": suggestions_for(request.GET.get("q", ""))}
    return render(request, "components/suggestions.html", context)
