"""Django's cache in Valkey, with one client a thread instead of one for each question.

A client makes a table of some 170 callbacks when it begins; a page asks up to twenty questions, and they cost it a tenth of
its time together. Connections stay in the pool of the thread as before. What belongs to a page is looked up for it at once
(prefetching.py).
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, cast

import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from redis.commands.core import Script

from marketplace.core import prefetching

# What reading says to an object whose class was another when it was kept: two releases run at once for a while.
OF_ANOTHER_RELEASE = (AttributeError, ImportError, TypeError)
# Those asked for last; a card takes some 5 KB with its bytes.
_MOST_SHARED = 2_000
_SERIALIZER = RedisSerializer()


class _KeptClients(RedisCacheClient):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[int, redis.Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:
        """The client of the server that is asked, made once."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # django-stubs has not this one
        if id(pool) not in self._kept:  # pools stay as long as this does
            self._kept[id(pool)] = self._client(connection_pool=pool)  # type: ignore[attr-defined]
        return self._kept[id(pool)]

    def get_for_page(self, keys: Sequence[str], *, is_shared: bool) -> dict[str, Any]:
        """What is kept of these keys, by prefetching.py. What another release kept, and cannot be read, is not there."""
        loads = _loads_shared if is_shared else _SERIALIZER.loads
        found = {}
        for key, one in zip(keys, prefetching.look_up(self.get_client(), keys), strict=True):
            if one is not None:
                with suppress(*OF_ANOTHER_RELEASE):
                    found[key] = loads(one)
        return found

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        """Django's; the page that is being made reads it anew, as after each of the following."""
        prefetching.drop([key])
        super().set(key, value, timeout)

    def set_many(self, data: Any, timeout: Any) -> None:
        prefetching.drop(data)
        super().set_many(data, timeout)

    def add(self, key: Any, value: Any, timeout: Any) -> bool:
        prefetching.drop([key])
        return super().add(key, value, timeout)

    def incr(self, key: Any, delta: Any) -> int:
        prefetching.drop([key])
        return super().incr(key, delta)

    def delete(self, key: Any) -> bool:
        prefetching.drop([key])
        return super().delete(key)

    def delete_many(self, keys: Any) -> None:
        prefetching.drop(keys)
        super().delete_many(keys)

    def clear(self) -> bool:
        prefetching.look_again()
        return super().clear()


class OneClientCache(RedisCache):
    """settings.CACHES."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients

    def get_for_page(
        self, keys: Iterable[str], version: int | None = None, *, is_shared: bool = False
    ) -> dict[str, Any]:
        """As `get_many`, for what a page shows: what it was given before stays the same for it, and is asked for once.

        Without what another release kept and this one cannot read. `is_shared`: the values are given to other pages and threads
        of this process too, for as long as the same is kept, so that nobody may change them; made of their bytes once.
        """
        by_name = {self.make_and_validate_key(key, version=version): key for key in keys}
        found = cast("_KeptClients", self._cache).get_for_page([*by_name], is_shared=is_shared)
        return {by_name[name]: value for name, value in found.items()}

    def client(self) -> redis.Redis:
        """The server's client of this thread, for what Django's cache has no word for. Keys go through `make_key`."""
        return self._cache.get_client(write=True)

    def moment(self) -> float:
        """What time it is by the server's clock, in seconds since the epoch. Raises redis.RedisError."""
        seconds, rest = self.client().time()
        return seconds + rest / 1_000_000

    def run(self, script: str, keys: Sequence[str], arguments: Iterable[str | int]) -> Any:
        """What a script in Lua returns: one question, however much it looks at. Raises redis.RedisError."""
        client = self.client()
        return _known_script(script)(keys=keys, args=list(arguments), client=client)


class CacheApart(LocMemCache):
    """What is kept of a catalogue that nobody else sees, in this process alone: it answers what a search asks Valkey for."""

    def get_for_page(
        self, keys: Iterable[str], version: int | None = None, *, is_shared: bool = False
    ) -> dict[str, Any]:
        """As `get_many`: nothing is looked up ahead here."""
        return self.get_many(keys, version=version)

    def get_shared(self, key: str) -> Any:
        """As `get`: a value of its own each time."""
        return self.get(key)

    def moment(self) -> float:
        """What time it is by this machine's clock, in seconds since the epoch."""
        return time.time()


@lru_cache(maxsize=_MOST_SHARED)
def _loads_shared(stored: bytes) -> Any:
    """A list shows the cards that the one before showed, and each takes longer to make than to draw."""
    return _SERIALIZER.loads(stored)


@lru_cache(maxsize=32)
def _known_script(text: str) -> Script:
    """The script under the name that the server knows it by, which is made of its text."""
    return Script(None, text.encode())  # type: ignore[arg-type]  # each call names its client


def server_of(cache: BaseCache) -> OneClientCache:
    """Django's cache by its own type; `django.core.cache.cache` stands for the thread's."""
    return cast("OneClientCache", cache)
