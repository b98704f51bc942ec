"""A WebSocket client that costs next to nothing, so that what is measured is the server: no masking, no compression."""

import asyncio
import base64
import json
import os
import time
from collections.abc import Callable
from typing import Any

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
OPENING_SECONDS = 30


class Closed(Exception):
    """The other side has closed."""


class Client(asyncio.Protocol):
    """One socket. `on_text` is called with each text as bytes; `on_close` with the code, once it was open."""

    def __init__(
        self,
        handshake: bytes,
        on_text: Callable[[bytes], None] | None = None,
        on_close: Callable[[int], None] | None = None,
    ) -> None:
        self._handshake = handshake
        self._buffer = b""
        self._was_open = False
        self.on_text = on_text
        self.on_close = on_close
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.close_code: int | None = None
        self.received_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(self._handshake)

    def data_received(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self._buffer += data
        if not self.opened.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.opened.set_exception(Closed(head.split(b"\r\n")[0].decode()))
                self.transport.close()
                return
            self._buffer = rest
            self._was_open = True
            self.opened.set_result(None)
        self._read_frames()

    def _read_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            length, start = buffer[at + 1] & 0x7F, at + 2
            if length == 126:
                if len(buffer) < start + 2:
                    break
                length, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
            elif length == 127:
                if len(buffer) < start + 8:
                    break
                length, start = int.from_bytes(buffer[start : start + 8], "big"), start + 8
            if len(buffer) < start + length:
                break
            kind, payload = buffer[at] & 0x0F, buffer[start : start + length]
            at = start + length
            if kind == TEXT and self.on_text is not None:
                self.on_text(payload)
            elif kind == PING:
                self._write(PONG, payload)
            elif kind == CLOSE:
                self.close_code = int.from_bytes(payload[:2], "big") or 1005
                self.transport.close()
        self._buffer = buffer[at:]

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Closed("before it was open"))
        if self._was_open and self.on_close is not None:
            self.on_close(self.close_code or 1006)

    def say(self, content: dict[str, Any]) -> None:
        """Send JSON."""
        self._write(TEXT, json.dumps(content, ensure_ascii=False).encode())

    def _write(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        long = length.to_bytes(2, "big") if length > 125 else b""
        head = bytes((0x80 | kind, 0x80 | (126 if long else length))) + long
        self.transport.write(head + b"\0\0\0\0" + payload)  # masked with zeros, which changes nothing

    def close(self) -> None:
        """Leave as a browser does that is closed."""
        self.transport.close()


async def connect(
    port: int,
    path: str,
    *,
    cookie: str = "",
    origin: str = "",
    host: str = "",
    on_text: Callable[[bytes], None] | None = None,
    on_close: Callable[[int], None] | None = None,
) -> Client:
    """Open a socket on this machine; with `host` as nginx passes on who came by TLS to that name.

    Raises Closed when it is refused, OSError when nobody is there.
    """
    if host:
        origin = origin or f"https://{host}"
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host or f'localhost:{port}'}",
        *(["X-Forwarded-Proto: https"] if host else []),
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Origin: {origin or f'http://localhost:{port}'}",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    handshake = "\r\n".join([*lines, "", ""]).encode()
    loop = asyncio.get_running_loop()
    _transport, client = await loop.create_connection(lambda: Client(handshake, on_text, on_close), "127.0.0.1", port)
    await asyncio.wait_for(client.opened, OPENING_SECONDS)
    return client


async def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so, at most so long; returns whether it is."""
    ends = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > ends:
            return False
        await asyncio.sleep(0.002)
    return True
