"""The hub of a process: it hears the portal's live channel once, and passes each frame on to the windows it is for.

A frame comes ready made and is written to every window as it is. Channels' groups would queue and dispatch it once for each
socket: a twentieth of the speed (facts/performance.md, 1d).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from marketplace.accounts.blocks import forget_own_list
from marketplace.core import live
from marketplace.messaging.live import look
from marketplace.messaging.live.attendance import Attendance
from marketplace.messaging.live.socket import LOOK_AGAIN, NOT_SIGNED_IN, TOO_MANY_WINDOWS, Following, Socket, ready
from marketplace.messaging.live.threads import in_thread

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 2.0
READY_SECONDS = 2.0  # a window that opens waits this long for the channel, then does without
SILENCE_SECONDS = 15.0  # a channel that answers no ping for this long is dead, whatever TCP says
# Counts of a person are made at once, and again for all that changed within this time after it; those of several together.
COUNT_EVERY_SECONDS = 2.0
COUNT_TOGETHER_SECONDS = 0.25

_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> "Hub":
    """The hub of this process (of this event loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


async def rest() -> None:
    """This process ends, with all its windows."""
    if (own := _hubs.get(asyncio.get_running_loop())) is not None:
        try:
            await own.attendance.rest()
        except Exception:
            logger.exception("When people were last seen could not be noted")


class Hub:
    """All windows of a process, and who follows what."""

    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self.of_person: defaultdict[int, set[Socket]] = defaultdict(set)
        self.followers: defaultdict[int, set[Socket]] = defaultdict(set)
        # Of each conversation that is followed: who takes part in which place, and the newest number seen here.
        self.places: dict[int, dict[int, str]] = {}
        self.conversations_of: defaultdict[int, set[int]] = defaultdict(set)
        self.heads: dict[int, int] = {}
        self.is_up = False
        self.url, self.channel = settings.LIVE["url"], settings.LIVE["channel"]
        self.client = redis.asyncio.Redis.from_url(
            self.url, socket_timeout=2, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1)
        )
        self.attendance = Attendance(self)
        self._came_up = asyncio.Event()
        self._heard_at = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._own: list[asyncio.Task[None]] = []
        self._uncounted: set[int] = set()
        self._counted_at: dict[int, float] = {}
        self._is_counting = False
        self._news: defaultdict[int, dict[int, int]] = defaultdict(dict)

    # Windows come and go

    async def join(self, socket: Socket) -> None:
        """Take in a window; the first one lets the hub listen."""
        self.sockets.add(socket)
        self.of_person[socket.person_id].add(socket)
        if not self._own:
            self._own = [asyncio.create_task(self._listen()), asyncio.create_task(self._look_again())]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._came_up.wait(), READY_SECONDS)
        await self.attendance.came(socket)

    def leave(self, socket: Socket) -> None:
        """Forget a window. The hub goes on listening: the next one is not long in coming."""
        self.sockets.discard(socket)
        for conversation_id in list(socket.following):
            self.unfollow(socket, conversation_id)
        mine = self.of_person[socket.person_id]
        mine.discard(socket)
        if not mine:
            del self.of_person[socket.person_id]
        self.spawn(self.attendance.went(socket))

    def follow(self, socket: Socket, conversation_id: int, following: Following, places: dict[int, str]) -> None:
        """From now on frames of this conversation go to this window. Who may is asked before (consumers.py)."""
        socket.following[conversation_id] = following
        self.followers[conversation_id].add(socket)
        self._set_places(conversation_id, places)
        self.heads.setdefault(conversation_id, 0)

    def unfollow(self, socket: Socket, conversation_id: int) -> None:
        """The opposite."""
        socket.following.pop(conversation_id, None)
        self.followers[conversation_id].discard(socket)
        if not self.followers[conversation_id]:
            self._set_places(conversation_id, {})
            for known in (self.followers, self.places, self.heads):
                known.pop(conversation_id, None)

    def _set_places(self, conversation_id: int, places: dict[int, str]) -> None:
        for person in self.places.get(conversation_id, {}).keys() - places.keys():
            self.conversations_of[person].discard(conversation_id)
            if not self.conversations_of[person]:
                del self.conversations_of[person]
        for person in places:
            self.conversations_of[person].add(conversation_id)
        self.places[conversation_id] = places

    def release(self, socket: Socket, conversation_id: int, *, after: int) -> None:
        """The window has been told what it missed, up to the number `after`: now what else came meanwhile."""
        following = socket.following.get(conversation_id)
        if following is not None and following.held is not None:
            held, following.held = following.held, None
            for frame in held:
                if not 0 < look.sequence_in(frame) <= after:
                    socket.put_frame(frame)
        if conversation_id in self.heads:
            self.heads[conversation_id] = max(after, self.heads[conversation_id])

    def spawn(self, work: Any) -> None:
        """Run something beside, kept alive and heard of when it fails."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("The live hub", exc_info=error)

    # What is heard goes out

    async def publish(self, topic: str, number: int, event: dict[str, Any] | None = None) -> None:
        """Tell every process, from the event loop."""
        try:
            await self.client.publish(
                self.channel, live.notice(topic, number, "" if event is None else live.frame_of(event))
            )
        except (RedisError, OSError) as error:
            logger.warning("No live notice about %s %s: %s", topic, number, error)

    async def publish_text(self, topic: str, number: int, text: str) -> None:
        """A notice whose frame is no JSON."""
        await self.client.publish(self.channel, live.notice(topic, number, text))

    def _hear_safely(self, data: bytes) -> None:
        try:
            self.hear(data)
        except Exception:  # of a newer release, perhaps: the next one is understood again
            logger.exception("A live notice that was not understood")

    def hear(self, data: bytes) -> None:
        """The notices that left together."""
        for topic, number, frame in live.read_notices(data):
            self._hear_one(topic, number, frame)

    def _hear_one(self, topic: str, number: int, frame: str) -> None:
        if topic == live.CONVERSATION:
            self._to_followers(number, frame)
        elif topic == live.PERSON:
            self._write(self.of_person.get(number, ()), frame)
        elif topic == live.UNREAD:
            self.count_soon(number, frame)
        elif topic in (live.ONLINE, live.OFFLINE):
            self.attendance.show(number, topic == live.ONLINE, frame)
        elif topic == live.EVICT:
            for socket in self.of_person.get(number, ()):
                if socket.number in frame.split():
                    socket.end(TOO_MANY_WINDOWS)
        elif topic == live.CHECK:
            if number in self.of_person:
                self.spawn(self.check(self.of_person[number]))
        elif topic == live.BLOCKS:
            forget_own_list()
            self.spawn(self.check(self.sockets))
        elif topic == live.ACCESS and number in self.followers:
            self.spawn(self.check(self.followers[number]))

    def _to_followers(self, conversation_id: int, frame: str) -> None:
        sockets = self.followers.get(conversation_id)
        if not sockets:
            return
        head = look.sequence_in(frame)
        if head > self.heads.get(conversation_id, 0):
            self.heads[conversation_id] = head
        message = ready(frame)
        for socket in sockets:
            following = socket.following[conversation_id]
            if following.held is not None:
                following.held.append(frame)
            else:
                socket.put(message)

    @staticmethod
    def _write(sockets: Iterable[Socket], frame: str) -> None:
        message = ready(frame)
        for socket in sockets:
            socket.put(message)

    # Badges

    def count_soon(self, person_id: int, frame: str = "") -> None:
        """Send the counts of somebody who has a window here."""
        if person_id not in self.of_person:
            return
        if frame:
            told = look.parsed(frame)
            latest = self._news[person_id]
            latest[told["conversation"]] = max(told["sequence"], latest.get(told["conversation"], 0))
        self._uncounted.add(person_id)
        if not self._is_counting:
            self._is_counting = True
            self.spawn(self._count())

    async def _count(self) -> None:
        """All who are due together, each at most every few seconds."""
        clock = asyncio.get_running_loop().time
        try:
            while self._uncounted:
                now = clock()
                due = [one for one in self._uncounted if now - self._counted_at.get(one, 0.0) >= COUNT_EVERY_SECONDS]
                if due:
                    self._uncounted.difference_update(due)
                    self._counted_at.update(dict.fromkeys(due, now))
                    await self._send_counts(due)
                await asyncio.sleep(COUNT_TOGETHER_SECONDS)
        finally:
            self._is_counting = False
        self._counted_at = {one: at for one, at in self._counted_at.items() if clock() - at < COUNT_EVERY_SECONDS}

    async def _send_counts(self, person_ids: list[int]) -> None:
        latest = {person: self._news.pop(person, {}) for person in person_ids}
        for person, counts in (await in_thread(look.counts_of, person_ids)).items():
            news = [{"conversation": number, "sequence": sequence} for number, sequence in latest[person].items()]
            self._write(self.of_person.get(person, ()), live.frame_of({"type": "unread", **counts, "latest": news}))

    # The channel

    async def _listen(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            # No timeout of the socket: silence is no fault (the trap of facts/performance.md, 1d); _look_again sends pings.
            # No retry inside: windows are to know at once that the channel is gone.
            client = redis.asyncio.Redis.from_url(
                self.url, socket_timeout=None, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
            )
            try:
                self._channel = client.pubsub()
                await self._channel.subscribe(self.channel)
                async for message in self._channel.listen():
                    self._heard_at = asyncio.get_running_loop().time()
                    if message["type"] == "message":
                        self._hear_safely(message["data"])
                    elif message["type"] == "subscribe":
                        wait = FIRST_RETRY_SECONDS
                        self._set_up()
            except (RedisError, OSError) as error:
                logger.warning("The live channel is down: %s", error)
            except Exception:  # whatever it is, a hub that no longer listens is deaf for good
                logger.exception("The live channel")
            finally:
                self.is_up = False
                with suppress(Exception):
                    await client.aclose()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_RETRY_SECONDS)

    def _set_up(self) -> None:
        """The channel is there. What was said while it was not, windows ask for."""
        was_up_before = self._came_up.is_set()
        self.is_up = True
        self._came_up.set()
        if was_up_before:
            self.spawn(self.tell_heads(self.followers))

    async def tell_heads(self, conversation_ids: Iterable[int]) -> None:
        """Tell windows how far their conversations have come; who lacks something resumes."""
        heads = await in_thread(look.heads_of, list(conversation_ids))
        for conversation_id, head in heads.items():
            self.heads[conversation_id] = max(head, self.heads.get(conversation_id, 0))
            frame = live.frame_of({"type": "resumed", "conversation": conversation_id, "sequence": head, "again": True})
            self._to_followers(conversation_id, frame)

    # What holds is looked at again

    async def _look_again(self) -> None:
        """Every few seconds, for all windows together in a handful of queries: whether sessions and rights hold, whether
        something was said that no notice told of. A log-out is told at once; this is for notices that were lost.
        """
        while True:
            await asyncio.sleep(settings.LIVE["look_again_seconds"])
            try:
                await self.check(self.sockets)
                await self._look_for_more()
                await self._keep_channel()
                await self.attendance.refresh()
            except (RedisError, OSError) as error:
                logger.warning("Who is there is not known: %s", error)
            except Exception:
                logger.exception("Looking again at open windows")

    async def check(self, sockets: Iterable[Socket]) -> None:
        """Close the windows whose session is over or to which all is blocked, and let those go whose rights are others now."""
        looked_at = list(sockets)
        if not looked_at:
            return
        follows = {(conversation_id, socket.person_id) for socket in looked_at for conversation_id in socket.following}
        held = await in_thread(
            look.what_holds, [(socket.person_id, socket.session_key) for socket in looked_at], follows
        )
        kept_out = await in_thread(look.kept_out, looked_at)
        # What was followed since the question was asked has been asked about just now.
        gone = follows - held.places
        for socket in looked_at:
            standing = held.standings.get((socket.person_id, socket.session_key))
            if standing is None or socket in kept_out:
                socket.end(NOT_SIGNED_IN)
            elif standing != socket.standing:
                holds = await in_thread(look.standing_at_the_door, socket.person_id, socket.session_key)
                socket.end(LOOK_AGAIN if holds else NOT_SIGNED_IN)
            else:
                for conversation_id in [one for one in socket.following if (one, socket.person_id) in gone]:
                    self.unfollow(socket, conversation_id)
                    told = {"type": "error", "conversation": conversation_id, "code": "not_participant", "message": ""}
                    socket.put_frame(live.frame_of(told))
                await self.attendance.keep_apart(socket, asked=held.people, apart=held.apart)
        for conversation_id, places in held.people.items():
            if conversation_id in self.places:
                self._set_places(conversation_id, places)

    async def _look_for_more(self) -> None:
        """What stands in PostgreSQL above the newest number seen here, and still does a moment later, was not told."""
        before = dict(self.heads)
        heads = await in_thread(look.heads_of, list(before))
        behind = [number for number, head in heads.items() if head > before.get(number, 0)]
        if behind:
            await asyncio.sleep(0.2)
            await self.tell_heads([one for one in behind if one in self.heads and heads[one] > self.heads[one]])

    async def _keep_channel(self) -> None:
        if not self.is_up:
            return
        if asyncio.get_running_loop().time() - self._heard_at > SILENCE_SECONDS:
            if (connection := self._channel.connection) is not None:
                await connection.disconnect()
            return
        with suppress(RedisError, OSError):
            await self._channel.ping()
