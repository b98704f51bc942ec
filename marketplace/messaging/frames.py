"""What windows are told, as JSON: one vocabulary for the socket, for polling and for the answer to a form.

A frame is the same for everybody who may hear it, so that it is built once: `from` is the role of whoever spoke (there is one
of each in a conversation, `platform` for its own lines), and a window knows which of them it is. Keys of every frame:
`type` and, but for `unread` and `error` of the person, `conversation`; `sequence` where it stands at or speaks of a message.

    message    sequence, id, client_id, from, kind, event, words, name, avatar_url, body, sent_at, edited_at, withdrawn,
               quoted {sequence, id, from, name, excerpt, withdrawn},
               files [{url, name, kind, size, shown: file | image (preview_url, picture_url, width, height) | audio (voice_url)}],
               links [{url, title, line}]: cards of our own services and orders
    edited     sequence, body, edited_at
    withdrawn  sequence, from
    delivered  sequence, from: everything up to it has reached a window of that side
    read       sequence, from: everything up to it has been seen by that side
    typing     from
    presence   from, online, last_seen
    offer      id: the cards of this negotiation have changed, fetch them (messaging:offer_cards)
    unread     messages, notifications: what waits for this person
    error      code, message, client_id
    resumed    sequence, at: everything up to it has been told; `at` is the server's clock, for the next time
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator

from marketplace.core.templatetags.jiangji import file_kind
from marketplace.messaging import selectors
from marketplace.messaging.links import cards_in
from marketplace.messaging.models import (
    AttachmentKind,
    Conversation,
    Message,
    MessageAttachment,
    MessageKind,
    ParticipantRole,
)
from marketplace.messaging.system_lines import PLATFORM, sender_name, words_of
from marketplace.notifications.services import recipient_language

Frame = dict[str, Any]
EXCERPT = 80


def message_frame(
    message: Message, conversation: Conversation, *, attachments: Collection[MessageAttachment] | None = None
) -> Frame:
    """A message with all that its bubble shows; `attachments` where they are known.

    No query, given one of `selectors.messages_after` or `message_with_files`, but for addresses of ours in its words (links.py).
    """
    files = message.attachments.all() if attachments is None and not message.is_withdrawn else attachments or ()
    role = selectors.role_in(conversation, message.sender_id)
    profile = message.sender.profile if message.sender is not None and role != ParticipantRole.SUPPORT else None
    return {
        "type": "message",
        "conversation": conversation.pk,
        "sequence": message.sequence,
        "id": message.pk,
        "client_id": str(message.client_id) if message.client_id else None,
        "from": role or PLATFORM,
        "kind": message.kind,
        "event": message.event,
        "words": in_every_language(message) if message.kind == MessageKind.SYSTEM else None,
        "name": sender_name(message, role),
        "avatar_url": profile.avatar.url if profile and profile.avatar else "",
        "body": message.body,
        "sent_at": moment(message.created_at),
        "edited_at": moment(message.edited_at),
        "withdrawn": message.is_withdrawn,
        "quoted": _quoted(message, conversation),
        "files": [attachment_fields(each) for each in files],
        "links": [
            {"url": card.url, "title": card.title, "line": card.line} for card in cards_in(message, conversation)
        ],
    }


def edited_frame(message: Message) -> Frame:
    """New words of a message."""
    return _about(message, "edited") | {"body": message.body, "edited_at": moment(message.edited_at)}


def withdrawn_frame(message: Message, conversation: Conversation) -> Frame:
    """A message that its writer took back."""
    return _about(message, "withdrawn") | {"from": selectors.role_in(conversation, message.sender_id)}


def mark_frame(kind: str, conversation_id: int, role: str, sequence: int) -> Frame:
    """`delivered` or `read`: how far one side has come."""
    return {"type": kind, "conversation": conversation_id, "from": role, "sequence": sequence}


def typing_frame(conversation_id: int, role: str) -> Frame:
    """Somebody is writing."""
    return {"type": "typing", "conversation": conversation_id, "from": role}


def offer_frame(conversation_id: int, negotiation_id: int) -> Frame:
    """The cards of a negotiation have changed. Each side sees other buttons on them, so they are fetched."""
    return {"type": "offer", "conversation": conversation_id, "id": negotiation_id}


def moment(at: datetime | None) -> str | None:
    """A moment as windows read it: Chinese time with its offset."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at is not None else None


def in_every_language(message: Message) -> dict[str, str]:
    """A line of the platform in each language of the site: a frame is built once for readers of all of them."""
    words = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words[code] = words_of(message)
    return words


def attachment_fields(attachment: MessageAttachment) -> Frame:
    """What a file's line shows. The address carries no language: the file is the same in each."""
    with recipient_language():
        url = reverse("messaging:attachment", args=[attachment.pk])
        fields: Frame = {
            "url": url,
            "name": attachment.name,
            "kind": file_kind(attachment.name),
            "size": filesizeformat(attachment.size),
            "shown": attachment.kind,
        }
        if attachment.kind == AttachmentKind.IMAGE and attachment.previews:
            small = attachment.previews[0]
            fields |= {
                "preview_url": reverse("messaging:preview", args=[attachment.pk]),
                "picture_url": reverse("messaging:picture", args=[attachment.pk]),
                "width": small["width"],
                "height": small["height"],
            }
        elif attachment.kind == AttachmentKind.AUDIO:
            fields["voice_url"] = reverse("messaging:voice", args=[attachment.pk])
        return fields


def _about(message: Message, kind: str) -> Frame:
    return {"type": kind, "conversation": message.conversation_id, "sequence": message.sequence, "id": message.pk}


def _quoted(message: Message, conversation: Conversation) -> Frame | None:
    quoted = message.quoted
    if quoted is None:
        return None
    role = selectors.role_in(conversation, quoted.sender_id)
    return {
        "sequence": quoted.sequence,
        "id": quoted.pk,
        "withdrawn": quoted.is_withdrawn,
        "from": role or PLATFORM,
        "name": sender_name(quoted, role),
        "excerpt": Truncator(quoted.body).chars(EXCERPT),
    }
