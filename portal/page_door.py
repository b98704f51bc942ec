"""The door before the sessions: who can only be anybody, and asks for a kept page, gets it here with one question to Valkey.

Below stand twenty-seven middlewares that have nothing to do for them but to write headers, which are kept with the page, and to
count, which the same question does. Gunicorn asks at the same door before Django begins (portal/outer_door.py). Whoever is not
plainly anybody, and whatever is odd, goes the long way, on which the same page is found once more (portal/page_cache.py). What
that way does besides, for one answer alone:

| middleware | here |
|---|---|
| sessions, accounts, messages, forms | nothing: without a session cookie nobody is logged in, and a kept page sets no cookie |
| language | goes by the address alone; remembered with the address |
| blocks | asked here; who is stopped from anything goes the long way |
| visits, figures of services | counted by the same question |
| clicks on results of the search | who comes from such a list goes the long way |
"""

import json
from collections.abc import Callable
from threading import Lock

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation
from redis.exceptions import RedisError, TimeoutError

from marketplace.accounts import blocks
from marketplace.core import clock, page_cache
from marketplace.core.cache import server_of
from marketplace.discovery.analytics.middleware import came_from_results
from marketplace.gigs import counting
from marketplace.gigs.middleware import counts_for, visitor_of
from marketplace.insights.visits import middleware as visits
from marketplace.insights.visits import recording
from portal import page_cache as kept

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Where WSGI's environment says that the door was asked already, and when so, that it may have counted.
ASKED, MAY_BE_COUNTED = "jiangji.page_door", "may be counted"
# One question: the page, counted once more, if it is good. One that is no longer fresh is given while somebody makes it anew;
# else who asks goes the long way, and makes it. Who is told that they have it already has opened nothing (gigs/middleware.py).
# 1 stands for the page that this process has in its memory, which was begun at `begun_here`. All that is told is one argument:
# a dozen of them took longer to send than to look at.
_OPEN_DOOR = (
    page_cache.LOOK_UP
    + counting.COUNT
    + recording.NOTE
    + """
local now, market_now, skew, patience, fresh, begun_here, has, visit, day, visitor, same_visit = unpack(cjson.decode(ARGV[1]))
local begun = kept_since(KEYS[1], now, market_now, skew, patience)
if not begun then return nil end
if now - begun >= fresh and redis.call('EXISTS', KEYS[2]) == 0 then return nil end
if visit ~= '' then note(visit) end
if day ~= '' then
  local about = redis.call('HMGET', KEYS[1], 'etag', 'seen', 'opened')
  if not string.find(has, about[1], 1, true) then count(about[2], about[3], day, visitor, same_visit) end
end
if begun == begun_here then return 1 end
return redis.call('HGET', KEYS[1], 'page')
"""
)
# Pages that this process has read, so that the same one is neither sent nor taken apart again; some 25 KB each. Whether one is
# still good is Valkey's to say, each time.
_MOST_IN_MEMORY = 200
_in_memory: dict[str, page_cache.KeptPage] = {}
_remembering = Lock()


class PageDoorMiddleware:
    """Give the kept page, or keep the one that comes from below."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.META.get(ASKED)  # by the door outside (portal/outer_door.py)
        page = None if asked else page_for(request)
        if page is not None:
            kept.leave_out_campaign(request)
            return answer_to(request, page)
        if MAY_BE_COUNTED in (asked, request.META.get(ASKED)):
            request.may_be_counted = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        page: page_cache.KeptPage | None = getattr(request, "made_page", None)
        if page is not None:
            key: str = request.kept_as  # type: ignore[attr-defined]
            # Else a middleware set a cookie, or something failed on the way up: nothing for others.
            if response.status_code in (200, 304) and not response.cookies:
                page_cache.keep(key, kept.as_it_left(page, response))
            page_cache.done_making(key)
        return response


def page_for(request: HttpRequest) -> page_cache.KeptPage | None:
    """The kept page that answers this request, counted once more. None for the long way.

    Where Valkey's answer did not come in time, the question may have been counted all the same: `request.META` says so.
    """
    known = kept.known(request)  # first: most addresses are of no kept page, and files are served under other names too
    if request.method != "GET" or known is None or not kept.is_everybodys(request):
        return None
    match, language = known
    key = kept.key_of(request, match, language)
    if not key:
        return None
    request.resolver_match = match  # who counts and names pages goes by it
    if "?" in request.META.get("HTTP_REFERER", ""):  # a list of results has its words there
        with translation.override(language):  # no middleware has chosen it up here
            if came_from_results(request):
                return None
    return None if blocks.closed_scopes(request, lambda: None) else _ask(request, key)


def answer_to(request: HttpRequest, page: page_cache.KeptPage) -> HttpResponse:
    """The kept page for this browser, as it takes it."""
    answer = kept.answer_of(request, page)
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def _ask(request: HttpRequest, key: str) -> page_cache.KeptPage | None:
    now = clock.now()
    day = timezone.localdate(now)
    visit = visits.visit_of(request, visits.words_of_campaign(request), day)
    figures = counting.stored_as(visitor_of(request), day) if counts_for(request) else ("", "", 0)
    here = _in_memory.get(key)
    told = [
        *page_cache.asked(now),
        page_cache.microseconds(page_cache.FRESH_SECONDS),
        page_cache.microseconds(here.begun_at) if here is not None else 0,
        request.META.get("HTTP_IF_NONE_MATCH", ""),
        recording.written(visit) if visit is not None else "",
        *figures,
    ]
    names = [cache.make_key(key), cache.make_key(page_cache.making_key(key))]
    try:
        found = server_of(cache).run(_OPEN_DOOR, names, [json.dumps(told)])
    except TimeoutError:
        request.META[ASKED] = MAY_BE_COUNTED  # the question may still be answered, and counts
        return None
    except RedisError:
        return None  # the long way says so, and makes the page
    if found == 1:
        return here
    page = page_cache.read(found)
    if page is not None:
        with _remembering:
            _in_memory.pop(key, None)
            while len(_in_memory) >= _MOST_IN_MEMORY:
                _in_memory.pop(next(iter(_in_memory)))  # the one that was read longest ago
            _in_memory[key] = page
    return page
