"""What moderators decide about flagged messages."""

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.core import clock, staff_log
from marketplace.core.commits import after_commit
from marketplace.messaging import push, selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.locks import lock_conversation, lock_flag
from marketplace.messaging.models import Conversation, FlagStatus, Message, MessageFlag
from marketplace.messaging.services._rules import check_may_speak, own_participation
from marketplace.messaging.services.changing import take_away
from marketplace.messaging.services.writing import write
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.uploads.models import Upload

EXCERPT = 60


@transaction.atomic
def clear_flag(*, flag_id: int, moderator: User) -> bool:
    """Find nothing wrong. A message that was held back is delivered now, as the newest one, and its writer is told.

    Returns whether this decided it: False when somebody else was faster. Raises MessagingError FLAG_OWN_CASE; of a held one
    NOT_PARTICIPANT, SENDER_INACTIVE, NOT_TAKEN or YOU_BLOCKED where its writer may not write there any more.
    """
    flag = _take(flag_id, moderator)
    if flag is None:
        return False
    if flag.is_held:
        flag.message = _release(flag)
        flag.save(update_fields=["message"])
        _tell(flag.sender_id, flag.words, flag.conversation, catalogue.talk.MESSAGE_RELEASED)
    _decide(flag, moderator, FlagStatus.CLEARED, "")
    return True


@transaction.atomic
def uphold_flag(*, flag_id: int, moderator: User, words: str) -> bool:
    """Find it against the rules: it is taken out of the conversation, or never delivered. `words` go to the writer and the log.

    Returns whether this decided it. Raises MessagingError FLAG_OWN_CASE or FLAG_REASON_MISSING.
    """
    words = words.strip()
    if not words:
        raise MessagingError(MessagingErrorCode.FLAG_REASON_MISSING)
    flag = _take(flag_id, moderator)
    if flag is None:
        return False
    if flag.message is not None and not flag.message.is_withdrawn:
        take_away(conversation=flag.conversation, message=flag.message, by_moderator=True)
    notice = catalogue.talk.MESSAGE_TAKEN_OUT if flag.message else catalogue.talk.MESSAGE_DENIED
    _tell(flag.sender_id, flag.words, flag.conversation, notice, reason=words)
    _decide(flag, moderator, FlagStatus.UPHELD, words)
    return True


@transaction.atomic
def take_down_message(*, message_id: int, reason: str) -> None:
    """Take a message out of its conversation after a report was upheld, and tell its writer why. What they took back themselves
    stays as it is, and they are told all the same. Who decided notes it and tells who reported.
    """
    conversation = lock_conversation(Message.objects.values_list("conversation_id", flat=True).get(pk=message_id))
    message = Message.objects.get(pk=message_id)
    if not message.is_withdrawn:
        take_away(conversation=conversation, message=message, by_moderator=True)
    if message.sender_id is not None:
        said = message.revisions.order_by("-pk").values_list("body", flat=True).first()
        _tell(message.sender_id, said or "", conversation, catalogue.talk.MESSAGE_TAKEN_OUT, reason=reason)


@transaction.atomic
def restore_message(*, message_id: int) -> bool:
    """Show a message again that a moderator took out, after its writer's appeal was right; False when it is not out."""
    conversation_id = Message.objects.values_list("conversation_id", flat=True).get(pk=message_id)
    lock_conversation(conversation_id)
    message = Message.objects.get(pk=message_id)
    said = message.revisions.order_by("-pk").values_list("body", flat=True).first()
    if not message.is_taken_out or said is None:
        return False
    message.body, message.withdrawn_at, message.is_taken_out = said, None, False
    message.save(update_fields=["body", "withdrawn_at", "is_taken_out"])
    after_commit(push.message_edited, message_id=message.pk)
    return True


def note_flag_reading(*, flag_id: int, reader: User) -> None:
    """Write into the staff log that somebody read a case and what was said around it: once a person, case and day."""
    flag = MessageFlag.objects.select_related("sender").get(pk=flag_id)
    data = {"flag": flag.pk, "conversation": flag.conversation_id}
    staff_log.note_reading(actor=reader, action="message.read", what=flag.pk, data=data, subject=flag.sender)


def _take(flag_id: int, moderator: User) -> MessageFlag | None:
    flag = lock_flag(flag_id)
    if flag.status != FlagStatus.OPEN:
        return None
    if moderator.pk in {flag.sender_id, *selectors.people_of(flag.conversation_id)}:
        raise MessagingError(MessagingErrorCode.FLAG_OWN_CASE)
    return flag


def _release(flag: MessageFlag) -> Message:
    own_participation(flag.conversation_id, flag.sender)
    check_may_speak(flag.conversation_id, flag.sender)
    held = flag.held or {"uploads": [], "quoted": None}
    uploads = Upload.objects.filter(pk__in=held["uploads"])
    return write(
        conversation_id=flag.conversation_id,
        sender=flag.sender,
        body=flag.words,
        uploads=sorted(uploads, key=lambda upload: held["uploads"].index(upload.pk)),
        are_claimed=True,
        client_id=flag.client_id,
        quoted=held["quoted"],
    )


def _decide(flag: MessageFlag, moderator: User, status: FlagStatus, words: str) -> None:
    flag.status, flag.decided_by, flag.decided_at, flag.decision = status, moderator, clock.now(), words
    flag.save(update_fields=["status", "decided_by", "decided_at", "decision"])
    data = {"flag": flag.pk, "conversation": flag.conversation_id, "reason": words}
    staff_log.note(actor=moderator, action=f"message.{status}", data=data, subject=flag.sender)


def _tell(writer_id: int, said: str, conversation: Conversation, notice: Notice, *, reason: str = "") -> None:
    with recipient_language():
        excerpt = Truncator(said).chars(EXCERPT) or _("[File]")
        url = conversation.get_absolute_url()
    notify(recipient_id=writer_id, notice=notice, words={"excerpt": excerpt, "reason": reason}, url=url)
