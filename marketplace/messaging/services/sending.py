"""Writing a message."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging import push, selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.limits import count_message
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
from marketplace.messaging.services._rules import check_may_speak, own_participation
from marketplace.messaging.services.files import check_files, stored, take_back
from marketplace.messaging.services.flagging import hold_back, look_before_sending, note_flag
from marketplace.messaging.services.starting import start_conversation
from marketplace.notifications.models import NotificationKind
from marketplace.notifications.services import notify_latest, recipient_language
from marketplace.offers.models import Negotiation
from marketplace.safety.models import Level
from marketplace.safety.policy import Finding

MESSAGE_LENGTH = 2000


def send_message(
    *,
    conversation_id: int,
    sender: User,
    body: str,
    files: Sequence[File] = (),
    client_id: UUID | None = None,
    quoted: int | None = None,
    confirmed: bool = False,
) -> Message:
    """Write a message, tell the others, and push it to the open windows of all once it is committed.

    `client_id` is made by the window: sent again, by whichever way, it answers with the message that is there already and
    writes nothing. `quoted` is the number of a message in the same conversation; an unknown one is left out.
    What leads past the platform is warned of; `confirmed` is the answer to that (services/flagging.py).
    At most FILES_PER_MESSAGE files of FILE_MEGABYTES each. Raises MessagingError NOT_PARTICIPANT, SENDER_INACTIVE (asked
    anew), NOT_TAKEN, YOU_BLOCKED, EMPTY, TOO_LONG, TOO_MANY_FILES, FILE_TOO_LARGE, TOO_FAST, CONTACT_WARNING, WORDS_WARNING or
    HELD (kept for moderators, not delivered), and Conversation.DoesNotExist.
    """
    own_participation(conversation_id, sender)
    if (first := selectors.sent_before(conversation_id, sender, client_id)) is not None:
        return first
    check_may_speak(conversation_id, sender)
    body = checked_body(body, needed=not files)
    check_files(files)
    count_message(sender)
    finding = look_before_sending(
        conversation_id=conversation_id, sender=sender, body=body, files=files, confirmed=confirmed
    )
    told = {
        "conversation_id": conversation_id,
        "sender": sender,
        "body": body,
        "client_id": client_id,
        "quoted": quoted,
    }
    with stored(files) as attachments:
        if finding.level == Level.HOLD:
            hold_back(**told, attachments=attachments, finding=finding)
        else:
            message = _write_and_flag(**told, attachments=attachments, finding=finding)
            if (
                attachments and attachments[0].message_id is None
            ):  # the same came in twice at once: this one is the second
                take_back(attachments)
            return message
    raise MessagingError(MessagingErrorCode.HELD)


@transaction.atomic
def _write_and_flag(*, sender: User, finding: Finding, **told: Any) -> Message:
    message = write(sender=sender, **told)
    note_flag(message=message, sender=sender, finding=finding)
    return message


def checked_body(body: str, *, needed: bool) -> str:
    """The words as they are kept. Raises MessagingError EMPTY (where they are needed) or TOO_LONG."""
    body = body.replace("\r\n", "\n").strip()
    if needed and not body:
        raise MessagingError(MessagingErrorCode.EMPTY)
    if len(body) > MESSAGE_LENGTH:
        raise MessagingError(MessagingErrorCode.TOO_LONG, limit=MESSAGE_LENGTH, length=len(body))
    return body


@transaction.atomic
def write(
    *,
    conversation_id: int,
    sender: User | None,
    body: str = "",
    attachments: Sequence[MessageAttachment] = (),
    client_id: UUID | None = None,
    quoted: int | None = None,
    kind: MessageKind = MessageKind.TEXT,
    event: SystemEvent | None = None,
    role: ParticipantRole | None = None,
) -> Message:
    """The one way in which a message comes into a conversation: numbered under its lock, told and pushed.

    For the services of this room, which have checked who may. `role` is SUPPORT where staff speaks for the platform.
    """
    conversation = lock_conversation(conversation_id)
    if sender is not None and (first := selectors.sent_before(conversation_id, sender, client_id)) is not None:
        return first
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
    for attachment in attachments:
        attachment.message = message
    MessageAttachment.objects.bulk_create(attachments)
    conversation.last_sequence, conversation.last_message_at = message.sequence or 0, now
    conversation.save(update_fields=["last_sequence", "last_message_at"])
    if kind == MessageKind.TEXT:
        _mark_own(conversation, sender, role, now)
    if kind != MessageKind.SYSTEM:
        _tell_others(conversation, message, sender, role, attachments)
    transaction.on_commit(partial(push.message_sent, message_id=message.pk))
    return message


def _mark_own(conversation: Conversation, sender: User | None, role: ParticipantRole | None, now: object) -> None:
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
    with recipient_language():
        name = _("Jiangji support") if role == ParticipantRole.SUPPORT or sender is None else sender.display_name
        for user_id in others:
            notify_latest(
                recipient_id=user_id,
                kind=NotificationKind.MESSAGE,
                title=_("Message from %(name)s") % {"name": name},
                body=message.body or ", ".join(attachment.name for attachment in attachments),
                url=conversation.get_absolute_url(),
            )


def show_offer(negotiation: Negotiation) -> None:
    """Something was offered or answered: the conversation of the two moves up (begun if there is none yet), and open windows
    show it. Called by offers after the commit (offers/listeners.py); the offer itself and its notification are written.
    """
    buyer, seller = negotiation.buyer, negotiation.seller
    conversation = selectors.conversation_between(buyer, seller) or start_conversation(buyer=buyer, seller=seller)
    with transaction.atomic():
        conversation = lock_conversation(conversation.pk)
        conversation.last_message_at = clock.now()
        conversation.save(update_fields=["last_message_at"])
    push.offer_changed(conversation_id=conversation.pk, negotiation_id=negotiation.pk)
