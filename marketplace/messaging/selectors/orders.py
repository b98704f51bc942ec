"""What was said about an order, for a mediator and the evidence."""

from functools import partial

from django.db.models import Q, QuerySet

from marketplace.accounts.models import User
from marketplace.messaging.models import ConversationKind, Message
from marketplace.orders.conversations import BEFORE_THE_ORDER, Said, SaidFile
from marketplace.orders.models import Order


def said_about(order: Order) -> list[Said]:
    """What the two said about an order, oldest first, the words of withdrawn messages among them and marked as such.

    All of its own conversation; and of the one that the two have besides, what was promised about this service in the month
    before it was bought, and after that until its own conversation began.
    """
    own = _with_all(Message.objects.filter(conversation__order=order).filter(sender__isnull=False))
    own_said = list(own.order_by("sequence"))
    before = _with_all(_beside(order))
    if own_said:
        before = before.filter(created_at__lt=own_said[0].created_at)
    said = [*before.order_by("created_at", "pk"), *own_said]
    return [_said(message, message.sender) for message in said if message.sender is not None]


def _beside(order: Order) -> QuerySet[Message]:
    pair = Q(conversation__buyer=order.buyer_id, conversation__seller=order.seller_id)
    pair |= Q(conversation__buyer=order.seller_id, conversation__seller=order.buyer_id)
    about_it = Q(about=None) | Q(about=order.gig_id)
    since = order.created_at - BEFORE_THE_ORDER
    return Message.objects.filter(pair, about_it, conversation__kind=ConversationKind.DIRECT, created_at__gte=since)


def _with_all(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.select_related("sender__profile").prefetch_related("attachments", "revisions")


def _said(message: Message, by: User) -> Said:
    text = message.body
    if message.is_withdrawn:
        said = "".join(revision.body for revision in list(message.revisions.all())[-1:])
        text = f"{message.gone_words} {said}"
    return Said(
        at=message.created_at,
        by=by,
        text=text,
        files=[
            SaidFile(sent.pk, sent.name, sent.size, partial(sent.file.storage.open, str(sent.file.name)))
            for sent in message.attachments.all()
        ],
        is_withdrawn=message.is_withdrawn,
        gone_words=str(message.gone_words) if message.is_withdrawn else "",
    )
