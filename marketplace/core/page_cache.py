"""Whole pages kept for people without a session, and forgotten by what they show (docs/caching.md).

While a page is made, what it shows is noted as tags: `gig:12`, `seller:7`, `listings`, `site`. Whoever changes one of these says
`forget`, which writes down when; a page whose making began before that is not served any more. Nothing is searched for, and a
change that comes while a page is made makes that page useless. Which pages are kept, and for whom, is the middleware's to say
(portal/page_cache.py).
"""

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# However right the tags are, nothing is fresh for longer than this (seconds): figures and times move without telling.
FRESH_SECONDS = 60
# So much longer it is served to others while one process makes it anew.
STALE_SECONDS = 240
# One process makes a page; if it dies, the next begins after this.
MAKING_SECONDS = 10
# By so much the clocks of our machines may differ.
SKEW_SECONDS = 1.0
# The navigation, the footer, the words of editors: on every page.
SITE = "site"
# Which services there are and in which order: every list of them.
LISTINGS = "listings"
_tags: ContextVar[set[str] | None] = ContextVar("page_tags", default=None)


@dataclass(frozen=True)
class KeptPage:
    """An answer as it was made, with what has to be done anew each time it is given."""

    body: bytes
    headers: Sequence[tuple[str, str]]
    etag: str
    begun_at: float  # seconds since the epoch
    tags: frozenset[str]
    # What middlewares count: the services whose cards it shows, and those it opens.
    seen: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    # The addition to the content security policy, as django-csp keeps it.
    policy: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_fresh(self) -> bool:
        return time.time() - self.begun_at < FRESH_SECONDS


def page_key(*parts: str) -> str:
    """The name under which a page is kept: of whatever tells it from another."""
    return "page:" + hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def etag_of(body: bytes) -> str:
    """The same for the same answer."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@contextmanager
def noting() -> Iterator[set[str]]:
    """Gather the tags of what is shown within the block."""
    tags = {SITE}
    token = _tags.set(tags)
    try:
        yield tags
    finally:
        _tags.reset(token)


def shows(*tags: str) -> None:
    """The page that is being made shows this. Nothing where nobody gathers (signed in, jobs, mails)."""
    if (noted := _tags.get()) is not None:
        noted.update(tags)


def look_up(key: str) -> KeptPage | None:
    """The page kept under a key, if nothing that it shows has changed since it was begun; it may be older than fresh.

    A cache that does not answer has nothing.
    """
    try:
        page: KeptPage | None = cache.get(key)
        if page is None:
            return None
        changed = cache.get_many([_tag_key(tag) for tag in page.tags])
    except RedisError:
        logger.warning("no kept pages: the cache does not answer")
        return None
    return page if all(moment < page.begun_at - SKEW_SECONDS for moment in changed.values()) else None


def keep(key: str, page: KeptPage) -> None:
    """Keep a page. A cache that does not answer keeps nothing."""
    try:
        cache.set(key, page, FRESH_SECONDS + STALE_SECONDS)
    except RedisError:
        logger.warning("a page was not kept: the cache does not answer")


def may_make(key: str) -> bool:
    """Whether nobody else is making this page; then the caller is, and says `done_making`."""
    try:
        return bool(cache.add(f"{key}:making", 1, MAKING_SECONDS))
    except RedisError:
        return True


def done_making(key: str) -> None:
    """The page is kept, or could not be."""
    try:
        cache.delete(f"{key}:making")
    except RedisError:
        return  # it ends by itself


def forget(*tags: str) -> None:
    """What shows this is made anew, from the commit of this transaction on. Nothing fails by it: pages end by themselves."""
    transaction.on_commit(lambda: _forget(tags), robust=True)


def _forget(tags: Iterable[str]) -> None:
    now = time.time()
    cache.set_many({_tag_key(tag): now for tag in tags}, FRESH_SECONDS + STALE_SECONDS + 60)


def _tag_key(tag: str) -> str:
    return f"page-tag:{tag}"
