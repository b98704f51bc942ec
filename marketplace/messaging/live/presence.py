"""Who has a window open anywhere, counted in Valkey: a sorted set for each person, of sockets by when they were last known."""

import asyncio
import time
from collections.abc import Iterable

from redis.asyncio import Redis

from marketplace.messaging.live.socket import Socket

# A socket that its process has not named for this long has gone with its process.
LOST_AFTER_SECONDS = 60
REFRESH_SECONDS = 20
# Who goes from page to page closes a window and opens the next one.
FAREWELL_SECONDS = 8.0


class Presence:
    """The counting of one process."""

    def __init__(self, client: Redis, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._refreshed_at = 0.0

    def _key(self, person_id: int) -> str:
        return f"{self._prefix}:windows:{person_id}"

    async def came(self, socket: Socket, *, most: int) -> tuple[bool, list[str]]:
        """Count a window. Returns whether it is this person's only one, and the oldest of those above `most`."""
        key, now = self._key(socket.person_id), time.time()
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.zremrangebyscore(key, "-inf", now - LOST_AFTER_SECONDS)
            pipe.zadd(key, {socket.number: now})
            pipe.expire(key, LOST_AFTER_SECONDS * 2)
            pipe.zrange(key, 0, -1)
            *_done, found = await pipe.execute()
        by_age = sorted(number.decode() for number in found)
        return len(by_age) == 1, by_age[: max(0, len(by_age) - most)]

    async def went(self, socket: Socket) -> bool:
        """Count a window out. Returns, after a while, whether this person has none left."""
        key = self._key(socket.person_id)
        await self._client.zrem(key, socket.number)
        await asyncio.sleep(FAREWELL_SECONDS)
        return not await self.is_online(socket.person_id)

    async def is_online(self, person_id: int) -> bool:
        """Whether somebody has a window open."""
        return bool(await self._client.zcount(self._key(person_id), time.time() - LOST_AFTER_SECONDS, "+inf"))

    async def refresh(self, sockets: Iterable[Socket]) -> None:
        """Name all windows of this process again, now and then."""
        now = time.time()
        if now - self._refreshed_at < REFRESH_SECONDS:
            return
        self._refreshed_at = now
        async with self._client.pipeline(transaction=False) as pipe:
            for socket in sockets:
                key = self._key(socket.person_id)
                pipe.zadd(key, {socket.number: now})
                pipe.expire(key, LOST_AFTER_SECONDS * 2)
            await pipe.execute()
