"""Large bodies are refused before they are written anywhere."""

import asyncio

import pytest

from portal.body_limit import BodyLimit


class Rig:
    """An application that reads the whole body, behind a limit of ten bytes below /uploads/."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.sent: list[dict] = []
        self.application = BodyLimit(self._reads, prefix="/uploads/", limit=10)

    async def _reads(self, _scope, receive, send) -> None:
        while True:
            message = await receive()
            self.read.append(message["type"] + message.get("body", b"").decode())
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    def ask(self, path: str, chunks: list[bytes], length: str | None = None) -> list[dict]:
        waiting = list(chunks)

        async def receive():
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

        async def send(message):
            self.sent.append(message)

        headers = [(b"content-length", length.encode())] if length else []
        asyncio.run(self.application({"type": "http", "path": path, "headers": headers}, receive, send))
        return self.sent


def test_a_body_that_announces_too_much_is_not_read():
    rig = Rig()
    assert rig.ask("/uploads/x/bytes/", [b"x" * 11], "11")[0]["status"] == 413
    assert rig.read == []


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit():
    rig = Rig()
    rig.ask("/uploads/x/bytes/", [b"x" * 6, b"x" * 6, b"x" * 6])
    assert rig.read == ["http.requestxxxxxx", "http.disconnect"]


@pytest.mark.parametrize(
    ("path", "chunks", "length"), [("/uploads/", [b"x" * 10], "10"), ("/gigs/", [b"x" * 50], "50")]
)
def test_what_is_within_the_limit_or_elsewhere_passes(path, chunks, length):
    rig = Rig()
    assert rig.ask(path, chunks, length)[0]["status"] == 200
    assert "".join(rig.read) == "http.request" + chunks[0].decode()
