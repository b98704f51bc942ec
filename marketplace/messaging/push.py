"""Live events of conversations: the only caller of group_send.

Called after commit. A lost push costs a reload, never a message.
"""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone

from marketplace.core.templatetags.jiangji import file_kind
from marketplace.messaging import selectors
from marketplace.messaging.models import Message, MessageAttachment
from marketplace.notifications.services import recipient_language

logger = logging.getLogger(__name__)


def group_name(conversation_id: int) -> str:
    """The channel group of everybody who has this conversation open."""
    return f"conversation_{conversation_id}"


def message_sent(*, conversation_id: int, message_id: int) -> None:
    """Show a message in the open windows of both sides."""
    _send(conversation_id, bubble(selectors.message_with_files(message_id)))


def conversation_read(*, conversation_id: int, reader_id: int) -> None:
    """Show the other side that everything so far is read."""
    _send(conversation_id, {"type": "read", "sender_id": reader_id})


def offer_changed(*, conversation_id: int, negotiation_id: int) -> None:
    """Let the open windows of both sides fetch the cards of a negotiation: each sees other buttons on them."""
    _send(conversation_id, {"type": "offer", "id": negotiation_id, "sender_id": 0})


async def typing(*, conversation_id: int, sender_id: int) -> None:
    """Show the other side that somebody is writing."""
    event = {"type": "conversation.event", "content": {"type": "typing", "sender_id": sender_id}}
    await get_channel_layer().group_send(group_name(conversation_id), event)


def bubble(message: Message) -> dict[str, Any]:
    """The fields of a message's bubble as JSON. `sender_id` is turned into `mine` before it leaves the house."""
    profile = message.sender.profile
    return {
        "type": "message",
        "id": message.pk,
        "sender_id": message.sender_id,
        "name": profile.display_name,
        "avatar_url": profile.avatar.url if profile.avatar else "",
        "body": message.body,
        "sent_at": timezone.localtime(message.created_at).isoformat(timespec="seconds"),
        "files": [attachment_fields(attachment) for attachment in message.attachments.all()],
    }


def for_viewer(content: dict[str, Any], viewer_id: int) -> dict[str, Any]:
    """An event as one person sees it: `mine` in place of the other's internal id."""
    shown = {key: value for key, value in content.items() if key != "sender_id"}
    return shown | {"mine": content["sender_id"] == viewer_id}


def attachment_fields(attachment: MessageAttachment) -> dict[str, Any]:
    """What a file's line shows. The address carries no language: the file is the same in each."""
    with recipient_language():
        url = reverse("messaging:attachment", args=[attachment.pk])
    return {
        "url": url,
        "name": attachment.name,
        "kind": file_kind(attachment.name),
        "size": filesizeformat(attachment.size),
    }


def signed_out(*, conversation_id: int, user_id: int) -> None:
    """Let the open windows of somebody look again whether their session still holds, and close if it does not."""
    _group_send(conversation_id, {"type": "person.signed_out", "user_id": user_id})


def _send(conversation_id: int, content: dict[str, Any]) -> None:
    _group_send(conversation_id, {"type": "conversation.event", "content": content})


def _group_send(conversation_id: int, event: dict[str, Any]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group_name(conversation_id), event)
    except Exception:  # the message is stored; who has the page open sees it with the next load
        logger.exception("No live event for conversation %s", conversation_id)
