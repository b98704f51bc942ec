"""Django's cache in Valkey, with one client a thread instead of one for each question.

A client makes a table of some 170 callbacks when it begins; a page asks up to twenty questions, and they cost it a tenth of
its time together. Connections stay in the pool of the thread as before.
"""

from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient


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
