"""What stands between the portal and a server of its: a TCP proxy that passes everything on, until it is told to misbehave."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

PASSES, AWAY, RESETS, SILENT, UNWELL = "passes", "away", "resets", "silent", "unwell"
# What a storage says that has trouble of its own.
_UNWELL = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)  # closing sends RST


class Proxy:
    """Listens on a port of its own; without a target it takes every connection and says nothing.

    `how` and `delay_seconds` (before each answer) count from the next word on. AWAY refuses as far as a listener can:
    it is closed before a word. `asked` counts connections.
    """

    def __init__(self, target: tuple[str, int] | None) -> None:
        self.how, self.delay_seconds, self.asked = PASSES, 0.0, 0
        self._target, self._open = target, list[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        """Close everything."""
        self._listener.close()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                self.asked += 1
                self._open.append(near)
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self.how == AWAY:
            near.close()
            return
        if self._target is None:
            return  # it takes the connection, and says nothing
        far = socket.create_connection(self._target)
        self._open.append(far)
        threading.Thread(target=self._pass_on, args=(near, far, False), daemon=True).start()
        self._pass_on(far, near, True)

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        waiting = threading.Event()
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if self.how == SILENT:
                    continue
                if self.how == UNWELL:
                    if not is_answer:
                        source.sendall(_UNWELL)
                    break
                if self.how in (RESETS, AWAY):
                    for one in (source, target):
                        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    break
                if is_answer and self.delay_seconds:
                    waiting.wait(self.delay_seconds)
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def proxy_to(url: str) -> Iterator[Proxy]:
    """A proxy before the server at this address."""
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 80))
    try:
        yield proxy
    finally:
        proxy.stop()
