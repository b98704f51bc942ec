"""What every write asks first."""

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.messaging import selectors
from marketplace.messaging.errors import MessagingError, MessagingErrorCode
from marketplace.messaging.models import Conversation, Participant


def own_participation(conversation_id: int, user: User) -> Participant:
    """The row by which somebody takes part. Raises MessagingError NOT_PARTICIPANT, and Conversation.DoesNotExist."""
    found = selectors.participation(conversation_id, user)
    if found is None:
        Conversation.objects.only("pk").get(pk=conversation_id)
        raise MessagingError(MessagingErrorCode.NOT_PARTICIPANT)
    return found


def check_may_speak(conversation_id: int, user: User) -> None:
    """Raise MessagingError SENDER_INACTIVE (asked anew), NOT_TAKEN or YOU_BLOCKED. Where support listens, blocks do not count."""
    check_active(user)
    others = list(
        Participant.objects.filter(conversation=conversation_id, left_at=None)
        .exclude(user=user)
        .values_list("user_id", flat=True)
    )
    if None in others:
        return
    for other_id in others:
        check_not_blocked(user.pk, other_id)


def check_active(user: User) -> None:
    """Raise MessagingError SENDER_INACTIVE, asked anew."""
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise MessagingError(MessagingErrorCode.SENDER_INACTIVE)


def check_not_blocked(sender_id: int, other_id: int) -> None:
    """Running orders go on without messages: deliveries, revisions and disputes have pages of their own."""
    blockers = blocks_between(sender_id, other_id)
    if other_id in blockers:
        raise MessagingError(MessagingErrorCode.NOT_TAKEN)
    if sender_id in blockers:
        raise MessagingError(MessagingErrorCode.YOU_BLOCKED)
