"""An open window on a conversation, spoken to as a browser would.

Like channels.testing.WebsocketCommunicator, whose package cannot be imported without daphne.
"""

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
NOTHING_COMES_SECONDS = 0.2


class Window:
    """One connection through the project's whole ASGI application."""

    def __init__(self, scope: dict[str, Any]) -> None:
        from portal.asgi import application

        self.application = ApplicationCommunicator(application, scope)
        self.close_code: int | None = None

    async def open(self) -> None:
        await self.application.send_input({"type": "websocket.connect"})
        answer = await self.application.receive_output(PATIENCE_SECONDS)
        if answer["type"] == "websocket.close":
            self.close_code = answer.get("code", 1000)

    @property
    def is_open(self) -> bool:
        return self.close_code is None

    async def say(self, content: Any) -> None:
        """Send JSON, or a text as it is."""
        text = content if isinstance(content, str) else json.dumps(content)
        await self.application.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        """The next event."""
        answer = await self.application.receive_output(PATIENCE_SECONDS)
        assert answer["type"] == "websocket.send", answer
        return json.loads(answer["text"])

    async def hears_nothing(self) -> bool:
        return await self.application.receive_nothing(NOTHING_COMES_SECONDS)

    async def close(self) -> None:
        await self.application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.application.wait(PATIENCE_SECONDS)


def _session_of(user: User) -> bytes:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}".encode()


@asynccontextmanager
async def window(
    conversation_id: int, user: User | None = None, *, origin: bytes = b"http://localhost", language: str = "zh-hans"
) -> AsyncIterator[Window]:
    """A window of `user` on a conversation; it is closed in the end, come what may."""
    headers = [(b"host", b"localhost"), (b"origin", origin)]
    if user is not None:
        headers.append((b"cookie", await database_sync_to_async(_session_of)(user)))
    opened = Window(
        {
            "type": "websocket",
            "path": f"/ws/conversations/{conversation_id}/",
            "query_string": f"language={language}".encode(),
            "headers": headers,
            "subprotocols": [],
        }
    )
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()
