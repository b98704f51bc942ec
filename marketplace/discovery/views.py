"""The search page and the suggestions below its box."""

from dataclasses import replace
from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from marketplace.discovery.analytics.pages import record_when_sent
from marketplace.discovery.limits import limit_searches
from marketplace.discovery.page import search_page
from marketplace.discovery.params import query_string, read_request, unread_prices
from marketplace.discovery.structured import head_of
from marketplace.discovery.suggestions import suggest as suggestions_for


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for an address: the whole page, or the part that changes to htmx."""
    wanted = read_request(request.GET)
    limit_searches(request, action="search_far" if wanted.through else "search")
    is_below = request.htmx.target == "cards"
    started = perf_counter()
    page = search_page(wanted, user=request.user, explain=request.GET.get("explain") == "1", is_below=is_below)
    if page.last_page < page.request.page and not page.cards:
        # From an old link: there are fewer by now.
        last = query_string(replace(page.request, page=page.last_page, through=0))
        return redirect(reverse("discovery:search") + last)
    took_ms = round((perf_counter() - started) * 1000)
    is_part = request.htmx and not request.htmx.history_restore_request
    address = reverse("discovery:search") + query_string(page.request)
    if page.is_landing:
        # Its translations are named by the short address too, whatever else was written into this one.
        request.page_path = address
    context = {
        "page": page,
        "address": address,
        "q": wanted.query,
        "unread": unread_prices(request.GET),
        **head_of(page, address),
    }
    template = "discovery/_more.html" if is_below else "discovery/_results.html" if is_part else "discovery/search.html"
    response = render(request, template, context)
    response.headers["Vary"] = "HX-Request, HX-Target, Cookie, Accept-Language"
    if is_below:
        # Who comes back from a service is where they were, with all that stood above; going back leads out of the search.
        response.headers["HX-Replace-Url"] = reverse("discovery:search") + query_string(page.together)
    elif is_part:
        # The form sends empty fields too; the address that people copy is the short one.
        response.headers["HX-Push-Url"] = address
    record_when_sent(request, response, page, took_ms=took_ms)
    return response


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the list below the search box."""
    limit_searches(request, action="suggest")
    found = suggestions_for(request.GET.get("q", ""), request.user)
    response = render(
        request, "components/suggestions.html", {"suggestions": found, "list_id": request.GET.get("list", "")}
    )
    patch_cache_control(response, private=True, no_store=True)  # own searches are among them
    return response
