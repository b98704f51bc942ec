"""Live events of conversations, told to every process (core/live.py, docs/live.md).

Called after commit, from synchronous code. A lost push costs a window one question (`resume`), never a message.
"""

from collections.abc import Collection, Sequence

from marketplace.core import live
from marketplace.messaging import frames, selectors
from marketplace.messaging.links import attach_cards
from marketplace.messaging.models import Message
from marketplace.notifications.services import recipient_language


def publish(frame: frames.Frame, *, people: Collection[int], unread: Collection[int] = ()) -> None:
    """Put one frame (frames.py) into the open windows that it is for. Never raises.

    One about a conversation goes to whoever follows it, of `people` (keys of users) or of support; any other to all windows of
    these people. Those of `unread` get their counts anew, on whatever page they are.
    """
    conversation_id = frame.get("conversation")
    if conversation_id is not None:
        notices: list[live.Notice] = [(live.CONVERSATION, conversation_id, frame)]
    else:
        notices = [(live.PERSON, person, frame) for person in people]
    news = {"conversation": conversation_id, "sequence": frame["sequence"]} if frame["type"] == "message" else None
    live.publish_all([*notices, *((live.UNREAD, person, news) for person in unread)])


def message_sent(*, message_id: int) -> None:
    """Show a message in the open windows of everybody who takes part."""
    message = selectors.message_with_files(message_id)
    with recipient_language():
        frame = frames.message_frame(message, message.conversation)
    people = selectors.people_of(message.conversation_id)
    publish(frame, people=people, unread=[person for person in people if person != message.sender_id])


def messages_sent(messages: Sequence[Message]) -> None:
    """The same for several that were just written: words alone, of two people whose conversation they carry. No query, but
    two for all addresses of ours in them.
    """
    with live.gathered(), recipient_language():
        attach_cards((message, message.conversation) for message in messages)
        for message in messages:
            two = (message.conversation.buyer_id, message.conversation.seller_id)
            people = sorted(one for one in two if one is not None)
            frame = frames.message_frame(message, message.conversation, attachments=())
            publish(frame, people=people, unread=[person for person in people if person != message.sender_id])


def message_edited(*, message_id: int) -> None:
    """Show the new words of a message, in the lists that quote it as well."""
    message = selectors.message_with_files(message_id)
    people = selectors.people_of(message.conversation_id)
    publish(frames.edited_frame(message), people=people, unread=people)


def message_withdrawn(*, message_id: int) -> None:
    """Take a message out of the open windows."""
    message = selectors.message_with_files(message_id)
    frame = frames.withdrawn_frame(message, message.conversation)
    people = selectors.people_of(message.conversation_id)
    publish(frame, people=people, unread=people)


def conversation_read(*, conversation_id: int, role: str, sequence: int) -> None:
    """Show the others that everything up to `sequence` is read by `role`."""
    frame = frames.mark_frame("read", conversation_id, role, sequence)
    people = selectors.people_of(conversation_id)
    publish(frame, people=people, unread=people)


def conversation_delivered(*, conversation_id: int, role: str, sequence: int) -> None:
    """Show the others that everything up to `sequence` has reached a window of `role`."""
    frame = frames.mark_frame("delivered", conversation_id, role, sequence)
    publish(frame, people=selectors.people_of(conversation_id))


def offer_changed(*, conversation_id: int, negotiation_id: int) -> None:
    """Let the open windows of both sides fetch the cards of a negotiation: each sees other buttons on them."""
    publish(frames.offer_frame(conversation_id, negotiation_id), people=selectors.people_of(conversation_id))


def for_viewer(frame: frames.Frame, own_role: str) -> frames.Frame:
    """A frame as the windows of the release before read it: with `mine`."""
    return frame | {"mine": frame.get("from") == own_role}


def signed_out(*, user_id: int) -> None:
    """Let the open windows of somebody look again whether their session and rights still hold."""
    live.publish(live.CHECK, user_id)


def people_changed(*, conversation_id: int) -> None:
    """Let the windows that follow a conversation look again whether they still may."""
    live.publish(live.ACCESS, conversation_id)
