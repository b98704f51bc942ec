"""Live events of conversations: the only caller of group_send.

Called after commit, from synchronous code. A lost push costs a window one question (`resume`), never a message.
"""

import logging
from collections.abc import Collection
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from marketplace.messaging import frames, selectors
from marketplace.notifications.services import recipient_language

logger = logging.getLogger(__name__)


def group_name(conversation_id: int) -> str:
    """The channel group of everybody who has this conversation open."""
    return f"conversation_{conversation_id}"


def publish(frame: frames.Frame, *, people: Collection[int]) -> None:
    """Put one frame (frames.py) into every open window of these people (keys of users). Never raises."""
    conversation_id = frame.get("conversation")
    if conversation_id is not None:
        _group_send(conversation_id, {"type": "conversation.event", "content": frame})


def message_sent(*, message_id: int) -> None:
    """Show a message in the open windows of everybody who takes part."""
    message = selectors.message_with_files(message_id)
    with recipient_language():
        frame = frames.message_frame(message, message.conversation)
    publish(frame, people=selectors.people_of(message.conversation_id))


def message_edited(*, message_id: int) -> None:
    """Show the new words of a message."""
    message = selectors.message_with_files(message_id)
    publish(frames.edited_frame(message), people=selectors.people_of(message.conversation_id))


def message_withdrawn(*, message_id: int) -> None:
    """Take a message out of the open windows."""
    message = selectors.message_with_files(message_id)
    frame = frames.withdrawn_frame(message, message.conversation)
    publish(frame, people=selectors.people_of(message.conversation_id))


def conversation_read(*, conversation_id: int, role: str, sequence: int) -> None:
    """Show the others that everything up to `sequence` is read by `role`."""
    frame = frames.mark_frame("read", conversation_id, role, sequence)
    publish(frame, people=selectors.people_of(conversation_id))


def conversation_delivered(*, conversation_id: int, role: str, sequence: int) -> None:
    """Show the others that everything up to `sequence` has reached a window of `role`."""
    frame = frames.mark_frame("delivered", conversation_id, role, sequence)
    publish(frame, people=selectors.people_of(conversation_id))


def offer_changed(*, conversation_id: int, negotiation_id: int) -> None:
    """Let the open windows of both sides fetch the cards of a negotiation: each sees other buttons on them."""
    publish(frames.offer_frame(conversation_id, negotiation_id), people=selectors.people_of(conversation_id))


async def typing(*, conversation_id: int, role: str) -> None:
    """Show the other side that somebody is writing."""
    event = {"type": "conversation.event", "content": frames.typing_frame(conversation_id, role)}
    await get_channel_layer().group_send(group_name(conversation_id), event)


def for_viewer(frame: frames.Frame, own_role: str) -> frames.Frame:
    """A frame as the windows of the release before read it: with `mine`."""
    return frame | {"mine": frame.get("from") == own_role}


def signed_out(*, conversation_id: int, user_id: int) -> None:
    """Let the open windows of somebody look again whether their session still holds, and close if it does not."""
    _group_send(conversation_id, {"type": "person.signed_out", "user_id": user_id})


def _group_send(conversation_id: int, event: dict[str, Any]) -> None:
    try:
        async_to_sync(get_channel_layer().group_send)(group_name(conversation_id), event)
    except Exception:  # the message is stored; who has the page open sees it with the next load
        logger.exception("No live event for conversation %s", conversation_id)
