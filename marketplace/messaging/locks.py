"""The only place of messaging that takes row locks. An order comes before its conversation (docs/locking.md)."""

from collections.abc import Collection

from marketplace.accounts.models import User
from marketplace.messaging.models import Conversation, MessageFlag


def lock_conversation(conversation_id: int) -> Conversation:
    """Lock one conversation until the transaction ends: messages get their numbers one after the other.

    Raises Conversation.DoesNotExist.
    """
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def lock_free_conversations(conversation_ids: Collection[int]) -> dict[int, Conversation]:
    """Lock those of several conversations that nobody else has locked, with both people, until the transaction ends.

    It waits for none of them, so that their order cannot matter.
    """
    free = Conversation.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    found = free.filter(pk__in=conversation_ids).select_related("buyer__profile", "seller__profile")
    return {conversation.pk: conversation for conversation in found}


def lock_flag(flag_id: int) -> MessageFlag:
    """Lock one flagged message, its conversation before it, until the transaction ends: it is decided once.

    Raises MessageFlag.DoesNotExist.
    """
    lock_conversation(MessageFlag.objects.values_list("conversation_id", flat=True).get(pk=flag_id))
    return MessageFlag.objects.select_for_update(of=("self",), no_key=True).get(pk=flag_id)


def lock_pair(*user_ids: int) -> None:
    """Lock two people, lower id first: they have one conversation whoever buys, which no constraint can say."""
    people = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=user_ids)
    list(people.order_by("pk").values_list("pk"))
