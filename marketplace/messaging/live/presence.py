"""Who has a window open anywhere, counted in Valkey: a sorted set for each person, of sockets by when they were last known."""

import time
from collections.abc import Iterable

from redis.asyncio import Redis

from marketplace.core import live
from marketplace.core.live import LOST_AFTER_SECONDS
from marketplace.messaging.live.socket import Socket

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
            pipe.zadd(live.online_key(self._prefix), {str(socket.person_id): now})
            pipe.zrange(key, 0, -1)
            *_done, found = await pipe.execute()
        by_age = sorted(number.decode() for number in found)
        return len(by_age) == 1, by_age[: max(0, len(by_age) - most)]

    async def left(self, socket: Socket) -> None:
        """Count a window out."""
        await self._client.zrem(self._key(socket.person_id), socket.number)

    async def online_among(self, people: Iterable[int]) -> set[int]:
        """Who of these has a window open anywhere."""
        asked, since = list(people), time.time() - LOST_AFTER_SECONDS
        async with self._client.pipeline(transaction=False) as pipe:
            for person in asked:
                pipe.zcount(self._key(person), since, "+inf")
            return {person for person, count in zip(asked, await pipe.execute(), strict=True) if count}

    async def refresh(self, sockets: Iterable[Socket]) -> bool:
        """Name all windows of this process again, now and then; returns whether it was time."""
        now = time.time()
        if now - self._refreshed_at < REFRESH_SECONDS:
            return False
        self._refreshed_at = now
        async with self._client.pipeline(transaction=False) as pipe:
            for socket in sockets:
                key = self._key(socket.person_id)
                pipe.zadd(key, {socket.number: now})
                pipe.expire(key, LOST_AFTER_SECONDS * 2)
                pipe.zadd(live.online_key(self._prefix), {str(socket.person_id): now})
            pipe.zremrangebyscore(live.online_key(self._prefix), "-inf", now - live.LOST_AFTER_SECONDS)
            await pipe.execute()
        return True
