"""The one way in which words come into a conversation. For the services of this room, which have checked who may."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.commits import after_commit
from marketplace.messaging import listeners, push, selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import (
    Conversation,
    ConversationKind,
    Message,
    MessageAttachment,
    MessageKind,
    Participant,
    ParticipantRole,
    SystemEvent,
)
from marketplace.messaging.services.files import keep_files, rows_of
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify_latest, recipient_language
from marketplace.uploads.models import Upload

MESSAGE_LENGTH = 2000


def checked_body(body: str, *, needed: bool) -> str:
    """The words as they are kept. Raises MessagingError EMPTY (where they are needed) or TOO_LONG."""
    body = _kept_words(body)
    if needed and not body:
        raise MessagingError(MessagingErrorCode.EMPTY)
    if len(body) > MESSAGE_LENGTH:
        raise MessagingError(MessagingErrorCode.TOO_LONG, limit=MESSAGE_LENGTH, length=len(body))
    return body


def _kept_words(body: str) -> str:
    """Without what PostgreSQL takes in no text: NUL and halves of surrogates, which a window can send and nobody can read."""
    body = body.replace("\r\n", "\n").replace("\0", "")
    return body.encode("utf-8", "ignore").decode().strip()


def same_again(first: Message, *, body: str) -> Message:
    """The message that was sent under this id before. Raises MessagingError REUSED where it said something else."""
    words = _kept_words(body)
    if words != first.body and words not in first.revisions.values_list("body", flat=True):
        raise MessagingError(MessagingErrorCode.REUSED)
    return first


@transaction.atomic
def write(
    *,
    conversation_id: int,
    sender: User | None,
    body: str = "",
    uploads: Sequence[Upload] = (),
    client_id: UUID | None = None,
    quoted: int | None = None,
    kind: MessageKind = MessageKind.TEXT,
    event: SystemEvent | None = None,
    role: ParticipantRole | None = None,
    are_claimed: bool = False,
) -> Message:
    """The one way in which a message comes into a conversation: numbered under its lock, told and pushed.

    For the services of this room, which have checked who may. `role` is SUPPORT where staff speaks for the platform,
    `are_claimed` says that the files were kept for this message before (it was held back).
    """
    conversation = lock_conversation(conversation_id)
    if sender is not None and (first := selectors.sent_before(conversation_id, sender, client_id)) is not None:
        return same_again(first, body=body)
    now = clock.now()
    message = Message.objects.create(
        conversation=conversation,
        sender=sender,
        sequence=conversation.last_sequence + 1,
        client_id=client_id,
        kind=kind,
        event=event or "",
        body=body,
        about_id=conversation.gig_id if conversation.kind == ConversationKind.DIRECT else None,
        quoted=selectors.quotable(conversation, quoted),
        created_at=now,
    )
    attachments: list[MessageAttachment] = []
    if uploads and sender is not None:
        attachments = (
            rows_of(uploads=uploads, message=message)
            if are_claimed
            else keep_files(uploads=uploads, message=message, owner=sender)
        )
    conversation.last_sequence, conversation.last_message_at = message.sequence or 0, now
    conversation.save(update_fields=["last_sequence", "last_message_at"])
    if kind == MessageKind.TEXT:
        _mark_own(conversation, sender, role, now)
    if kind != MessageKind.SYSTEM:
        _tell_others(conversation, message, sender, role, attachments)
    if kind == MessageKind.TEXT and conversation.kind == ConversationKind.SUPPORT:
        listeners.said_with_support(message, role or ParticipantRole.PERSON)
    after_commit(push.message_sent, message_id=message.pk)
    return message


def _mark_own(conversation: Conversation, sender: User | None, role: ParticipantRole | None, now: datetime) -> None:
    """Who answers has read what stands above."""
    own = Q(role=ParticipantRole.SUPPORT) if role == ParticipantRole.SUPPORT else Q(user=sender)
    sequence = conversation.last_sequence
    Participant.objects.filter(own, conversation=conversation).update(
        read_sequence=Greatest("read_sequence", sequence), delivered_sequence=Greatest("delivered_sequence", sequence)
    )
    if role is None and conversation.kind != ConversationKind.SUPPORT:
        mark = "buyer_read_at" if sender is not None and conversation.buyer_id == sender.pk else "seller_read_at"
        setattr(conversation, mark, now)  # for the release before
        conversation.save(update_fields=[mark])


def _tell_others(
    conversation: Conversation,
    message: Message,
    sender: User | None,
    role: ParticipantRole | None,
    attachments: Sequence[MessageAttachment],
) -> None:
    """In the transaction, not after it: under the conversation's lock there is exactly one unread line."""
    others = selectors.to_tell(conversation, except_for=sender)
    notice, words = _notice(sender, role)
    with recipient_language():
        for user_id in others:
            notify_latest(
                recipient_id=user_id,
                notice=notice,
                words=words,
                about=message.body or _names(attachments),
                url=conversation.get_absolute_url(),
            )


def told_of(message: Message) -> str:
    """What the bell says of a message: its words, or what its files are called."""
    return message.body or _names(message.attachments.order_by("pk"))


# What a message is told by, whoever wrote it.
MESSAGES = (catalogue.talk.MESSAGE, catalogue.talk.SUPPORT_MESSAGE)


def told_by(message: Message, *, conversation: Conversation) -> tuple[Notice, dict[str, str]]:
    """The notice that tells of a message, and its words."""
    return _notice(message.sender, selectors.role_in(conversation, message.sender_id))


def _notice(sender: User | None, role: str | None) -> tuple[Notice, dict[str, str]]:
    """Support has a notice of its own: its name is read in the reader's language."""
    if role == ParticipantRole.SUPPORT or sender is None:
        return catalogue.talk.SUPPORT_MESSAGE, {}
    return catalogue.talk.MESSAGE, {"name": sender.display_name}


def _names(attachments: Iterable[MessageAttachment]) -> str:
    return ", ".join(attachment.name for attachment in attachments)
