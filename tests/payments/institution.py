"""An institution that answers whatever a test wants, signed or not, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Institution:
    """`answers` are given one after another, the last one for ever: status, headers, body."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer this from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, {"Content-Type": "application/json; charset=utf-8"} | named, body))


@pytest.fixture
def institution() -> Iterator[Institution]:
    """Runs for one test."""
    there = Institution()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            there.asked.append(f"{self.command} {self.path.partition('?')[0]}")
            status, headers, body = there.answers.pop(0) if len(there.answers) > 1 else there.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *arguments: Any) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()  # how soon it stops
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture
def silence() -> Iterator[str]:
    """The address of something that takes a connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
