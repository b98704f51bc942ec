"""Cutting a connection without an answer, as a failing network does."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send


class ReachTransport:
    """Outermost ASGI layer: notes the server's transport before Starlette wraps the channel in its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # ASGI has no word for "hang up"; uvicorn's send is a method of the object that holds the transport.
            scope["sandbox.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


async def drop_connection(request: Request) -> Response:
    """Hang up. Under a server whose transport cannot be reached, the answer is an empty 502 instead."""
    transport = request.scope.get("sandbox.transport")
    if transport is not None:
        transport.abort()
        # The server must notice the lost connection first, then it ignores the response that follows.
        await asyncio.sleep(0.05)
    return PlainTextResponse("", status_code=502)
