"""The only place of messaging that takes row locks. An order comes before its conversation (docs/locking.md)."""

from marketplace.accounts.models import User
from marketplace.messaging.models import Conversation


def lock_conversation(conversation_id: int) -> Conversation:
    """Lock one conversation until the transaction ends: messages get their numbers one after the other.

    Raises Conversation.DoesNotExist.
    """
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def lock_pair(*user_ids: int) -> None:
    """Lock two people, lower id first: they have one conversation whoever buys, which no constraint can say."""
    people = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=user_ids)
    list(people.order_by("pk").values_list("pk"))
