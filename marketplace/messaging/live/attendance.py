"""Who is there: what windows are shown of the people that they talk to, and how many windows somebody has.

A process counts its own windows in and out. Those of a process that died count themselves out with time, so every process looks
now and then whether whom it shows as being there still is.
"""

import asyncio
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings
from redis.exceptions import RedisError

from marketplace.core import live
from marketplace.messaging.live import look, presence
from marketplace.messaging.live.socket import Socket
from marketplace.messaging.live.threads import in_thread

if TYPE_CHECKING:
    from marketplace.messaging.live.hub import Hub


class Attendance:
    """The part of a hub that knows who is there."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._presence = presence.Presence(hub.client, hub.channel)
        self._shown: set[int] = set()  # whom windows here were shown as being there
        self._leaving: Counter[int] = Counter()  # whose window closed a moment ago

    async def came(self, socket: Socket) -> None:
        """Count a window in. Of too many the oldest close."""
        with suppress(RedisError, OSError):
            is_first, too_many = await self._presence.came(socket, most=settings.LIVE["windows_per_person"])
            if too_many:
                await self._hub.publish_text(live.EVICT, socket.person_id, " ".join(too_many))
            if is_first:
                await self._hub.publish(live.ONLINE, socket.person_id)

    async def went(self, socket: Socket) -> None:
        """A page that leads to the next one is no farewell: a while later, whether any window is open."""
        person = socket.person_id
        self._leaving[person] += 1
        try:
            with suppress(RedisError, OSError):
                await self._presence.left(socket)
                await self._tell_gone([person])
        finally:
            self._leaving[person] -= 1
            self._leaving += Counter()  # without those at zero

    async def _tell_gone(self, people: Collection[int]) -> None:
        await asyncio.sleep(presence.FAREWELL_SECONDS)
        gone = set(people) - await self._presence.online_among(people)
        for person, moment in (await in_thread(look.note_last_seen, gone)).items():
            await self._hub.publish_text(live.OFFLINE, person, moment)

    async def refresh(self) -> None:
        """Name the windows of this process again, now and then, and look for people whose process did so no more."""
        if not await self._presence.refresh(self._hub.sockets):
            return
        self._shown &= self._hub.conversations_of.keys()
        elsewhere = self._shown - self._hub.of_person.keys()
        if lost := elsewhere - await self._presence.online_among(elsewhere):
            self._hub.spawn(self._tell_gone(lost))

    async def rest(self) -> None:
        """This process ends: note when those were last seen who have a window nowhere else. They may be back in a moment."""
        people = {*self._leaving, *self._hub.of_person}
        with suppress(RedisError, OSError):
            people -= await self._presence.online_among(people)
        await in_thread(look.note_last_seen, people)

    def show(self, person_id: int, is_online: bool, moment: str) -> None:
        """To whoever follows a conversation with this person, and is not kept apart from them."""
        (self._shown.add if is_online else self._shown.discard)(person_id)
        for conversation_id in self._hub.conversations_of.get(person_id, ()):
            state = {"online": is_online, "last_seen": moment or None}
            frame = _frame(conversation_id, self._hub.places[conversation_id][person_id], state)
            for socket in self._hub.followers[conversation_id]:
                if socket.person_id != person_id and not socket.following[conversation_id].is_muted_by_block:
                    socket.put_frame(frame)

    async def states_of(self, people: dict[int, str], except_for: int, last_seen: dict[str, str]) -> dict[str, Any]:
        """Role → whether they have a window open anywhere, and when their last one was closed."""
        others = {person: role for person, role in people.items() if person and person != except_for}
        with suppress(RedisError, OSError):
            online = await self._presence.online_among(others)
            online |= others.keys() & self._hub.of_person.keys()
            self._shown |= online
            return {
                role: {"online": person in online, "last_seen": last_seen.get(role)} for person, role in others.items()
            }
        return {}

    async def keep_apart(self, socket: Socket, *, asked: Collection[int], apart: Collection[int]) -> None:
        """Between people of whom one has blocked the other since, nothing is shown any more; without the block it is again."""
        for conversation_id, following in list(socket.following.items()):
            is_apart = conversation_id in apart
            if conversation_id not in asked or following.is_muted_by_block == is_apart:
                continue
            following.is_muted_by_block = is_apart
            others = {
                person: role
                for person, role in self._hub.places.get(conversation_id, {}).items()  # left meanwhile, there is nobody
                if person and person != socket.person_id
            }
            if is_apart:
                states: dict[str, Any] = {role: {"online": False, "last_seen": None} for role in others.values()}
            else:
                seen = await in_thread(look.last_seen_of, list(others))
                states = await self.states_of(others, 0, {others[person]: moment for person, moment in seen.items()})
            for role, state in states.items():
                socket.put_frame(_frame(conversation_id, role, state))


def _frame(conversation_id: int, role: str, state: dict[str, Any]) -> str:
    return live.frame_of({"type": "presence", "conversation": conversation_id, "from": role, **state})
