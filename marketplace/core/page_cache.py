"""Whole pages kept for people without a session, and forgotten by what they show (docs/caching.md).

While a page is made, what it shows is noted as tags: `gig:12`, `seller:7`, `listings`, `site`. Whoever changes one of these says
`forget`, which writes down when; a page whose making began before that is not served any more. Nothing is searched for, and a
change that comes while a page is made makes that page useless. Which pages are kept, and for whom, is the middleware's to say
(portal/page_cache.py). What a page is made of, and is dear to read, is kept by the same rule (remembered.py).
"""

import hashlib
import json
import logging
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.core.cache import cache
from redis.exceptions import RedisError
from redis.typing import EncodableT

from marketplace.core import clock, prefetching
from marketplace.core.cache import OF_ANOTHER_RELEASE, server_of
from marketplace.core.commits import after_commit

logger = logging.getLogger(__name__)

# However right the tags are, nothing is fresh for longer than this (seconds): figures and times move without telling.
FRESH_SECONDS = 60
# So much longer it is served to others while one process makes it anew.
STALE_SECONDS = 240
# Nothing that remembered.py keeps lives longer.
REMEMBERED_SECONDS = 600
# One process makes a page; if it dies, the next begins after this.
MAKING_SECONDS = 10
# Where nothing is kept, others wait for so long for the one that makes it, and look so often: sixteen who come at once would
# otherwise make it all, each sixteen times slower. Whoever waited in vain makes it too.
WAIT_SECONDS = 0.4
_LOOK_AGAIN_SECONDS = 0.02
# By so much Valkey's clock, by which all machines write down when something changed or was begun (`moment`), may go back: NTP
# sets it, a replica takes over.
SKEW_SECONDS = 0.02
# The navigation, the footer, the words of editors: on every page.
SITE = "site"
# Which services there are and in which order: every list of them.
LISTINGS = "listings"
# Who sells here, and at which level: lists of sellers.
SELLERS = "sellers"
# Which reviews are public: lists of the newest.
REVIEWS = "reviews"
# What the search finds.
FOUND = "found"
# Where somebody publishes each second, no list would ever be kept: a list may be older than the newest service by so much.
# What was taken down is not in it even then: each has a tag of its own.
LISTINGS_SECONDS = 5
_LISTS = (LISTINGS, SELLERS, REVIEWS, FOUND)


@dataclass
class Shown:
    """What a page, or a part of one, shows, and the moment at which it begins to say something else by itself."""

    tags: set[str] = field(default_factory=set)
    until: datetime | None = None

    def add(self, tags: Iterable[str], until: datetime | None) -> None:
        """This too, and not for longer than `until`."""
        self.tags.update(tags)
        if until is not None and (self.until is None or until < self.until):
            self.until = until


_shown: ContextVar[Shown | None] = ContextVar("page_shown", default=None)
_listeners: list[Callable[[Sequence[str]], object]] = []

# What Valkey itself says of a kept page, so that it is one question: when it was begun, nil where there is none or where
# something that it shows has changed since. Times are microseconds since the epoch. For scripts of others too
# (portal/page_door.py): the arguments are those of `asked`.
LOOK_UP = """
local function kept_since(key, now, market_now, skew, patience)
  local page = redis.call('HMGET', key, 'begun', 'until', 'tags', 'lists')
  if not page[1] then return nil end
  local begun, ends = tonumber(page[1]), tonumber(page[2])
  if ends > 0 and ends <= tonumber(market_now) then return nil end
  local newest = begun - tonumber(skew)
  local function has_changed(tags)
    local keys = cjson.decode(tags)
    if #keys == 0 then return false end
    for _, moment in ipairs(redis.call('MGET', unpack(keys))) do
      -- What the release before wrote is no number here: the page is made anew, until that is forgotten.
      if moment and not (tonumber(moment) and tonumber(moment) < newest) then return true end
    end
    return false
  end
  if has_changed(page[3]) then return nil end
  if tonumber(now) - begun >= tonumber(patience) and has_changed(page[4]) then return nil end
  return begun
end
"""
_LOOK_UP_ALONE = (
    LOOK_UP
    + """
if not kept_since(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]) then return nil end
return redis.call('HGET', KEYS[1], 'page')
"""
)


@dataclass(frozen=True)
class KeptPage:
    """An answer as it was made, with what has to be done anew each time it is given."""

    body: bytes  # compressed by gzip: there is nothing secret in it that its length could tell of
    # All that the page and the middlewares below the door say (portal/page_door.py).
    headers: Sequence[tuple[str, str]]
    etag: str
    begun_at: float  # seconds since the epoch
    tags: frozenset[str]
    # What middlewares count: the services whose cards it shows, and those it opens.
    seen: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    # From then on, by the marketplace's clock, it says something else: a campaign ends, a coupon begins.
    until: datetime | None = None

    @property
    def is_fresh(self) -> bool:
        return time.time() - self.begun_at < FRESH_SECONDS


def page_key(*parts: str) -> str:
    """The name under which a page is kept: of whatever tells it from another, and of how this release keeps pages."""
    return (
        "page:"
        + hashlib.blake2b("\0".join([*KeptPage.__dataclass_fields__, *parts]).encode(), digest_size=16).hexdigest()
    )


def etag_of(body: bytes) -> str:
    """The same for the same answer, however it is compressed."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


@contextmanager
def noting(*tags: str) -> Iterator[Shown]:
    """Gather what is shown within the block; it begins with these tags."""
    shown = Shown(set(tags))
    token = _shown.set(shown)
    try:
        yield shown
    finally:
        _shown.reset(token)


def shows(*tags: str, until: datetime | None = None) -> None:
    """The page that is being made shows this, and says something else from `until` on, when that is still to come.

    Nothing where nobody gathers (signed in, jobs, mails).
    """
    if (shown := _shown.get()) is not None:
        shown.add(tags, until if until is not None and until > clock.now() else None)


def look_up(key: str) -> KeptPage | None:
    """The page kept under a key, if nothing that it shows has changed since it was begun; it may be older than fresh.

    A cache that does not answer has nothing.
    """
    try:
        return read(server_of(cache).run(_LOOK_UP_ALONE, [cache.make_key(key)], asked(clock.now())))
    except RedisError:
        logger.warning("no kept pages: the cache does not answer")
        return None


def asked(now: datetime) -> list[int]:
    """The arguments of LOOK_UP: the time, the marketplace's `now`, by how much clocks may differ, how long lists are let be."""
    return [
        microseconds(time.time()),
        microseconds(now.timestamp()),
        microseconds(SKEW_SECONDS),
        microseconds(LISTINGS_SECONDS),
    ]


def read(kept: bytes | None) -> KeptPage | None:
    """The page of what LOOK_UP gives; None where that is nothing."""
    try:
        return cast("KeptPage", pickle.loads(kept)) if kept is not None else None  # noqa: S301 written by `keep` alone
    except OF_ANOTHER_RELEASE:
        return None


def seconds_left(page: KeptPage) -> float:
    """How long a page that ends by the clock is still true."""
    return (page.until - clock.now()).total_seconds() if page.until is not None else float("inf")


def is_unchanged(tags: Iterable[str], *, since: float) -> bool:
    """Whether nobody forgot one of these tags after `since`, in seconds since the epoch. Raises redis.RedisError."""
    changed = forgotten_at(tags)
    if time.time() - since < LISTINGS_SECONDS:
        changed = {tag: moment for tag, moment in changed.items() if tag not in _LISTS}
    return all(is_before(moment, since) for moment in changed.values())


def forgotten_at(tags: Iterable[str]) -> dict[str, int | float]:
    """When each of these tags was forgotten last, as `is_before` takes it; without those that were not lately.

    Raises redis.RedisError.
    """
    by_key = {_tag_key(tag): tag for tag in tags}
    if not by_key:
        return {}  # what shows nothing that changes; the cache would be asked for nothing
    return {by_key[key]: moment for key, moment in server_of(cache).get_for_page(by_key).items()}


def is_before(moment: int | float | None, begun_at: float) -> bool:
    """Whether what was begun then (seconds since the epoch) has seen a change of that moment; None is no change.

    Both by Valkey's clock (`moment`), whichever machines wrote them down.
    """
    if moment is None:
        return True
    # The release before this one wrote seconds, as a float.
    changed_at = microseconds(moment) if isinstance(moment, float) else moment
    return changed_at < microseconds(begun_at - SKEW_SECONDS)


def keep(key: str, page: KeptPage) -> None:
    """Keep a page. A cache that does not answer keeps nothing."""
    name = cache.make_key(key)
    lists = page.tags.intersection(_LISTS)
    values: dict[EncodableT, EncodableT] = {
        "page": pickle.dumps(page),
        "begun": microseconds(page.begun_at),
        "until": microseconds(page.until.timestamp()) if page.until is not None else 0,
        "tags": json.dumps([cache.make_key(_tag_key(tag)) for tag in page.tags - lists]),
        "lists": json.dumps([cache.make_key(_tag_key(tag)) for tag in lists]),
        # What a door needs without opening the page.
        "etag": page.etag,
        "seen": " ".join(map(str, sorted(page.seen))),
        "opened": " ".join(map(str, page.opened)),
    }
    try:
        pipeline = server_of(cache).client().pipeline()  # one transaction: nobody sees half of it
        pipeline.delete(name)
        pipeline.hset(name, mapping=values)
        pipeline.expire(name, FRESH_SECONDS + STALE_SECONDS)
        pipeline.execute()
    except RedisError:
        logger.warning("a page was not kept: the cache does not answer")


def may_make(key: str) -> bool:
    """Whether nobody else is making this page; then the caller is, and says `done_making`."""
    try:
        return bool(cache.add(making_key(key), 1, MAKING_SECONDS))
    except RedisError:
        return True


def wait_for(key: str) -> KeptPage | None:
    """The page that somebody else is making just now; None where that takes too long, or it is one that is not kept."""
    ends = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ends:
        time.sleep(_LOOK_AGAIN_SECONDS)
        try:
            is_making = cache.has_key(making_key(key))  # before the look: it is kept first, then done
        except RedisError:
            return None
        if (page := look_up(key)) is not None or not is_making:
            return page
    return None


def making_key(key: str) -> str:
    """What is there while somebody makes this page."""
    return f"{key}:making"


def drop(key: str) -> None:
    """What was kept under a key is no longer an answer to what was asked."""
    try:
        cache.delete(key)
    except RedisError:
        return  # it ends by itself


def done_making(key: str) -> None:
    """The page is kept, or could not be."""
    try:
        cache.delete(making_key(key))
    except RedisError:
        return  # it ends by itself


def forget(*tags: str) -> None:
    """What shows this is made anew, from the commit of this transaction on. Nothing fails by it: pages end by themselves."""
    after_commit(_forget, tags)


def when_forgotten(listener: Callable[[Sequence[str]], object]) -> None:
    """Call this with the tags each time some were forgotten. What fails in it is logged."""
    if listener not in _listeners:
        _listeners.append(listener)


def _forget(tags: Sequence[str]) -> None:
    now = microseconds(moment())  # a whole number is kept as it is: Valkey compares it itself (LOOK_UP)
    # As long as anything lives that was made before: pages, and what `remember` keeps.
    cache.set_many({_tag_key(tag): now for tag in tags}, REMEMBERED_SECONDS + 60)
    for listener in _listeners:
        listener(tags)


def moment() -> float:
    """What time it is by the clock of Valkey, in seconds since the epoch: our machines' own differ. Raises redis.RedisError."""
    return server_of(cache).moment()


def begins_at() -> float:
    """The same for what is begun now, or was when the page that it is part of first looked at what is kept (prefetching.py).

    Without Valkey nothing is kept of it, and any time will do.
    """
    try:
        return moment() - prefetching.age_seconds()
    except RedisError:
        return time.time()


def _tag_key(tag: str) -> str:
    return f"page-tag:{tag}"


def microseconds(seconds: float) -> int:
    """Seconds, of the epoch or of a span, as the whole numbers that scripts compare."""
    return int(seconds * 1_000_000)
