"""Changing and taking back what one has said, for a short while."""

from datetime import timedelta

from django.db import transaction

from marketplace.accounts.blocks import require_open
from marketplace.accounts.models import BlockScope, User
from marketplace.core import clock
from marketplace.core.commits import after_commit
from marketplace.core.config import get_config
from marketplace.messaging import push
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.limits import count_message
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Conversation, Message, MessageKind, MessageRevision
from marketplace.messaging.services._rules import check_may_speak, own_participation
from marketplace.messaging.services.flagging import look_before_sending, note_flag
from marketplace.messaging.services.writing import MESSAGES, checked_body, told_by, told_of
from marketplace.notifications.models import NotificationKind as Kind
from marketplace.notifications.services import call_off, recipient_language, retell


@transaction.atomic
def edit_message(*, conversation_id: int, sequence: int, editor: User, body: str, confirmed: bool = False) -> Message:
    """New words for a message of one's own, within `messaging.change_minutes`; the old ones are kept for reports.

    The new words are looked at as a new message is. Raises MessagingError NOT_PARTICIPANT, NOT_YOURS, TOO_LATE, WITHDRAWN, EMPTY,
    TOO_LONG, TOO_FAST, SENDER_INACTIVE, NOT_TAKEN, YOU_BLOCKED, CONTACT_WARNING, WORDS_WARNING or EDIT_REFUSED, and
    Message.DoesNotExist.
    """
    own_participation(conversation_id, editor)
    check_may_speak(conversation_id, editor)
    conversation = lock_conversation(conversation_id)
    message = _own(conversation, sequence, editor)
    body = checked_body(body, needed=not message.attachments.exists())
    if body == message.body:
        return message
    require_open(editor, BlockScope.WRITING)
    count_message(editor)
    finding = look_before_sending(
        conversation_id=conversation_id, sender=editor, body=body, confirmed=confirmed, can_be_held=False
    )
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    with recipient_language():
        url = conversation.get_absolute_url()
    was, message.body, message.edited_at = told_of(message), body, now
    for person in _others(conversation, message):
        retell(kind=Kind.MESSAGE, url=url, was=was, says=told_of(message), recipient_id=person)
    message.save(update_fields=["body", "edited_at"])
    note_flag(message=message, sender=editor, finding=finding)
    after_commit(push.message_edited, message_id=message.pk)
    return message


@transaction.atomic
def withdraw_message(*, conversation_id: int, sequence: int, user: User) -> Message:
    """Take a message of one's own back, within `messaging.change_minutes`: words and files are gone from every page at once.

    What it said is kept for reports and disputes. Safe to call again. Raises MessagingError NOT_PARTICIPANT, NOT_YOURS or
    TOO_LATE, and Message.DoesNotExist.
    """
    own_participation(conversation_id, user)
    conversation = lock_conversation(conversation_id)
    message = Message.objects.get(conversation=conversation, sequence=sequence)
    if message.is_withdrawn and message.sender_id == user.pk:
        return message
    return take_away(conversation=conversation, message=_own(conversation, sequence, user))


def take_away(*, conversation: Conversation, message: Message, by_moderator: bool = False) -> Message:
    """Words and files of a message are gone from every page at once; what it said is kept. Under the conversation's lock.

    In its place stands who did it: nobody is said to have withdrawn what a moderator took out.
    """
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    message.is_taken_out = by_moderator
    with recipient_language():
        _tell_instead(conversation, message, told_of(message))
    message.body, message.withdrawn_at = "", now
    message.save(update_fields=["body", "withdrawn_at", "is_taken_out"])
    after_commit(push.message_withdrawn, message_id=message.pk)
    return message


def may_change_until(message: Message) -> object:
    """Until when its writer may edit or withdraw it (UTC)."""
    return message.created_at + timedelta(minutes=get_config("messaging.change_minutes"))


def _own(conversation: Conversation, sequence: int, user: User) -> Message:
    message = Message.objects.get(conversation=conversation, sequence=sequence)
    if message.sender_id != user.pk or message.kind != MessageKind.TEXT:
        raise MessagingError(MessagingErrorCode.NOT_YOURS)
    if message.is_withdrawn:
        raise MessagingError(MessagingErrorCode.WITHDRAWN)
    minutes = get_config("messaging.change_minutes")
    if clock.now() > message.created_at + timedelta(minutes=minutes):
        raise MessagingError(MessagingErrorCode.TOO_LATE, minutes=minutes)
    return message


def _others(conversation: Conversation, message: Message) -> list[int]:
    """Who was told of a message. Support's staff is, by other lines."""
    seats = conversation.participants.filter(user__isnull=False).exclude(user=message.sender_id)
    return list(seats.values_list("user_id", flat=True))


def _tell_instead(conversation: Conversation, message: Message, was: str) -> None:
    """The bell does not go on saying what is not said any more: it says what else is unread. If nothing is, nothing leaves."""
    url = conversation.get_absolute_url()
    seats = conversation.participants.filter(user__isnull=False).exclude(user=message.sender_id)
    for person, read in seats.values_list("user_id", "read_sequence"):
        others = Message.objects.filter(conversation=conversation, sequence__gt=read, withdrawn_at=None)
        others = others.exclude(pk=message.pk).exclude(sender=person).exclude(kind=MessageKind.SYSTEM)
        newest = others.order_by("-sequence").first()
        if newest is None:
            retell(kind=Kind.MESSAGE, url=url, was=was, says=str(message.gone_words), recipient_id=person)
            call_off(url=url, notices=MESSAGES, recipient_id=person)
        else:
            told = told_by(newest, conversation=conversation)
            retell(kind=Kind.MESSAGE, url=url, was=was, says=told_of(newest), recipient_id=person, told=told)
