"""The platform in conversations: a person's with support, and of orders with a dispute."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.core.files.base import File
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.core import clock, live, staff_log
from marketplace.core.commits import after_commit
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
from marketplace.messaging.services._rules import check_active
from marketplace.messaging.services.files import check_files, taken
from marketplace.messaging.services.starting import order_conversation
from marketplace.messaging.services.writing import checked_body, write
from marketplace.orders.models import Order, OrderEvent, OrderEventType


@transaction.atomic
def start_support(*, user: User) -> Conversation:
    """A new conversation of somebody with the platform. What it is about and who works on it is the support inbox's."""
    conversation = Conversation.objects.create(kind=ConversationKind.SUPPORT)
    now = clock.now()
    Participant.objects.bulk_create(
        [
            Participant(conversation=conversation, user=user, role=ParticipantRole.PERSON, joined_at=now),
            Participant(conversation=conversation, role=ParticipantRole.SUPPORT, joined_at=now),
        ]
    )
    return conversation


def ask_support(
    *,
    user: User,
    body: str,
    files: Sequence[File] = (),
    client_id: UUID | None = None,
    opened: Callable[[Conversation], object],
) -> Message:
    """A new conversation with the platform and its first words. `opened` is called with it, in the transaction in which these are
    written: what it raises leaves nothing.

    A process that is killed leaves at most a conversation in which nothing was said, which nobody sees. Raises MessagingError
    SENDER_INACTIVE, EMPTY, TOO_LONG, TOO_MANY_FILES, FILE_TOO_LARGE or TOO_FAST, and UploadError.
    """
    check_active(user)
    body = checked_body(body, needed=True)
    check_files(files=files)
    count_message(user)
    conversation = start_support(user=user)
    try:
        with (
            taken(files=files, conversation_id=conversation.pk, owner=user) as came,
            live.gathered(),
            transaction.atomic(),
        ):
            opened(conversation)
            return write(conversation_id=conversation.pk, sender=user, body=body, uploads=came, client_id=client_id)
    except BaseException:
        conversation.delete()
        raise


@transaction.atomic
def let_support_in(*, order: Order) -> Conversation:
    """Support takes part in the conversation about an order from now on, and a line there says so. Safe to call again."""
    conversation = lock_conversation(order_conversation(order=order).pk)
    seat = Participant.objects.filter(conversation=conversation, role=ParticipantRole.SUPPORT).first()
    if seat is not None and seat.left_at is None:
        return conversation
    if seat is None:
        seat = Participant(conversation=conversation, role=ParticipantRole.SUPPORT)
    seat.joined_at, seat.left_at = clock.now(), None
    seat.save()
    write(conversation_id=conversation.pk, sender=None, kind=MessageKind.SYSTEM, event=SystemEvent.SUPPORT_JOINED)
    after_commit(push.people_changed, conversation_id=conversation.pk)
    return conversation


@transaction.atomic
def let_support_out(*, order: Order) -> None:
    """Support leaves the conversation about an order, and a line there says so. Safe to call again, and where it never was."""
    conversation = Conversation.objects.filter(order=order).first()
    if conversation is None:
        return
    lock_conversation(conversation.pk)
    seats = Participant.objects.filter(conversation=conversation, role=ParticipantRole.SUPPORT, left_at=None)
    if seats.update(left_at=clock.now()):
        write(conversation_id=conversation.pk, sender=None, kind=MessageKind.SYSTEM, event=SystemEvent.SUPPORT_LEFT)
        after_commit(push.people_changed, conversation_id=conversation.pk)


@transaction.atomic
def say_solved(*, conversation_id: int) -> Message:
    """A line in a conversation with support: staff takes the question for solved, and writing there begins it again."""
    event = SystemEvent.SUPPORT_SOLVED
    return write(conversation_id=conversation_id, sender=None, kind=MessageKind.SYSTEM, event=event)


def follow_dispute(event: OrderEvent) -> None:
    """Support comes in when a dispute opens and leaves when it is over: in the transaction of orders (orders/events.py)."""
    if event.type == OrderEventType.DISPUTE_OPENED:
        let_support_in(order=event.order)
    elif event.type in (OrderEventType.DISPUTE_RESOLVED, OrderEventType.DISPUTE_WITHDRAWN):
        let_support_out(order=event.order)


def note_file_reading(*, attachment: MessageAttachment, reader: User) -> None:
    """Write into the staff log that somebody of the staff opened a file of a conversation that is not their own: once a person,
    file and day. Nothing for who takes part there.
    """
    conversation_id = attachment.message.conversation_id
    if selectors.participation(conversation_id, reader) is None:
        data = {"file": attachment.pk, "conversation": conversation_id}
        owner = attachment.message.sender
        staff_log.note_reading(actor=reader, action="message.file_read", what=attachment.pk, data=data, subject=owner)


def say_as_support(
    *,
    conversation_id: int,
    staff: User,
    body: str,
    files: Sequence[File] = (),
    client_id: UUID | None = None,
    quoted: int | None = None,
) -> Message:
    """Write for the platform where it takes part. People read “support”; who of the staff wrote stands in the row.

    Raises MessagingError NOT_PARTICIPANT (for who may not answer, and where support does not take part), EMPTY, TOO_LONG,
    TOO_MANY_FILES or FILE_TOO_LARGE, and UploadError.
    """
    if not selectors.may_speak_for_support(staff, conversation_id):
        raise MessagingError(MessagingErrorCode.NOT_PARTICIPANT)
    body = checked_body(body, needed=not files)
    check_files(files=files)
    with taken(files=files, conversation_id=conversation_id, owner=staff) as came:
        return write(
            conversation_id=conversation_id,
            sender=staff,
            role=ParticipantRole.SUPPORT,
            body=body,
            uploads=came,
            client_id=client_id,
            quoted=quoted,
        )
