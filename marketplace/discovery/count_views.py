"""How many services the filters would leave, for the button of the sheet, before anybody presses it."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from marketplace.discovery import services
from marketplace.discovery.limits import limit_searches
from marketplace.discovery.params import first_page, read_request, unread_prices


@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """The words of the button for the conditions of the address. Nobody saw a result: nothing is recorded or counted as seen."""
    limit_searches(request, action="search_count")
    user = request.user if request.user.is_authenticated else None
    result = services.search(replace(first_page(read_request(request.GET)), page_size=1), user)
    response = render(request, "discovery/_see.html", {"result": result})
    # The sheet says at which field it could not read a price, before anybody leaves it (js/filter-sheet.js).
    response.headers["X-Unread-Prices"] = " ".join(unread_prices(request.GET))
    patch_cache_control(response, private=True, no_store=True)
    return response
