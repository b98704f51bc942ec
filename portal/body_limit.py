"""Django under ASGI writes a whole body to disk before any view is asked. Where large files come in, a limit stands before that.

In production nginx holds it (client_max_body_size), and WSGI workers read no further than a view wants.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyLimit:
    """Answer 413 to a body below `prefix` that says that it is larger than `limit` bytes, and end one that turns out to be."""

    def __init__(self, application: Application, *, prefix: str, limit: int) -> None:
        self.application, self.prefix, self.limit = application, prefix, limit

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(self.prefix):
            await self.application(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self.limit:
            await send({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
            await send({"type": "http.response.body", "body": b""})
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # A browser that has gone away: Django stops reading, and deletes what it has.
            return {"type": "http.disconnect"} if received > self.limit else message

        await self.application(scope, limited, send)
