"""Pages and WebSockets on one port (embedded), or WebSockets alone (production)."""

import asyncio
import os
from typing import Any

from django.core.asgi import get_asgi_application

from portal.watching import starting

starting.call_process("live")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django_application = get_asgi_application()  # loads the apps; only then may the consumers be imported

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from marketplace.messaging.live.hub import rest  # noqa: E402
from portal.body_limit import BodyLimit  # noqa: E402
from portal.origins import from_own_pages  # noqa: E402
from portal.routing import websocket_urlpatterns  # noqa: E402


def with_servers_send(application: Any) -> Any:
    """Let consumers write to the server past the session's middleware, which asks of each frame whether it sets a cookie."""

    async def call(scope: dict[str, Any], receive: Any, send: Any) -> Any:
        return await application({**scope, "servers_send": send}, receive, send)

    return call


async def lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The server begins and ends: what only this process knows, of its windows and of its traces, is noted last."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await rest()
    await asyncio.to_thread(starting.send_what_waits)
    await send({"type": "lifespan.shutdown.complete"})


application = ProtocolTypeRouter(
    {
        "lifespan": lifespan,
        "http": BodyLimit(django_application),
        "websocket": from_own_pages(with_servers_send(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))),
    }
)
