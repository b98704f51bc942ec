"""Windows of people who talk, without a browser: they keep to what static/js/live does, and to a log of what they were shown."""

import asyncio
import contextlib
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from portal.bench.chat_servers import Pair
from portal.bench.websocket import Client, Closed, connect

ANSWERED_WITHIN_SECONDS = 8.0
GAP_CLOSES_WITHIN_SECONDS = 0.8
AGAIN_AFTER_SECONDS = 2.0
PASSES = {"busy", "too_fast"}  # refusals that are none


@dataclass
class Unsent:
    """A message that has not come back."""

    client_id: str
    body: str
    tries: int = 0
    sent_at: float = 0.0


@dataclass
class TalkingWindow:
    """One window on one conversation. `shown` is what stands in its thread: number → (client id, body)."""

    port: int
    conversation_id: int
    cookie: str
    shown: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    doubled: int = 0  # frames of what was shown already: left out by their number
    refused: list[dict[str, Any]] = field(default_factory=list)
    after: int = 0
    connections: int = 0
    closed_with: list[int] = field(default_factory=list)  # the codes with which servers closed it
    unsent: dict[str, Unsent] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    is_ready: bool = False
    _client: Client | None = None
    _gap_since: float = 0.0
    _again_at: float = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the window open until told otherwise."""
        failures = 0
        while not stop.is_set():
            lost = asyncio.Event()

            def closed(code: int, lost: asyncio.Event = lost) -> None:
                self.closed_with.append(code)
                lost.set()

            try:
                self._client = await connect(
                    self.port,
                    "/ws/live/",
                    cookie=self.cookie,
                    on_text=self._hear,
                    on_close=closed,
                )
                self.connections += 1
                self._resume()
                failures = 0
                while not lost.is_set() and not stop.is_set():
                    self._look_after()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(lost.wait(), 0.5)
            except (Closed, OSError, TimeoutError):
                failures += 1
            self.is_ready = False
            longest = min(0.5 * 2**failures, 5.0)
            await asyncio.sleep(longest / 2 + random.random() * longest / 2)
        if self._client is not None:
            self._client.on_close = None  # it leaves by itself, nobody closes it
            self._client.close()

    def write(self, body: str) -> None:
        """Somebody types and sends."""
        message = Unsent(str(uuid4()), body)
        self.unsent[message.client_id] = message
        self.sent.append(message.client_id)
        if self.is_ready and len(self.unsent) == 1:
            self._send(message)

    def _send_next(self) -> None:
        """One is on its way at a time: they arrive in the order in which they were written."""
        first = next(iter(self.unsent.values()), None)
        if first is not None:
            self._send(first)

    def _send(self, message: Unsent) -> None:
        content = {"type": "message", "conversation": self.conversation_id, "client_id": message.client_id}
        assert self._client is not None
        self._client.say(content | {"body": message.body, "again": message.tries > 0})
        message.tries += 1
        message.sent_at = message.sent_at or time.monotonic()
        self._again_at = time.monotonic() + ANSWERED_WITHIN_SECONDS

    def _resume(self) -> None:
        assert self._client is not None
        self._client.say({"type": "resume", "conversation": self.conversation_id, "after": self.after})

    def _look_after(self) -> None:
        now = time.monotonic()
        if self.is_ready:
            first = next(iter(self.unsent.values()), None)
            if first is not None and now > self._again_at:
                self._send(first)
        if self._gap_since and now - self._gap_since > GAP_CLOSES_WITHIN_SECONDS:
            self._gap_since = 0.0
            self._resume()

    def _hear(self, payload: bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "message":
            self._show(frame)
        elif frame["type"] == "resumed":
            if frame.get("again"):
                if frame["sequence"] > self.after:
                    self._resume()
                return
            if frame["more"]:
                self._resume()
                return
            self.is_ready = True
            self._send_next()
        elif frame["type"] == "error" and frame["code"] in PASSES:
            self._again_at = time.monotonic() + frame.get("retry_after", AGAIN_AFTER_SECONDS)
        elif frame["type"] == "error":
            self.refused.append(frame)

    def _show(self, frame: dict[str, Any]) -> None:
        message = self.unsent.pop(frame["client_id"], None)
        if message is not None:
            self.latencies.append(time.monotonic() - message.sent_at)
            self._send_next()
        sequence = frame["sequence"]
        if sequence in self.shown:
            self.doubled += 1
            return
        self.shown[sequence] = (frame["client_id"], frame["body"])
        while self.after + 1 in self.shown:
            self.after += 1
        self._gap_since = (self._gap_since or time.monotonic()) if self.after < max(self.shown) else 0.0


def windows_of(port: int, pairs: list[Pair]) -> list[TalkingWindow]:
    """Both windows of each pair."""
    return [
        TalkingWindow(port, pair.conversation_id, cookie)
        for pair in pairs
        for cookie in (pair.buyer_cookie, pair.seller_cookie)
    ]
