"""How far somebody has come: what has reached a window of theirs, what they have seen."""

from django.db import transaction
from django.db.models import Exists
from django.db.models.functions import Greatest

from marketplace.accounts.models import User
from marketplace.core.commits import after_commit
from marketplace.messaging import push
from marketplace.messaging.models import Conversation, Message, Participant, ParticipantRole
from marketplace.messaging.services._rules import own_participation
from marketplace.notifications.services import mark_url_read, recipient_language


def mark_read(*, conversation_id: int, reader: User, up_to: int | None = None) -> int:
    """Note that `reader` has seen everything up to the message with this number, or all that stands there now.

    Marks never go back, and never beyond the newest message. Returns the mark as it is now. Safe to call again, also when it
    broke off. No lock and no transaction: three rows at once would be waited for by whoever writes a message
    there, who holds what is waited for here. Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist.
    """
    own = own_participation(conversation_id, reader)
    conversation = Conversation.objects.get(pk=conversation_id)
    mark = conversation.last_sequence if up_to is None else min(up_to, conversation.last_sequence)
    if mark >= conversation.last_sequence:
        with recipient_language():
            url = conversation.get_absolute_url()
        # Not the line of a message that has come meanwhile: its mail would be called off as read.
        is_all = Exists(Conversation.objects.filter(pk=conversation_id, last_sequence__lte=mark))
        mark_url_read(recipient_id=reader.pk, url=url, as_long_as=is_all)
    moved = own.read_sequence < mark and Participant.objects.filter(pk=own.pk, read_sequence__lt=mark).update(
        read_sequence=mark, delivered_sequence=Greatest("delivered_sequence", mark)
    )
    if moved:
        after_commit(push.conversation_read, conversation_id=conversation_id, role=own.role, sequence=mark)
    if moved or mark == conversation.last_sequence:
        _write_for_the_release_before(conversation, own, mark)
    return max(own.read_sequence, mark)


@transaction.atomic
def mark_delivered(*, conversation_id: int, receiver: User, up_to: int) -> int:
    """Note that everything up to the message with this number has reached a window of `receiver`. Returns the mark.

    Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist.
    """
    own = own_participation(conversation_id, receiver)
    mark = min(up_to, Conversation.objects.values_list("last_sequence", flat=True).get(pk=conversation_id))
    moved = Participant.objects.filter(pk=own.pk, delivered_sequence__lt=mark).update(delivered_sequence=mark)
    if not moved:
        return max(own.delivered_sequence, mark)
    after_commit(push.conversation_delivered, conversation_id=conversation_id, role=own.role, sequence=mark)
    return mark


def _write_for_the_release_before(conversation: Conversation, own: Participant, mark: int) -> None:
    column = {ParticipantRole.BUYER: "buyer_read_at", ParticipantRole.SELLER: "seller_read_at"}.get(
        ParticipantRole(own.role)
    )
    if column is not None:
        at = Message.objects.filter(conversation=conversation, sequence=mark).values_list("created_at", flat=True)
        newest = conversation.last_message_at if mark >= conversation.last_sequence else at.first()
        # After the mark: what moves without it was moved by the release before, and a trigger carries it over.
        if getattr(conversation, column) != newest:
            Conversation.objects.filter(pk=conversation.pk).update(**{column: newest})
