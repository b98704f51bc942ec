"""What else the page of a conversation shows: one's own settings, orders that run, words kept ready, what a search finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import Http404
from django.utils.translation import get_language

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.messaging.models import (
    AwayReply,
    Conversation,
    ConversationKind,
    Message,
    MessageKind,
    MessageTemplate,
    Participant,
)
from marketplace.messaging.selectors.access import conversations_of, participation
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus

FOUND_AT_MOST = 50
_OVER = (OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.RESOLVED)


@dataclass(frozen=True)
class Reply:
    """A quick reply with its placeholders filled in for this conversation."""

    title: str
    body: str
    is_own: bool


def is_muted(own: Participant | None) -> bool:
    """Whether somebody hears nothing of a conversation now."""
    return own is not None and own.muted_until is not None and own.muted_until > clock.now()


def is_archived(own: Participant | None, conversation: Conversation) -> bool:
    """Whether it is out of their list: nothing was said since they put it away."""
    if own is None or own.archived_at is None:
        return False
    return conversation.last_message_at is None or own.archived_at >= conversation.last_message_at


def is_kept_away(conversation: Conversation, *, by: User, other: User) -> bool:
    """Whether somebody blocked the other and so writes nothing here. Where support listens, blocks do not count."""
    if conversation.participants.filter(user=None, left_at=None).exists():
        return False
    return by.pk in blocks_between(by.pk, other.pk)


def put_away(user: User, pk: int | None) -> Conversation | None:
    """The conversation that somebody archived a moment ago, to be told so; None for anything else."""
    found = conversations_of(user).filter(pk=pk).first() if pk is not None else None
    return found if found is not None and is_archived(participation(found.pk, user), found) else None


def changeable_since() -> datetime:
    """Messages sent after this moment may still be edited and withdrawn by who wrote them."""
    return clock.now() - timedelta(minutes=get_config("messaging.change_minutes"))


def own_message(user: User, conversation: Conversation, sequence: int) -> Message:
    """A message that this person wrote and that was not withdrawn. Raises Http404."""
    found = Message.objects.filter(
        conversation=conversation, sequence=sequence, sender=user, kind=MessageKind.TEXT, withdrawn_at=None
    ).first()
    if found is None:
        raise Http404
    return found


def running_orders_between(conversation: Conversation, *, limit: int = 3) -> list[Order]:
    """Paid orders of the two that are not over, newest first: what is about one of them is better said there."""
    if conversation.kind != ConversationKind.DIRECT:
        return []
    pair = Q(buyer=conversation.buyer_id, seller=conversation.seller_id)
    pair |= Q(buyer=conversation.seller_id, seller=conversation.buyer_id)
    running = Order.objects.filter(pair, paid_at__isnull=False).exclude(status__in=_OVER)
    return list(running.order_by("-pk")[:limit])


def search(conversation: Conversation, words: str, *, before: int | None = None) -> list[Message]:
    """The newest messages in which these words stand, or in the name of a file; withdrawn ones have none left."""
    if not words:
        return []
    said = Q(body__icontains=words) | Q(attachments__name__icontains=words)
    found = Message.objects.filter(said, conversation=conversation, withdrawn_at=None)
    if before is not None:
        found = found.filter(sequence__lt=before)
    found = found.select_related("sender__profile").prefetch_related("attachments").distinct()
    return list(found.order_by("-sequence")[:FOUND_AT_MOST])


def quick_replies(user: User, conversation: Conversation | None = None) -> list[Reply]:
    """The sentences somebody keeps at hand, and after them the platform's, filled in for a conversation.

    To support one says nothing of the platform's own: they are what a buyer and a seller say to each other.
    """
    is_with_support = conversation is not None and conversation.kind == ConversationKind.SUPPORT
    platforms = Q(owner=None, language__in=["", get_language()])
    kept = MessageTemplate.objects.filter(Q(owner=user) | platforms if not is_with_support else Q(owner=user))
    filled = _values(user, conversation)
    replies = [Reply(row.title, _fill(row.body, filled), row.owner_id is not None) for row in kept]
    return sorted(replies, key=lambda reply: not reply.is_own)


def own_templates(user: User) -> list[MessageTemplate]:
    """Quick replies of one's own, to be changed."""
    return list(MessageTemplate.objects.filter(owner=user))


def own_template(user: User, pk: int) -> MessageTemplate:
    """One of them. Raises Http404."""
    found = MessageTemplate.objects.filter(owner=user, pk=pk).first()
    if found is None:
        raise Http404
    return found


def away_reply_of(user: User) -> AwayReply | None:
    """What is answered for somebody, whether it is in use or not."""
    return AwayReply.objects.filter(owner=user).first()


def _values(user: User, conversation: Conversation | None) -> dict[str, str]:
    if conversation is None:
        return {}
    other = conversation.seller if conversation.buyer_id == user.pk else conversation.buyer
    about = conversation.order.gig_title if conversation.order is not None else ""
    if not about and conversation.gig is not None:
        about = conversation.gig.title
    return {
        "{name}": other.display_name if other is not None else "",
        "{service}": about,
        "{order}": conversation.order.number if conversation.order is not None else "",
    }


def _fill(body: str, values: dict[str, str]) -> str:
    """Placeholders as they are where nothing is known: who inserts it sees them and writes something else."""
    for placeholder, value in values.items():
        body = body.replace(placeholder, value or placeholder)
    return body
