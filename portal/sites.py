"""Wagtail's site of a request, and its pages: which site it is changes once in years, and is looked up for each page."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from wagtail.models import Site
from wagtail.views import serve

from marketplace.core import page_cache
from marketplace.core.remembered import remember

_REMEMBERED_SECONDS = 300


def site_of(request: HttpRequest) -> Site | None:
    """The site that this address belongs to, remembered until one is changed."""
    if not hasattr(request, "_wagtail_site"):  # where Wagtail keeps it for the rest of the request
        request._wagtail_site = remember(  # type: ignore[attr-defined]
            f"cms:site:{request.get_host()}", lambda: _found(request), seconds=_REMEMBERED_SECONDS
        )
    return cast("Site | None", request._wagtail_site)  # type: ignore[attr-defined]


def _found(request: HttpRequest) -> Site | None:
    page_cache.shows(page_cache.SITE)
    return Site.find_for_request(request)


def serve_page(request: HttpRequest, path: str) -> HttpResponse:
    """An editor's page, by Wagtail's own view."""
    site_of(request)
    return cast("HttpResponse", serve(request, path))
