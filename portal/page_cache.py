"""Which pages are kept whole, and for whom: people without a session, who all see the same.

Stands below every other middleware, so that what those count and check is done for a kept page too. Kept is only an ordinary
answer: no cookie was set while it was made, no token against forged forms is in it, nothing forbade it. It is kept once it has
passed the middlewares up to the door (portal/page_door.py), which answers most people by itself.
"""

import gzip
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import re_accepts_gzip
from django.urls import ResolverMatch
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

from marketplace.accounts import wechat_card
from marketplace.core import clock, one_page, page_cache
from marketplace.core.releases import of_static_files
from marketplace.gigs import counting

GetResponse = Callable[[HttpRequest], HttpResponseBase]
# Not the search: every answer of it is counted, limited and recorded.
_RULES = frozenset({"cms_pages:rules_archive", "cms_pages:rules_text", "cms_pages:rules_changes"})
KEPT_VIEWS = frozenset({"wagtail_serve", "gigs:detail", "accounts:profile"}) | _RULES
# Where a visitor came from, which is nothing to the page: made and found without.
CAMPAIGN_PARAMETERS = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id"})
# Others than a page's number make endless addresses; pages with them are made each time, and so are far pages of a list.
_PAGE_NUMBER = re.compile(r"[1-9]\d?")
_PAGED_VIEW = "wagtail_serve"
_LONGEST_ADDRESS = 400
# Which view an address leads to and in which language, as it was found before: 250 patterns are looked at before Wagtail's, a
# fifth of the time that a kept page took. Nothing of it changes while a process runs.
_MOST_KNOWN = 5_000
_known: dict[str, tuple[ResolverMatch, str]] = {}
_KEPT_HEADERS = ("Content-Type", "Content-Language", "X-Robots-Tag", "Link")
# Another one for each release that keeps something else with a page: they share a Valkey while one takes the other's place.
_HOW = "with all headers"
_OF_ONE_ANSWER = frozenset({"Content-Encoding", "Content-Length"})


class PageCacheMiddleware:
    """Serve a kept page, or keep the one that is made."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        # Wagtail draws a preview by a request of its own, under the page's address.
        is_for_visitors = not request.path_info.startswith("/admin/") and not getattr(request, "is_dummy", False)
        with one_page.while_one_page_is_made(request.path_info, is_for_visitors=is_for_visitors):
            return self._read(request)

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        if not is_everybodys(request):
            return self.get_response(request)
        if (match := known(request)) is not None:
            request.resolver_match = match[0]  # who counts pages above goes by it
            if (answer := self._kept(request, match[0])) is not None:
                return answer
        # Gathered for the page, whoever has it made; a program that reads is then not counted above.
        with page_cache.noting(page_cache.SITE) as shown, counting.noting() as noted:
            response = self.get_response(request)
        _count(noted.impressions, noted.clicks)
        key = getattr(request, "kept_as", "")
        if not key:
            return response
        if not _may_be_kept(request, response):
            page_cache.drop(key)  # taken down, moved, or for some alone since it was kept
            page_cache.done_making(key)
            return response
        page = _page(cast("HttpResponse", response), request.begun_at, shown, noted)  # type: ignore[attr-defined]
        request.made_page = page  # type: ignore[attr-defined]  # the door keeps it
        return _conditional(request, cast("HttpResponse", response), page)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The kept page instead of the view, which is known here."""
        match = request.resolver_match
        if (
            match is None
            or match.view_name not in KEPT_VIEWS
            or hasattr(request, "kept_as")
            or not is_everybodys(request)
        ):
            return None
        answer = self._kept(request, match)
        if answer is not None:  # of what is kept only: anybody can think of addresses
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[request.path_info] = match, get_language() or ""
        return answer

    def _kept(self, request: HttpRequest, match: ResolverMatch) -> HttpResponseBase | None:
        """The kept page. Where there is none, `request.kept_as` says under which key to keep what is made, "" for not at all."""
        request.kept_as = ""  # type: ignore[attr-defined]
        key = key_of(request, match, get_language() or "")
        if not key:
            return None
        leave_out_campaign(request)
        page = page_cache.look_up(key)
        # Who asks for the head alone makes nothing that could be kept.
        is_ours = request.method == "GET" and (page is None or not page.is_fresh) and page_cache.may_make(key)
        if page is None and not is_ours and request.method == "GET":
            page = page_cache.wait_for(key)
        if page is not None and not is_ours:
            _count(page.seen, page.opened)
            return answer_of(request, page)
        if is_ours:
            request.kept_as = key  # type: ignore[attr-defined]
            request.begun_at = page_cache.begins_at()  # type: ignore[attr-defined]
        return None


def known(request: HttpRequest) -> tuple[ResolverMatch, str] | None:
    """Which view an address of a kept page leads to, and its language; None for one that was not answered so yet."""
    return _known.get(request.path_info)


def is_everybodys(request: HttpRequest) -> bool:
    """Nobody in particular asks, for a whole page, and under an address that others ask for too."""
    return (
        settings.PAGES_ARE_KEPT
        and request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "messages" not in request.COOKIES
        and "HTTP_HX_REQUEST" not in request.META
        and "HTTP_AUTHORIZATION" not in request.META
        and not hasattr(request, "viewing")
        and len(request.META.get("QUERY_STRING", "")) <= _LONGEST_ADDRESS
        and set(request.GET) <= CAMPAIGN_PARAMETERS | {"page"}
        # Another name or port for this site would be in the links of the page, and so in what others are given.
        and f"{request.scheme}://{request.get_host()}" == settings.SITE_URL
    )


def leave_out_campaign(request: HttpRequest) -> None:
    """What is made for everybody holds no word of where one visitor came from."""
    request.has_campaign = not set(request.GET) <= {"page"}  # type: ignore[attr-defined]
    number = request.GET.getlist("page")[-1:]
    request.META["QUERY_STRING"] = urlencode({"page": number[0]}) if number else ""
    del request.GET


def key_of(request: HttpRequest, match: ResolverMatch, language: str) -> str:
    """The path with the number of the page, the language, whether it is read inside WeChat, and the demo's time.

    "" where the page of this number is not kept.
    """
    number = request.GET.get("page", "")
    if number and (match.view_name != _PAGED_VIEW or not _PAGE_NUMBER.fullmatch(number)):
        return ""
    return page_cache.page_key(
        _HOW,
        of_static_files(),
        request.path,
        number,
        language,
        wechat_card.script_url(request.META.get("HTTP_USER_AGENT", "")),
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


def _page(
    response: HttpResponse, begun_at: float, shown: page_cache.Shown, noted: counting.Noted
) -> page_cache.KeptPage:
    gigs = {f"gig:{gig_id}" for gig_id in noted.impressions | noted.clicks}
    return page_cache.KeptPage(
        body=gzip.compress(response.content, compresslevel=6, mtime=0),
        headers=[(name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers],
        etag=page_cache.etag_of(response.content),
        begun_at=begun_at,
        tags=frozenset(shown.tags | gigs),
        seen=frozenset(noted.impressions),
        opened=frozenset(noted.clicks),
        until=shown.until,
    )


def answer_of(request: HttpRequest, page: page_cache.KeptPage) -> HttpResponse:
    """A kept page as this browser takes it, or that it is the same as the one it has."""
    request.kept_page = page  # type: ignore[attr-defined]
    response = HttpResponse(headers=dict(page.headers))
    if "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MATCH" in request.META:
        found = get_conditional_response(request, etag=page.etag, response=response)
        if found is not None and found is not response:
            # Its headers take the place of those that the browser has; of the page itself it has them.
            for name, value in page.headers:
                if name not in _KEPT_HEADERS:
                    found.headers[name] = value
            return cast("HttpResponse", found)
    return _with_body(request, response, page)


def _conditional(request: HttpRequest, response: HttpResponse, page: page_cache.KeptPage) -> HttpResponseBase:
    """The same for the page that was just made.

    A browser asks again each time, so that nobody sees a page of before their log-in.
    """
    request.kept_page = page  # type: ignore[attr-defined]
    response.headers["ETag"] = page.etag
    response.headers["Cache-Control"] = "private, no-cache"
    # Inside WeChat the page of a gig loads WeChat's script, and no other page does.
    patch_vary_headers(response, ["Accept-Encoding", "Cookie", *(["User-Agent"] if page.opened else [])])
    found = get_conditional_response(request, etag=page.etag, response=response)
    if found is not None and found is not response:
        if policy := getattr(response, "_csp_update", None):
            found._csp_update = policy  # type: ignore[attr-defined]
        return found
    return _with_body(request, response, page)


def as_it_left(page: page_cache.KeptPage, response: HttpResponseBase) -> page_cache.KeptPage:
    """The page with all that the middlewares have said with it by now, but for how this one browser was given it."""
    headers = dict(page.headers) | {name: value for name, value in response.items() if name not in _OF_ONE_ANSWER}
    return replace(page, headers=list(headers.items()))


def _with_body(request: HttpRequest, response: HttpResponse, page: page_cache.KeptPage) -> HttpResponse:
    if re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        response.content = page.body
        response.headers["Content-Encoding"] = "gzip"
    elif not response.content:
        response.content = gzip.decompress(page.body)
    return response
