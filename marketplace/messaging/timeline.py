"""What the two sides of an order said to each other while it ran, for its time line."""

from django.db.models import Q
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.messaging.models import Message
from marketplace.orders.models import Order
from marketplace.orders.timeline import TimelineEntry

MOST, EXCERPT = 50, 160


def messages_of(order: Order, viewer: User) -> list[TimelineEntry]:
    """The newest messages of the two since the order was placed and until it ended, with their files. Two queries."""
    two = Q(conversation__buyer=order.buyer_id, conversation__seller=order.seller_id) | Q(
        conversation__buyer=order.seller_id, conversation__seller=order.buyer_id
    )
    messages = Message.objects.filter(two, created_at__gte=order.created_at)
    if order.ended_at is not None:
        messages = messages.filter(created_at__lte=order.ended_at)
    newest = messages.select_related("sender__profile").prefetch_related("attachments").order_by("-pk")[:MOST]
    return [
        TimelineEntry(
            title=_("You wrote")
            if message.sender_id == viewer.pk
            else _("%(name)s wrote") % {"name": message.sender.display_name},
            at=message.created_at,
            text=Truncator(message.body).chars(EXCERPT),
            state="said",
            files=[(file.name, reverse("messaging:attachment", args=[file.pk])) for file in message.attachments.all()],
        )
        for message in newest
    ]
