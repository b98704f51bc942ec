"""One open socket, as the hub knows it."""

import asyncio
import struct
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from types import coroutine
from typing import Any
from uuid import uuid4

# What may wait for a window whose network is slow. More than that it asks PostgreSQL for, over a new connection.
WAITING_FRAMES = 256

# What a socket is closed with. 4400 to 4499 as HTTP's 400 to 499; static/js/live/socket.js knows them.
NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
TOO_LARGE = 1009
LOOK_AGAIN = 4409  # rights have changed: come back and be asked anew
TOO_MANY_WINDOWS = 4429
TOO_SLOW = 4413
TOO_MANY_FRAMES = 1008

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


def ready(frame: str) -> dict[str, Any]:
    """The ASGI message of a frame, made once for all windows that it goes to.

    Beside the text stand the bytes of the WebSocket frame, for a server that writes them as they are (portal/live_protocol.py).
    """
    return {"type": "websocket.send", "text": frame, "wire": wire_of(frame.encode())}


def wire_of(text: bytes) -> bytes:
    """RFC 6455, section 5.2: one whole text frame of a server, which is neither masked nor compressed."""
    length = len(text)
    if length < 126:
        return struct.pack("!BB", 0x81, length) + text
    if length < 65_536:
        return struct.pack("!BBH", 0x81, 126, length) + text
    return struct.pack("!BBQ", 0x81, 127, length) + text


@dataclass(slots=True)
class Following:
    """A conversation that a window follows."""

    role: str  # whose place in it this window has
    is_muted_by_block: bool = False  # neither typing nor presence is shown between people of whom one blocked the other
    held: list[str] | None = None  # frames that came while the window was told what it had missed


class Socket:
    """Writes frames in the order in which they were given, and never makes anybody wait for a slow network."""

    __slots__ = (
        "_closing",
        "_rest",
        "_send",
        "_waiting",
        "close",
        "closed_scopes",
        "following",
        "number",
        "person_id",
        "session_key",
        "standing",
    )

    def __init__(
        self,
        *,
        person_id: int,
        session_key: str | None,
        standing: tuple[Any, ...],
        send: Send,
        close: Callable[[int], Awaitable[None]],
        closed_scopes: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self.number = f"{time.time_ns() // 1_000_000:015d}-{uuid4().hex}"  # sorts by age
        self.person_id = person_id
        self.session_key = session_key
        self.standing = standing  # what must stay as it was (look.standing_of)
        self.following: dict[int, Following] = {}
        self.close = close
        self.closed_scopes = (
            closed_scopes  # what is blocked where it comes from, asked in a thread (accounts/blocks.py)
        )
        self._send = send
        self._waiting: deque[dict[str, Any]] | None = None
        self._rest: asyncio.Task[None] | None = None
        self._closing = False

    def put(self, message: dict[str, Any]) -> None:
        """Write an ASGI message. It is made once for all sockets that it goes to.

        As long as the network takes it, writing suspends nothing, so it is done here and now without a task: that is
        most of what a hub can deliver (facts/performance.md, 1d).
        """
        if self._closing:
            return
        if self._waiting is not None:
            self._waiting.append(message)
            if len(self._waiting) > WAITING_FRAMES:
                self.end(TOO_SLOW)
            return
        writing = self._send(message)
        try:
            pending = writing.send(None)
        except StopIteration:
            return
        except Exception:
            self._closing = True
            return
        self._waiting = deque()
        self._rest = asyncio.ensure_future(self._write_on(writing, pending))

    def put_frame(self, frame: str) -> None:
        """Write one text."""
        self.put({"type": "websocket.send", "text": frame})

    @property
    def is_over(self) -> bool:
        """Whether it is being closed: nothing that still comes from it is listened to, however slowly its network lets it go."""
        return self._closing

    def end(self, code: int) -> None:
        """Close from this side, once."""
        if self._closing:
            return
        self._closing = True
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.ensure_future(self._end(code))

    async def _end(self, code: int) -> None:
        with suppress(Exception):
            await asyncio.wait_for(_awaited(self.close(code)), timeout=5)

    async def _write_on(self, writing: Coroutine[Any, Any, None], pending: Any) -> None:
        """Finish what the network did not take at once, then what came meanwhile."""
        try:
            await _resume(writing, pending)
            while self._waiting:
                await self._send(self._waiting.popleft())
            self._waiting = None
        except Exception:
            self._closing = True


async def _awaited(what: Awaitable[None]) -> None:
    await what


@coroutine
def _resume(writing: Coroutine[Any, Any, None], pending: Any) -> Generator[Any, Any, None]:
    """Drive a coroutine on that has been driven to its first suspension already."""
    while True:
        fault: BaseException | None = None
        answer = None
        try:
            answer = yield pending
        except BaseException as error:
            fault = error
        try:
            pending = writing.send(answer) if fault is None else writing.throw(fault)
        except StopIteration:
            return
