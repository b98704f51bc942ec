"""What happened, told once to every process that has windows open: one Valkey channel for the whole portal.

A notice is a topic and, mostly, a frame that is built here once and written to windows as it is
(messaging/live/hub.py). It may be lost: what counts is in PostgreSQL, where windows ask for what they missed. Called after
the commit.
"""

import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from marketplace.core.valkey import one_of_the_process

logger = logging.getLogger(__name__)

# Topic, number of what it is about, and the event that windows are shown, if any.
Notice = tuple[str, int, Mapping[str, Any] | None]
# So many at most leave as one: what a process hears is read whole.
TOGETHER = 64
# A socket that its process has not named for this long has gone with its process.
LOST_AFTER_SECONDS = 60
# A condition of a search: more would cost more than they narrow.
MOST_ONLINE = 5000
_gathered: ContextVar[list[Notice] | None] = ContextVar("gathered", default=None)

# What a topic is about, and whom its frame goes to.
CONVERSATION = "conversation"  # everybody who follows it
PERSON = "person"  # all windows of somebody
# Without a frame: what the processes look up themselves, for the windows that they have.
UNREAD = "unread"  # somebody's counts have changed
CHECK = "check"  # somebody's sessions or rights may have ended, or who is kept apart from them has changed
ACCESS = "access"  # who takes part in a conversation has changed
ONLINE, OFFLINE = "online", "offline"  # somebody's first window opened, or their last one closed
BLOCKS = "blocks"  # what is blocked against abuse has changed; its number says nothing
EVICT = "evict"  # somebody has too many windows: the frame names those that close


def frame_of(event: Mapping[str, Any]) -> str:
    """The text of a WebSocket message. JSON has no line breaks of its own, which separate the parts of a notice."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def notice(topic: str, number: int, frame: str = "") -> bytes:
    """What goes over the channel."""
    return f"{topic} {number}\n{frame}".encode()


def read_notices(data: bytes) -> Iterator[tuple[str, int, str]]:
    """Topic, number and frame of each: two lines, one after the other."""
    lines = data.decode().split("\n")
    for head, frame in zip(lines[::2], lines[1::2], strict=True):
        topic, _space, number = head.partition(" ")
        yield topic, int(number), frame


def publish(topic: str, number: int, event: Mapping[str, Any] | None = None) -> None:
    """Tell every process. Whatever goes wrong costs a moment, never what is stored, and never the caller."""
    publish_all([(topic, number, event)])


def publish_all(notices: Iterable[Notice]) -> None:
    """Several together, in this order. Inside `gathered` they wait for its end."""
    waiting = _gathered.get()
    if waiting is not None:
        waiting.extend(notices)
        return
    told = [notice(topic, number, "" if event is None else frame_of(event)) for topic, number, event in notices]
    try:
        for begin in range(0, len(told), TOGETHER):
            client(settings.LIVE["url"]).publish(settings.LIVE["channel"], b"\n".join(told[begin : begin + TOGETHER]))
    except redis.RedisError as error:
        logger.warning("No live notices: %s", error)


@contextmanager
def gathered() -> Iterator[None]:
    """What is published inside leaves together at the end, and who is to be counted anew several times is named once.

    Around a transaction, never inside one. Nothing leaves when it fails.
    """
    if _gathered.get() is not None:
        yield
        return
    waiting: list[Notice] = []
    token = _gathered.set(waiting)
    try:
        yield
    finally:
        _gathered.reset(token)
    publish_all(_once(waiting))


def _once(notices: Sequence[Notice]) -> Iterator[Notice]:
    counted = {number for topic, number, event in notices if topic == UNREAD and event is not None}
    for topic, number, event in notices:
        if topic == UNREAD and event is None:
            if number in counted:
                continue
            counted.add(number)
        yield topic, number, event


def unread_changed(person_id: int) -> None:
    """The badges of somebody's open windows are to be counted anew. In `transaction.on_commit`."""
    publish(UNREAD, person_id)


@one_of_the_process
def client(url: str) -> redis.Redis:
    """The connections of this process. One retry, because those from before a restart of the server are dead."""
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1), health_check_interval=0
    )


def online_key(channel: str) -> str:
    """Where the processes note everybody who has a window open, by when they were last known (messaging/live/presence.py)."""
    return f"{channel}:online"


def online_people(*, most: int = MOST_ONLINE) -> frozenset[int]:
    """Who has had a window open within the last minute, the latest first; nobody while Valkey does not answer."""
    try:
        found = client(settings.LIVE["url"]).zrevrangebyscore(
            online_key(settings.LIVE["channel"]), "+inf", time.time() - LOST_AFTER_SECONDS, start=0, num=most
        )
    except redis.RedisError as error:
        logger.warning("Nobody is known to be online: %s", error)
        return frozenset()
    return frozenset(int(person) for person in cast(list[bytes], found))
