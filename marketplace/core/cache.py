"""Django's cache in Valkey, with one client a thread instead of one for each question.

A client makes a table of some 170 callbacks when it begins; a page asks up to twenty questions, and they cost it a tenth of
its time together. Connections stay in the pool of the thread as before.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

import redis
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.commands.core import Script


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


class OneClientCache(RedisCache):
    """settings.CACHES."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients

    def client(self) -> redis.Redis:
        """The server's client of this thread, for what Django's cache has no word for. Keys go through `make_key`."""
        return self._cache.get_client(write=True)

    def run(self, script: str, keys: Sequence[str], arguments: Iterable[str | int]) -> Any:
        """What a script in Lua returns: one question, however much it looks at. Raises redis.RedisError."""
        client = self.client()
        return _known_script(script)(keys=keys, args=list(arguments), client=client)


@lru_cache(maxsize=32)
def _known_script(text: str) -> Script:
    """The script under the name that the server knows it by, which is made of its text."""
    return Script(None, text.encode())  # type: ignore[arg-type]  # each call names its client


def server_of(cache: BaseCache) -> OneClientCache:
    """Django's cache by its own type; `django.core.cache.cache` stands for the thread's."""
    return cast("OneClientCache", cache)
