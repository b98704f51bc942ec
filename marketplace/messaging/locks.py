"""The only place of messaging that takes row locks. An order comes before its conversation (docs/locking.md)."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

from marketplace.accounts.models import User
from marketplace.messaging.models import Conversation, MessageFlag


class FreeConversation(NamedTuple):
    """The columns of a conversation that writing asks for."""

    pk: int
    kind: str
    buyer_id: int | None
    seller_id: int | None
    gig_id: int | None
    last_sequence: int


def lock_conversation(conversation_id: int) -> Conversation:
    """Lock one conversation until the transaction ends: messages get their numbers one after the other.

    Raises Conversation.DoesNotExist.
    """
    return Conversation.objects.select_for_update(of=("self",), no_key=True).get(pk=conversation_id)


def lock_free_conversations(conversation_ids: Collection[int]) -> list[FreeConversation]:
    """Lock those of several conversations that nobody else has locked, until the transaction ends.

    It waits for none of them, so that their order cannot matter. In plain SQL, as all of services/together.py.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, kind, buyer_id, seller_id, gig_id, last_sequence FROM messaging_conversation
            WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED
            """,
            [list(conversation_ids)],
        )
        return [FreeConversation(*row) for row in cursor.fetchall()]


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
