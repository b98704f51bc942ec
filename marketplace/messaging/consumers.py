"""The live side of the portal. It holds no rule: it asks selectors, calls services, and lets the hub pass events on."""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.accounts.blocks import closed_scopes, is_closed
from marketplace.accounts.errors import AccountError, AccountErrorCode
from marketplace.accounts.models import BlockScope
from marketplace.core import live
from marketplace.core.errors import DomainError
from marketplace.messaging import frames, services
from marketplace.messaging.errors import MessagingErrorCode
from marketplace.messaging.live import catching_up, look
from marketplace.messaging.live.hub import hub
from marketplace.messaging.live.rates import Bucket
from marketplace.messaging.live.socket import (
    NOT_FOUND,
    NOT_SIGNED_IN,
    TOO_LARGE,
    TOO_MANY_FRAMES,
    Following,
    Socket,
)
from marketplace.messaging.live.threads import in_thread
from marketplace.messaging.live.writing import desk
from marketplace.messaging.models import ParticipantRole
from marketplace.messaging.services.together import Draft

logger = logging.getLogger(__name__)

NOT_PARTICIPANT = MessagingErrorCode.NOT_PARTICIPANT.value
FRAME_BYTES = 64 * 1024
CONVERSATIONS_PER_WINDOW = 20
# Of any kind: receipts, typing, resuming. A window that goes on for this long above it is no window of ours.
FRAMES_AT_ONCE, FRAMES_PER_SECOND, FRAMES_REFUSED = 60, 10.0, 200
# How long a window goes by what was closed to it (accounts/blocks.py) before it asks again.
_CLOSED_SECONDS = 3.0


class Malformed(Exception):
    """What no window of ours says."""


def _number(content: dict[str, Any], key: str, *, needed: bool = True) -> int | None:
    value = content.get(key)
    if value is None and not needed:
        return None
    if type(value) is not int or not 0 <= value < 2**63:
        raise Malformed
    return value


def _name(content: dict[str, Any]) -> UUID | None:
    if content.get("client_id") is None:
        return None
    try:
        return UUID(content["client_id"])
    except (AttributeError, TypeError, ValueError):
        raise Malformed from None


class LiveConsumer(AsyncWebsocketConsumer):
    """One window of a person, on whatever page.

    In and out: docs/live.md. Every message names its conversation; who may is asked anew when it is followed and by the
    services whenever something is written.
    """

    channel_layer_alias = None  # the hub brings events, not a channel layer
    socket: Socket | None = None
    _closed: frozenset[str] = frozenset()
    _closed_until = 0.0

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' closing of connections in another thread first: the threads that ask do so themselves."""
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def connect(self) -> None:
        # Accepted first, because a browser learns why only of what was open.
        await self.accept()
        self.user = self.scope["user"]
        self.session_key = self.scope["session"].session_key
        if not self.user.is_authenticated:
            await self.close(code=NOT_SIGNED_IN)
            return
        standing = await in_thread(look.standing_at_the_door, self.user.pk, self.session_key)
        if standing is None or BlockScope.EVERYTHING.value in await self._closed_scopes():
            await self.close(code=NOT_SIGNED_IN)
            return
        asked = parse_qs(self.scope.get("query_string", b"").decode("ascii", "ignore")).get("language", [""])[0]
        self.language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        per_minute = settings.LIVE["messages_per_minute"]
        self.frames = Bucket(FRAMES_AT_ONCE, FRAMES_PER_SECOND)
        self.messages = Bucket(per_minute / 2, per_minute / 60)
        self.refused = 0
        self.socket = Socket(
            person_id=self.user.pk,
            session_key=self.session_key,
            standing=standing,
            send=self.writer(),
            close=self.close,
            closed_scopes=self._closed_scopes_now,
        )
        await hub().join(self.socket)
        hub().count_soon(self.user.pk)

    def writer(self) -> Any:
        """What writes a frame: the server itself (portal/asgi.py)."""
        return self.scope.get("servers_send", self.base_send)

    async def disconnect(self, code: int) -> None:
        if self.socket is not None:
            hub().leave(self.socket)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.socket is None or self.socket.is_over or text_data is None:
            return
        if len(text_data) > FRAME_BYTES or len(text_data.encode()) > FRAME_BYTES:
            self.socket.end(TOO_LARGE)
            return
        if not self.frames.take():
            self.refused += 1
            if self.refused > FRAMES_REFUSED:
                self.socket.end(TOO_MANY_FRAMES)
            return
        try:
            content = json.loads(text_data)
        except ValueError:
            return  # a broken client is ignored
        kind = content.get("type") if isinstance(content, dict) else None
        handler = _HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is None:
            return
        try:
            await handler(self, content)
        except (Http404, ObjectDoesNotExist):
            self._refuse(content, NOT_PARTICIPANT, "")
        except DomainError as error:
            with override(self.language):
                # One answer for what is not and for what is not theirs.
                is_theirs = error.code.value != NOT_PARTICIPANT
                self._refuse(content, error.code.value, error.message if is_theirs else "")
        except Malformed:
            self._refuse(content, "malformed", "")
        except Exception:
            logger.exception("A live window")
            with override(self.language):
                self._refuse(content, "busy", _("That did not work just now. It is tried again."))

    async def _closed_scopes(self) -> frozenset[str]:
        """What is closed to this window by address, browser and person: no middleware stands before it."""
        if time.monotonic() >= self._closed_until:
            self._closed = await in_thread(self._closed_scopes_now)
            self._closed_until = time.monotonic() + _CLOSED_SECONDS
        return self._closed

    def _closed_scopes_now(self) -> frozenset[str]:
        """The same, asked each time, and in a thread: by its handshake, which is all that is known of where it comes from."""
        handshake = ASGIRequest({**self.scope, "type": "http", "method": "GET"}, BytesIO())
        return closed_scopes(handshake, lambda: self.user)

    def say(self, event: dict[str, Any]) -> None:
        """To this window alone."""
        self.socket.put_frame(live.frame_of(event))

    def _refuse(self, content: dict[str, Any], code: str, message: str) -> None:
        kept = {key: content[key] for key in ("conversation", "client_id") if isinstance(content.get(key), str | int)}
        self.say({"type": "error", **kept, "code": code, "message": message})

    def _followed(self, content: dict[str, Any]) -> int:
        """The conversation that a message is about, which this window must follow. Raises Http404."""
        conversation_id = _number(content, "conversation")
        if conversation_id not in self.socket.following:
            raise Http404
        return conversation_id

    async def follow(self, content: dict[str, Any]) -> None:
        """From now on events of a conversation come here; with `after`, what was said since that number comes first."""
        conversation_id, after = _number(content, "conversation"), _number(content, "after", needed=False)
        if conversation_id not in self.socket.following and len(self.socket.following) >= CONVERSATIONS_PER_WINDOW:
            raise Malformed
        entry = await in_thread(catching_up.enter, self.user.pk, conversation_id)
        following = Following(role=entry.role, is_muted_by_block=entry.is_kept_apart, held=[])
        hub().follow(self.socket, conversation_id, following, entry.people)
        if entry.role == ParticipantRole.SUPPORT:
            after = None  # what was said before, staff reads at its desk, which notes who read it
        missed = None
        try:
            missed = await in_thread(
                catching_up.missed, entry.conversation, after=after, since=str(content.get("since") or "")
            )
            for frame in missed.frames:
                self.say(frame)
            presence = {}
            if not entry.is_kept_apart:
                presence = await hub().attendance.states_of(entry.people, self.user.pk, entry.last_seen)
            self.say(entry.resumed(missed) | {"presence": presence})
        finally:
            hub().release(self.socket, conversation_id, after=missed.sequence if missed else 0)

    async def unfollow(self, content: dict[str, Any]) -> None:
        """The window has closed this conversation."""
        hub().unfollow(self.socket, _number(content, "conversation"))

    async def message(self, content: dict[str, Any]) -> None:
        """Somebody writes. The event that everybody gets is the answer; with the same `client_id` it is the first one's."""
        if not self.messages.take():
            wait = self.messages.seconds_until_next
            with override(self.language):
                sentence = _("That was a lot at once. It is sent in a moment.")
            self.say(
                {
                    "type": "error",
                    "conversation": content.get("conversation"),
                    "client_id": content.get("client_id"),
                    "code": "too_fast",
                    "message": sentence,
                    "retry_after": round(wait + 0.5, 1),
                }
            )
            return
        if is_closed(BlockScope.WRITING, await self._closed_scopes()):
            raise AccountError(AccountErrorCode.BLOCKED)
        conversation_id, quoted = self._followed(content), _number(content, "quoted", needed=False)
        body, client_id, is_confirmed = str(content.get("body", "")), _name(content), content.get("confirmed") is True
        message = None
        if quoted is None and not is_confirmed:
            message = await desk().write(Draft(conversation_id, self.user.pk, body, client_id))
        if message is None:
            with override(self.language):
                message = await in_thread(
                    services.send_message,
                    conversation_id=conversation_id,
                    sender=self.user,
                    body=body,
                    client_id=client_id,
                    quoted=quoted,
                    confirmed=is_confirmed,
                )
        if content.get("again") or not hub().is_up:  # nobody else tells it, or told it before
            self.say(await in_thread(catching_up.frame_of_message, message.pk))

    async def delivered(self, content: dict[str, Any]) -> None:
        """Everything up to a number has reached this window."""
        conversation_id, sequence = _number(content, "conversation"), _number(content, "sequence")
        await in_thread(services.mark_delivered, conversation_id=conversation_id, receiver=self.user, up_to=sequence)

    async def read(self, content: dict[str, Any]) -> None:
        """Everything up to a number has been seen; without one, all that stands there."""
        conversation_id, sequence = self._followed(content), _number(content, "sequence", needed=False)
        await in_thread(services.mark_read, conversation_id=conversation_id, reader=self.user, up_to=sequence)

    async def typing(self, content: dict[str, Any]) -> None:
        """Somebody is writing. Stored nowhere."""
        conversation_id = self._followed(content)
        following = self.socket.following[conversation_id]
        if not following.is_muted_by_block:
            frame = frames.typing_frame(conversation_id, following.role)
            await hub().publish(live.CONVERSATION, conversation_id, frame)

    async def ping(self, content: dict[str, Any]) -> None:
        """A window looks whether it is still heard: browsers tell scripts of no ping."""
        self.say({"type": "pong"})


_HANDLERS: dict[Any, Callable[[LiveConsumer, dict[str, Any]], Awaitable[None]]] = {
    "follow": LiveConsumer.follow,
    "resume": LiveConsumer.follow,
    "unfollow": LiveConsumer.unfollow,
    "message": LiveConsumer.message,
    "delivered": LiveConsumer.delivered,
    "read": LiveConsumer.read,
    "typing": LiveConsumer.typing,
    "ping": LiveConsumer.ping,
}


class ConversationConsumer(LiveConsumer):
    """The address of the release before: one conversation, whose frames say `mine`. For pages open during the roll-out."""

    async def connect(self) -> None:
        await super().connect()
        if self.socket is None:
            return
        self.conversation_id = int(self.scope["url_route"]["kwargs"]["conversation_id"])
        try:
            await self.follow({"conversation": self.conversation_id})
        except Http404:
            self.socket.end(NOT_FOUND)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            content = json.loads(text_data or "")
        except ValueError:
            return
        if isinstance(content, dict):
            await super().receive(json.dumps(content | {"conversation": self.conversation_id}))

    def writer(self) -> Any:
        async def write(message: dict[str, Any]) -> None:
            frame = json.loads(message["text"])
            following = self.socket.following.get(frame.get("conversation")) if self.socket else None
            is_mine = following is not None and frame.get("from") == following.role
            if frame["type"] in {"message", "offer", "error", "pong"} or (
                frame["type"] in {"read", "typing"} and not is_mine
            ):
                await self.base_send(message | {"text": live.frame_of(frame | {"mine": is_mine})})

        return write
