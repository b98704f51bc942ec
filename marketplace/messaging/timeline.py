"""What the two sides of an order said to each other while it ran, for its time line."""

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.messaging.models import Message, MessageKind
from marketplace.messaging.selectors import role_in
from marketplace.messaging.system_lines import sender_name
from marketplace.orders.models import Order
from marketplace.orders.timeline import TimelineEntry

MOST, EXCERPT = 50, 160


def messages_of(order: Order, viewer: User) -> list[TimelineEntry]:
    """The newest messages of the order's own conversation until it ended, with their files. Two queries."""
    messages = Message.objects.filter(conversation__order=order, withdrawn_at=None).exclude(kind=MessageKind.SYSTEM)
    if order.ended_at is not None:
        messages = messages.filter(created_at__lte=order.ended_at)
    newest = (
        messages.select_related("sender__profile", "conversation")
        .prefetch_related("attachments")
        .order_by("-sequence")[:MOST]
    )
    return [
        TimelineEntry(
            title=_("You wrote")
            if message.sender_id == viewer.pk
            else _("%(name)s wrote") % {"name": sender_name(message, role_in(message.conversation, message.sender_id))},
            at=message.created_at,
            text=Truncator(message.body).chars(EXCERPT),
            state="said",
            files=[(file.name, reverse("messaging:attachment", args=[file.pk])) for file in message.attachments.all()],
        )
        for message in newest
    ]
