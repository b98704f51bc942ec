"""The live side of a conversation. It holds no rule: it asks the selector, calls the services, and passes events on."""

import json
import time
from typing import Any
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.http import Http404
from django.utils.translation import override

from marketplace.accounts.selectors import session_holds
from marketplace.core.errors import DomainError
from marketplace.messaging import push, selectors, services

NOT_SIGNED_IN = 4401
NOT_FOUND = 4404
# How long a window takes its session for good without looking. Before a message it always looks.
TRUST_SECONDS = 30


class ConversationConsumer(AsyncJsonWebsocketConsumer):
    """One window on one conversation.

    In: {"type": "message", "body", "confirmed": after a warning}, {"type": "read"}, {"type": "typing"}.
    Out: frames (frames.py) with "mine", and {"type": "error", "code", "message"}.
    """

    conversation_id: int | None = None

    async def connect(self) -> None:
        self.user = self.scope["user"]
        if not self.user.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        conversation_id = int(self.scope["url_route"]["kwargs"]["conversation_id"])
        try:
            conversation = await database_sync_to_async(selectors.conversation_for)(self.user, conversation_id)
        except Http404:
            await self.close(code=NOT_FOUND)
            return
        self.conversation_id = conversation_id
        self.role = str(selectors.role_in(conversation, self.user.pk))
        self.session_key: str | None = self.scope["session"].session_key
        self.checked_at = time.monotonic()
        asked = parse_qs(self.scope.get("query_string", b"").decode("ascii", "ignore")).get("language", [""])[0]
        self.language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        await self.channel_layer.group_add(push.group_name(conversation_id), self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.conversation_id is not None:
            await self.channel_layer.group_discard(push.group_name(self.conversation_id), self.channel_name)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        if not isinstance(content, dict) or self.conversation_id is None:
            return
        kind = content.get("type")
        if not await self._is_still_signed_in(ask=kind == "message"):
            return
        if kind == "message":
            await self._send_message(str(content.get("body", "")), confirmed=content.get("confirmed") is True)
        elif kind == "read":
            await database_sync_to_async(services.mark_read)(conversation_id=self.conversation_id, reader=self.user)
        elif kind == "typing":
            await push.typing(conversation_id=self.conversation_id, role=self.role)

    async def conversation_event(self, event: dict[str, Any]) -> None:
        """Somebody said, read or typed something: pass it on, seen from this side."""
        if not await self._is_still_signed_in():
            return
        content = push.for_viewer(event["content"], self.role)
        if content["type"] == "message" or not content["mine"]:
            await self.send_json(content)

    async def person_signed_out(self, event: dict[str, Any]) -> None:
        """Sessions of somebody have been ended: a window that was open before does not outlive its own."""
        if event["user_id"] == self.user.pk:
            await self._is_still_signed_in(ask=True)

    async def _is_still_signed_in(self, *, ask: bool = False) -> bool:
        """Whether the session that opened this window still holds; closes the window if not."""
        now = time.monotonic()
        if not ask and now - self.checked_at < TRUST_SECONDS:
            return True
        if await database_sync_to_async(session_holds)(self.user.pk, self.session_key):
            self.checked_at = now
            return True
        await self.close(code=NOT_SIGNED_IN)
        return False

    async def _send_message(self, body: str, *, confirmed: bool) -> None:
        try:
            with override(self.language):
                await database_sync_to_async(services.send_message)(
                    conversation_id=self.conversation_id, sender=self.user, body=body, confirmed=confirmed
                )
        except DomainError as error:
            with override(self.language):
                await self.send_json({"type": "error", "code": error.code.value, "message": error.message})

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """None for what is no JSON, so that a broken client is ignored rather than a server error."""
        try:
            return json.loads(text_data)
        except ValueError:
            return None
