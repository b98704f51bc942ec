"""The yardstick of `bin/bench chat`: Channels as its tutorial has it. A group for each room, group_send, nothing stored.

`uvicorn portal.bench.chat_bare:application`
"""

import json
import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402


class BareConsumer(AsyncJsonWebsocketConsumer):
    """Whatever a window says, all windows of its room hear."""

    async def connect(self) -> None:
        self.group = f"bench_{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **kwargs: Any) -> None:
        await self.channel_layer.group_send(self.group, {"type": "room.said", "content": content})

    async def room_said(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(event["content"]))


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/bare/<int:room>/", BareConsumer.as_asgi())])})
