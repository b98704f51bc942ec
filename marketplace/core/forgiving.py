"""The cache as what a page can do without: while its server is away it is empty, and takes whatever it is given.

For what can be read anew and may be some minutes old. Who counts, limits, locks, or has to know that something is gone asks
Django's own (`django.core.cache.cache`), which says that it cannot: a limit that nobody counts would let everybody through.
Both are the same server with the same keys.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache import caches
from django.utils.connection import ConnectionProxy
from redis.exceptions import RedisError

from marketplace.core import prefetching
from marketplace.core.cache import OneClientCache

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# A server that is away is mentioned every few seconds, not for each of a page's twenty keys.
_MENTIONED_EVERY_NANOSECONDS = 5_000_000_000
_quiet_until = 0

forgiving_cache = ConnectionProxy(caches, "forgiving")


class ForgivingCache(OneClientCache):
    """Django's, whose answers are those of an empty cache as long as the server gives none (settings.CACHES)."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """What is kept, else `default`; this too where it was kept by another release and cannot be read."""
        return self._or(default, lambda: self.get_for_page([key], version).get(key, default))

    def get_shared(self, key: str) -> Any:
        """As `get`, for what nobody changes who is given it: all of a process are given the same."""
        return self._or(None, lambda: self.get_for_page([key], is_shared=True).get(key))

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """What is kept of these keys."""
        wanted = list(keys)
        return self._or({}, lambda: self.get_for_page(wanted, version)) if wanted else {}

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        """Keep a value, if it can be kept."""
        self._or(None, lambda: super(ForgivingCache, self).set(key, value, *args, **kwargs))

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        """Keep several; returns the keys that were not kept."""
        return self._or(list(data), lambda: super(ForgivingCache, self).set_many(data, *args, **kwargs))

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        """Keep a value where there is none. True while the server is away, for then there is none."""
        return self._or(True, lambda: super(ForgivingCache, self).add(key, value, *args, **kwargs))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Whether it was there and is gone. A server that is away may still have it when it is back, until it ends by itself."""
        return self._or(False, lambda: super(ForgivingCache, self).delete(key, version))

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        """As `delete`."""
        wanted = list(keys)
        self._or(None, lambda: super(ForgivingCache, self).delete_many(wanted, version))

    def _or(self, empty: Answer, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except RedisError as error:
            _mention(error)
            return empty


class RenditionCache(ForgivingCache):
    """Where Wagtail keeps what it knows of pictures in their sizes. It writes back each that it has read from here just now."""

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        """Keep it, if a page was not given it from here."""
        if not prefetching.was_loaded(self.make_key(key)):
            super().set(key, value, *args, **kwargs)

    def set_many(self, data: dict[str, Any], *args: Any, **kwargs: Any) -> list[str]:
        """The same for several."""
        new = {key: value for key, value in data.items() if not prefetching.was_loaded(self.make_key(key))}
        return super().set_many(new, *args, **kwargs) if new else []


def _mention(error: RedisError) -> None:
    global _quiet_until
    if time.monotonic_ns() >= _quiet_until:
        _quiet_until = time.monotonic_ns() + _MENTIONED_EVERY_NANOSECONDS
        logger.warning("the cache is taken for empty: %s", error)
