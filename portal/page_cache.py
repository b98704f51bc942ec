"""Which pages are kept whole, and for whom: people without a session, who all see the same.

Stands below every other middleware, so that what those count and check is done for a kept page too. Kept is only an ordinary
answer: no cookie was set while it was made, no token against forged forms is in it, nothing forbade it.
"""

import time
from collections.abc import Callable, Collection
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from marketplace.accounts import wechat_card
from marketplace.core import clock, page_cache
from marketplace.gigs import counting

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Not the search: every answer of it is counted, limited and recorded.
KEPT_VIEWS = frozenset({"wagtail_serve", "gigs:detail", "accounts:profile"})
# Parameters that the address of a kept page may have. Others make endless addresses, and their pages are made each time.
PARAMETERS = frozenset({"page", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"})
_LONGEST_ADDRESS = 400
_KEPT_HEADERS = ("Content-Type", "Content-Language", "X-Robots-Tag", "Link")


class PageCacheMiddleware:
    """Serve a kept page, or keep the one that is made."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _is_everybodys(request):
            return self.get_response(request)
        begun_at = time.time()
        # Gathered for the page, whoever has it made; a program that reads is then not counted above.
        with page_cache.noting() as tags, counting.noting() as noted:
            response = self.get_response(request)
        _count(noted.impressions, noted.clicks)
        key = getattr(request, "kept_as", "")
        if not key:
            return response
        try:
            if not _may_be_kept(request, response):
                return response
            page = _page(cast("HttpResponse", response), begun_at, tags, noted)
            page_cache.keep(key, page)
            return _conditional(request, cast("HttpResponse", response), page)
        finally:
            page_cache.done_making(key)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The kept page instead of the view, which is known here."""
        match = request.resolver_match
        if match is None or match.view_name not in KEPT_VIEWS or not _is_everybodys(request):
            return None
        key = _key(request)
        page = page_cache.look_up(key)
        is_ours = (page is None or not page.is_fresh) and page_cache.may_make(key)
        if page is not None and not is_ours:
            return _answer(request, page)
        if is_ours and request.method == "GET":
            request.kept_as = key  # type: ignore[attr-defined]
        return None


def _is_everybodys(request: HttpRequest) -> bool:
    """Nobody in particular asks, for a whole page, and under an address that others ask for too."""
    return (
        settings.PAGES_ARE_KEPT
        and request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "messages" not in request.COOKIES
        and "HX-Request" not in request.headers
        and "Authorization" not in request.headers
        and not hasattr(request, "viewing")
        and len(request.META.get("QUERY_STRING", "")) <= _LONGEST_ADDRESS
        and set(request.GET) <= PARAMETERS
    )


def _key(request: HttpRequest) -> str:
    """The address with its parameters, the language, whether it is read inside WeChat, and the demo's time."""
    return page_cache.page_key(
        request.scheme or "",
        request.get_host(),
        request.path,
        request.META.get("QUERY_STRING", ""),
        get_language() or "",
        wechat_card.script_url(request.headers.get("User-Agent", "")),
        str(clock.ahead()),
    )


def _may_be_kept(request: HttpRequest, response: HttpResponseBase) -> bool:
    said = getattr(request, "_messages", None)
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not request.session.modified
        and not request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
        and not (said is not None and said.added_new)
        and "Cache-Control" not in response.headers
    )


def _count(seen: Collection[int], opened: Collection[int]) -> None:
    counting.seen(seen)
    for gig_id in opened:
        counting.opened(gig_id)


def _page(response: HttpResponse, begun_at: float, tags: set[str], noted: counting.Noted) -> page_cache.KeptPage:
    gigs = {f"gig:{gig_id}" for gig_id in noted.impressions | noted.clicks}
    return page_cache.KeptPage(
        body=response.content,
        headers=[(name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers],
        etag=page_cache.etag_of(response.content),
        begun_at=begun_at,
        tags=frozenset(tags | gigs),
        seen=frozenset(noted.impressions),
        opened=frozenset(noted.clicks),
        policy=getattr(response, "_csp_update", {}),
    )


def _answer(request: HttpRequest, page: page_cache.KeptPage) -> HttpResponseBase:
    response = HttpResponse(page.body, headers=dict(page.headers))
    if page.policy:
        response._csp_update = page.policy  # type: ignore[attr-defined]
    _count(page.seen, page.opened)
    return _conditional(request, response, page)


def _conditional(request: HttpRequest, response: HttpResponse, page: page_cache.KeptPage) -> HttpResponseBase:
    """A browser asks again each time, so that nobody sees a page of before their log-in, and is told when it is the same."""
    response.headers["ETag"] = page.etag
    response.headers["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie", "User-Agent"])
    return get_conditional_response(request, etag=page.etag, response=response) or response
