"""The only place of messaging that takes row locks. Neither is held together with a lock of another app."""

from marketplace.accounts.models import User
from marketplace.messaging.models import Conversation


def lock_conversation(conversation_id: int) -> Conversation:
    """Lock one conversation until the transaction ends, so that its messages get their times in order.

    Raises Conversation.DoesNotExist.
    """
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def lock_pair(*user_ids: int) -> None:
    """Lock two people, lower id first: they have one conversation whoever buys, which no constraint can say."""
    people = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=user_ids)
    list(people.order_by("pk").values_list("pk"))
