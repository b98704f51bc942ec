"""A window of a person, spoken to as static/js/live/socket.js would, through the project's own ASGI application."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from marketplace.accounts.models import User

PATIENCE_SECONDS = 5
NOTHING_COMES_SECONDS = 0.3
OWN = b"http://localhost"


class LiveWindow:
    """One connection."""

    def __init__(self, headers: list[tuple[bytes, bytes]], language: str, *, path: str = "/ws/live/") -> None:
        from portal.asgi import application

        self.application = ApplicationCommunicator(
            application,
            {
                "type": "websocket",
                "path": path,
                "query_string": f"language={language}".encode(),
                "headers": headers,
                "subprotocols": [],
            },
        )
        self.was_accepted = False
        self.close_code: int | None = None

    async def open(self) -> None:
        await self.application.send_input({"type": "websocket.connect"})
        answer = await self.application.receive_output(PATIENCE_SECONDS)
        self.was_accepted = answer["type"] == "websocket.accept"
        if not self.was_accepted:
            self.close_code = answer.get("code", 1000)

    async def say(self, content: Any) -> None:
        """Send JSON, or a text as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        await self.application.send_input({"type": "websocket.receive", "text": text})

    async def hear(self, *kinds: str, **fields: Any) -> dict[str, Any]:
        """The next frame of one of these types (of any, without) that has these fields; others are passed over."""
        while True:
            answer = await self.application.receive_output(PATIENCE_SECONDS)
            assert answer["type"] == "websocket.send", answer
            frame = json.loads(answer["text"])
            if (not kinds or frame["type"] in kinds) and all(frame.get(key) == value for key, value in fields.items()):
                return frame

    async def hears_nothing(self, *kinds: str) -> bool:
        """Whether no frame of these types comes for a moment; the others are passed over."""
        while not await self.application.receive_nothing(NOTHING_COMES_SECONDS):
            answer = await self.application.receive_output(PATIENCE_SECONDS)
            if answer["type"] != "websocket.send" or json.loads(answer["text"])["type"] in kinds:
                return False
        return True

    async def is_closed(self, within: float = PATIENCE_SECONDS) -> int:
        """Wait for the end; returns its code, and fails when a message, or something else of a conversation, comes before."""
        while True:
            answer = await self.application.receive_output(within)
            if answer["type"] == "websocket.close":
                self.close_code = answer.get("code", 1000)
                return self.close_code
            assert json.loads(answer["text"])["type"] in {"unread", "resumed", "presence"}, answer

    async def follow(self, conversation_id: int, *, after: int | None = None) -> dict[str, Any]:
        """Follow a conversation and wait until it is so."""
        await self.say({"type": "follow", "conversation": conversation_id, "after": after})
        return await self.hear("resumed", "error", conversation=conversation_id)

    async def close(self) -> None:
        await self.application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.application.wait(PATIENCE_SECONDS)


def session_cookie(user: User) -> bytes:
    """A browser that is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}".encode()


@asynccontextmanager
async def live_window(
    user: User | None = None,
    *,
    follow: int | None = None,
    origin: bytes | None = OWN,
    host: bytes = b"localhost",
    language: str = "zh-hans",
    cookie: bytes = b"",
) -> AsyncIterator[LiveWindow]:
    """A window of `user` (or of the session of a cookie), on one conversation if asked; closed in the end, come what may."""
    headers = [(b"host", host)]
    if origin is not None:
        headers.append((b"origin", origin))
    if user is not None:
        cookie = await database_sync_to_async(session_cookie)(user)
    opened = LiveWindow([*headers, (b"cookie", cookie)], language)
    await opened.open()
    if follow is not None:
        assert (await opened.follow(follow))["type"] == "resumed"
    try:
        yield opened
    finally:
        await opened.close()
