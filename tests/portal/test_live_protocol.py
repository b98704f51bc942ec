"""The server's own protocol under a network that takes nothing, with uvicorn and a socket of this machine."""

import asyncio
import socket

import uvicorn

from marketplace.messaging.live.socket import NOT_SIGNED_IN, Socket
from portal.bench.websocket import connect
from portal.live_protocol import TAKES_CLOSE_SECONDS, LiveProtocol

FRAME = "x" * 60_000
FRAMES = 200  # 12 MB: more than two kernels keep for a connection, fewer than a window may have waiting


def test_a_window_that_reads_nothing_is_cut_off_when_its_session_ends_and_cannot_go_on_writing():
    said: list[str] = []

    async def story():
        is_full = asyncio.Event()

        async def application(scope, receive, send):
            await receive()
            await send({"type": "websocket.accept"})

            async def close(code):
                await send({"type": "websocket.close", "code": code})

            window = Socket(person_id=1, session_key="", standing=(), send=send, close=close)
            await receive()  # the other side has stopped to read
            for _ in range(FRAMES):
                window.put_frame(FRAME)
            window.end(NOT_SIGNED_IN)
            is_full.set()
            while (message := await receive())["type"] == "websocket.receive":
                said.append(message["text"])

        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            server = uvicorn.Server(
                uvicorn.Config(
                    application, ws=LiveProtocol, ws_per_message_deflate=False, lifespan="off", log_level="warning"
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            over = asyncio.Event()
            window = await connect(listening.getsockname()[1], "/", on_close=lambda _code: over.set())
            window.transport.pause_reading()
            window.say({"type": "ping"})
            await asyncio.wait_for(is_full.wait(), 10)
            await asyncio.sleep(TAKES_CLOSE_SECONDS + 2)
            window.say({"type": "message", "body": "still here"})
            await asyncio.sleep(0.5)
            window.transport.resume_reading()
            await asyncio.wait_for(over.wait(), 10)
            assert window.close_code != NOT_SIGNED_IN  # it was not asked: it never read so far
            server.should_exit = True
            await serving

    asyncio.run(story())
    assert said == []
