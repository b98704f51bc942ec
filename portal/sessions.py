"""Sessions in PostgreSQL, read through the cache (SESSION_ENGINE): while the cache is away they are read past it.

Only reading: a session that ends must be gone from the cache too, or it would hold again when the cache is back.
"""

from typing import Any

from django.contrib.sessions.backends import cached_db, db
from redis.exceptions import RedisError


class SessionStore(cached_db.SessionStore):
    """Django's own, which keeps what it read in the cache and fails where it cannot."""

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
