"""What a page asks the cache for, in one question in place of thirty.

What the last two pages of an address both requested is prefetched with the first request of the next one; it requests the rest
as it goes. While a page is read (`while_one_page_is_made`) it has what was loaded first, as by `once`; what it writes itself it
loads anew. Only for what core/cache.py is told to look up for a page: locks and limits ask the server each time.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import redis

# Addresses whose keys a process knows, those asked for last; some 60 keys each.
_MOST_KNOWN = 500
_MOST_KEYS = 300


@dataclass(frozen=True)
class _Learned:
    """Of an address: the keys of its last page, and those that both of its last two requested."""

    last: frozenset[str] = frozenset()
    both: frozenset[str] = frozenset()


@dataclass
class _Page:
    """The page that is being made."""

    prefetch: frozenset[str]
    loaded: dict[str, bytes | None] = field(default_factory=dict)
    requested: set[str] = field(default_factory=set)
    loads_since: float | None = None  # when its first request was, by time.monotonic


_page: ContextVar[_Page | None] = ContextVar("prefetching", default=None)
_known: OrderedDict[str, _Learned] = OrderedDict()
_learning = Lock()


@contextmanager
def for_page(address: str) -> Iterator[None]:
    """Within the block a page of this address is made."""
    learned = _known.get(address, _Learned())
    page = _Page(learned.both)
    token = _page.set(page)
    try:
        yield
    finally:
        _page.reset(token)
        if page.requested and len(page.requested) <= _MOST_KEYS:
            _learn(address, frozenset(page.requested), learned)


def _learn(address: str, requested: frozenset[str], before: _Learned) -> None:
    with _learning:
        _known[address] = _Learned(requested, before.last & requested)
        _known.move_to_end(address)
        while len(_known) > _MOST_KNOWN:
            _known.popitem(last=False)


def look_up(server: redis.Redis, keys: Sequence[str]) -> list[bytes | None]:
    """What the server has under each of these keys, which a page asks for once. Raises redis.RedisError."""
    page = _page.get()
    if page is None:
        return _load(server, keys)
    page.requested.update(keys)
    missing = [key for key in keys if key not in page.loaded]
    if missing:
        if page.loads_since is None:
            page.loads_since = time.monotonic()
        prefetch, page.prefetch = page.prefetch, frozenset()
        missing = [*missing, *(prefetch - page.loaded.keys() - set(missing))]
        page.loaded.update(zip(missing, _load(server, missing), strict=True))
    return [page.loaded[key] for key in keys]


def _load(server: redis.Redis, keys: Sequence[str]) -> list[bytes | None]:
    return cast("list[bytes | None]", server.mget(keys))


def age_seconds() -> float:
    """How old the oldest of what this page has loaded may be: what is made of it is no younger."""
    page = _page.get()
    return time.monotonic() - page.loads_since if page is not None and page.loads_since is not None else 0.0


def was_loaded(key: str) -> bool:
    """Whether this page was given something under this key."""
    page = _page.get()
    return page is not None and page.loaded.get(key) is not None


def drop(keys: Iterable[str]) -> None:
    """These were written: who requests them next asks the server."""
    if (page := _page.get()) is not None:
        for key in keys:
            page.loaded.pop(key, None)


def look_again() -> None:
    """Whoever waits for what others write asks the server for everything again."""
    if (page := _page.get()) is not None:
        page.loaded.clear()


def forget_all() -> None:
    """Nothing is known of any address, as when a process begins."""
    with _learning:
        _known.clear()
