"""Sessions in PostgreSQL, read through the cache (SESSION_ENGINE): while the cache is away they are read past it.

Only reading: a session that ends must be gone from the cache too, or it would hold again when the cache is back. And a cache
that comes back without its last moments has a session that just ended, so no copy is believed for longer than a minute.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cached_db, db
from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

SECONDS_IN_CACHE = 60


class _BriefCopies:
    """The cache, but for how long it keeps a session: Django would let it until the session itself ends."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def __contains__(self, key: str) -> bool:
        return key in self._cache

    def set(self, key: str, value: Any, timeout: float) -> None:
        self._cache.set(key, value, min(timeout, SECONDS_IN_CACHE))

    async def aset(self, key: str, value: Any, timeout: float) -> None:
        await self._cache.aset(key, value, min(timeout, SECONDS_IN_CACHE))


class SessionStore(cached_db.SessionStore):
    """Django's own, which keeps what it read in the cache and fails where it cannot."""

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = _BriefCopies(caches[settings.SESSION_CACHE_ALIAS])

    def load(self) -> Any:
        """The session's data, {} when there is none."""
        try:
            return super().load()
        except RedisError:
            return db.SessionStore.load(self)

    async def aload(self) -> Any:
        """The same."""
        try:
            return await super().aload()
        except RedisError:
            return await db.SessionStore.aload(self)
