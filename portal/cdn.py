"""A CDN, or a cache like Varnish, before the site: which pages it may keep, and how it forgets them (docs/caching.md).

Off unless settings name where purges go. A CDN may keep only what everybody gets: a page that our own cache keeps, and that
sets no cookie. When such a page is handed out its address is noted beside each of its tags (core/page_cache.py). When a tag is
forgotten, a job purges the addresses beside it: so every page that shows a gig leaves when the gig changes, in each language.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase
from redis.exceptions import RedisError
from wagtail.contrib.frontend_cache.backends import HTTPBackend
from wagtail.contrib.frontend_cache.utils import get_backends

from marketplace.core import live, page_cache

logger = logging.getLogger(__name__)

# Addresses that one job purges; what a `site` leaves behind may be thousands.
BATCH = 500
PURGE_SECONDS = 5
# Neither is an error: there was nothing of this address.
_GONE = frozenset({404, 410, 412})
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class NotPurged(Exception):
    """Some addresses are still in the CDN: they may be tried again."""


class PurgeBackend(HTTPBackend):
    """PURGE by HTTP. Wagtail's own waits for ever, and tells nobody of what failed."""

    def purge_batch(self, urls: Sequence[str]) -> None:
        """Raises NotPurged when one was not taken; the others were tried all the same."""
        failed = []
        with requests.Session() as connection:
            for url in urls:
                parts = urlsplit(url)
                target = parts._replace(scheme=self.cache_scheme, netloc=self.cache_netloc).geturl()
                try:
                    answer = connection.request(
                        "PURGE", target, headers={"Host": parts.netloc}, timeout=PURGE_SECONDS, allow_redirects=False
                    )
                    if not answer.ok and answer.status_code not in _GONE:
                        failed.append(f"{answer.status_code} {url}")
                except requests.RequestException as error:
                    failed.append(f"{type(error).__name__} {url}")
                    break  # nobody answers: the others would wait as long
        if failed:
            raise NotPurged(f"{len(failed)} of {len(urls)}, the first: {failed[0]}")

    def purge(self, url: str) -> None:
        """As `purge_batch` for one."""
        self.purge_batch([url])


class CdnMiddleware:
    """Say which answers a CDN may keep. Stands above all others, where every cookie is set already."""

    def __init__(self, get_response: GetResponse) -> None:
        if not settings.WAGTAILFRONTENDCACHE:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kept: page_cache.KeptPage | None = getattr(request, "kept_page", None)
        if kept is not None:
            # Under an address with a campaign's parameters the same page would lie once more for each, and none be purged.
            if (
                not getattr(request, "has_campaign", False)
                and is_for_cdn(kept, response)
                and note(request.build_absolute_uri(), kept)
            ):
                seconds = settings.CDN_SECONDS
                response.headers["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}, must-revalidate"
        elif "Cache-Control" not in response.headers and "text/html" in response.headers.get("Content-Type", ""):
            response.headers["Cache-Control"] = "private, no-cache"
        return response


def is_for_cdn(kept: page_cache.KeptPage, response: HttpResponseBase) -> bool:
    """Whether a CDN may have this answer.

    Not the page of a gig: each opening is counted, and inside WeChat it is another. Not what ends by the clock soon.
    """
    lasts = kept.until is None or page_cache.seconds_left(kept) > settings.CDN_SECONDS
    return not kept.opened and not response.cookies and response.status_code in (200, 304) and lasts


def note(address: str, kept: page_cache.KeptPage) -> bool:
    """Remember that a CDN has this address of this page; False when it must not have it after all."""
    now = time.time()
    ends = now - _remembered_seconds()
    try:
        pipeline = _client().pipeline(transaction=False)
        for tag in kept.tags:
            key = _key(tag)
            pipeline.zadd(key, {address: now})
            pipeline.zremrangebyscore(key, 0, ends)
            pipeline.expire(key, _remembered_seconds())
        pipeline.execute()
        # Only now: who forgets a tag after this look finds the address.
        return page_cache.is_unchanged(kept.tags, since=kept.begun_at)
    except RedisError:
        logger.warning("the CDN is given nothing: the cache does not answer")
        return False


def addresses_of(tags: Sequence[str]) -> list[str]:
    """Absolute addresses that a CDN may have of pages which show one of these. Raises redis.RedisError."""
    since = time.time() - _remembered_seconds()
    pipeline = _client().pipeline(transaction=False)
    for tag in tags:
        pipeline.zrangebyscore(_key(tag), since, "+inf")
    return sorted({address.decode() for found in pipeline.execute() for address in found})


def batches(tags: Sequence[str]) -> Iterator[list[str]]:
    """The same, so many as one job purges."""
    found = addresses_of(tags)
    for start in range(0, len(found), BATCH):
        yield found[start : start + BATCH]


def purge(addresses: Sequence[str]) -> int:
    """Have every CDN of the settings forget these; returns how many. Safe to call twice. Raises NotPurged."""
    done = 0
    for backend in get_backends().values():
        wanted = [address for address in addresses if backend.invalidates_hostname(urlsplit(address).hostname)]
        backend.purge_batch(wanted)
        done += len(wanted)
    return done


def forgotten(tags: Sequence[str]) -> None:
    """Called after the commit that changed what these tags stand for."""
    if settings.WAGTAILFRONTENDCACHE:
        from portal.tasks import purge_tags

        purge_tags.delay(list(tags))


def connect() -> None:
    """Called once, when the app is ready."""
    page_cache.when_forgotten(forgotten)


def _remembered_seconds() -> int:
    """So long after it was handed out for the last time an address may still be in the CDN."""
    return int(settings.CDN_SECONDS) + 60


def _key(tag: str) -> str:
    return str(cache.make_key(f"cdn:{tag}"))


def _client() -> Any:
    return live.client(settings.CACHES["default"]["LOCATION"])
