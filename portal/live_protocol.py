"""How uvicorn writes WebSockets here: `uvicorn --ws portal.live_protocol:LiveProtocol`.

A frame for a hundred windows is serialised once (messaging/live/socket.py, `ready`); uvicorn's own protocol would do it for each
of them. Everything else is uvicorn's, and every other server reads the text that stands beside the bytes.
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN

TAKES_CLOSE_SECONDS = 4.0  # less than messaging/live/socket.py waits for it


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own protocol, with a short way for bytes that are ready, and an end for who does not read that it has come."""

    async def send(self, message: Any) -> None:
        """Write an ASGI message; `wire` as it is, unless compression was agreed on or the network is slow."""
        if message["type"] == "websocket.close" and not await self._is_taking():
            self.transport.abort()
            return
        wire = message.get("wire")
        conn = self.conn
        if wire is None or conn.state is not OPEN or conn.extensions or self.close_sent or not self.writable.is_set():
            await super().send(message)
        elif self.handshake_complete and not self.disconnected:
            self.transport.write(wire)
        else:
            await super().send(message)

    async def _is_taking(self) -> bool:
        """Whether the network takes anything at all. uvicorn would wait for that as long as it lasts, with the window open."""
        try:
            await asyncio.wait_for(self.writable.wait(), TAKES_CLOSE_SECONDS)
        except TimeoutError:
            return False
        return True
