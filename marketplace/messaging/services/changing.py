"""Changing and taking back what one has said, for a short while."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.messaging import push
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.limits import count_message
from marketplace.messaging.locks import lock_conversation
from marketplace.messaging.models import Conversation, Message, MessageKind, MessageRevision
from marketplace.messaging.services._rules import check_may_speak, own_participation
from marketplace.messaging.services.flagging import look_before_sending, note_flag
from marketplace.messaging.services.writing import checked_body
from marketplace.notifications.models import Notification, NotificationKind
from marketplace.notifications.services import recipient_language
from marketplace.safety.models import Level


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
    count_message(editor)
    finding = look_before_sending(conversation_id=conversation_id, sender=editor, body=body, confirmed=confirmed)
    if finding.level == Level.HOLD:  # it stands there already and cannot be held back
        raise MessagingError(MessagingErrorCode.EDIT_REFUSED)
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    with recipient_language():
        _retell(conversation, message.body, body or _("[File]"))
    message.body, message.edited_at = body, now
    message.save(update_fields=["body", "edited_at"])
    note_flag(message=message, sender=editor, finding=finding)
    push.after_commit(push.message_edited, message_id=message.pk)
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


def take_away(*, conversation: Conversation, message: Message) -> Message:
    """Words and files of a message are gone from every page at once; what it said is kept. Under the conversation's lock."""
    now = clock.now()
    MessageRevision.objects.create(message=message, body=message.body, replaced_at=now)
    with recipient_language():
        names = ", ".join(message.attachments.order_by("pk").values_list("name", flat=True))
        _retell(conversation, message.body or names, _("[Withdrawn]"))
    message.body, message.withdrawn_at = "", now
    message.save(update_fields=["body", "withdrawn_at"])
    push.after_commit(push.message_withdrawn, message_id=message.pk)
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


def _retell(conversation: Conversation, was: str, now_says: str) -> None:
    """The notification centre does not go on saying what is not said any more."""
    cut = [line for line in (was, was[:299] + "…") if line]
    told = Notification.objects.filter(kind=NotificationKind.MESSAGE, url=conversation.get_absolute_url(), body__in=cut)
    told.update(body=now_says if len(now_says) <= 300 else now_says[:299] + "…")
