"""How long what people wrote is kept, and what keeps it longer (docs/retention.md).

电子商务法 §31 for what was said about an order, 个人信息保护法 §19 for all of it: three years after the last order of the two,
or after it was said where they never had one. What is said later has a time of its own.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.core.holds import CONVERSATIONS, MESSAGES, is_held
from marketplace.messaging.models import Conversation, ConversationKind, FlagStatus, Message, MessageFlag, MessageKind
from marketplace.orders.models import Order


def kept_since() -> datetime:
    """What was said before this moment need not be kept any more (UTC)."""
    return clock.now() - timedelta(days=get_config("operations.order_kept_days"))


def free_conversations() -> QuerySet[Conversation]:
    """Conversations of which nobody needs what was said long ago.

    About an order: once that is emptied (orders/keeping.py). Of two people: once each order between them is, whoever of them
    bought. With support: as long as no case of it is open, which the room above says (core/holds.py).
    """
    either = Q(buyer=OuterRef("buyer"), seller=OuterRef("seller")) | Q(
        buyer=OuterRef("seller"), seller=OuterRef("buyer")
    )
    return Conversation.objects.filter(
        Q(kind=ConversationKind.ORDER, order__emptied_at__isnull=False)
        | Q(kind=ConversationKind.DIRECT) & ~Exists(Order.objects.filter(either, emptied_at=None))
        | Q(kind=ConversationKind.SUPPORT)
    ).exclude(is_held(CONVERSATIONS))


def old_messages(*, since: datetime) -> QuerySet[Message]:
    """What people wrote before `since`, is still there, and is about nothing that moderators look at."""
    open_flag = MessageFlag.objects.filter(message=OuterRef("pk"), status=FlagStatus.OPEN)
    return (
        Message.objects.filter(~Exists(open_flag), emptied_at=None, created_at__lt=since)
        .exclude(kind=MessageKind.SYSTEM)
        .exclude(is_held(MESSAGES))
    )


def old_flags(*, since: datetime) -> QuerySet[MessageFlag]:
    """Decided cases about what was written before `since`: they hold its words too, and those of what was never sent."""
    return (
        MessageFlag.objects.filter(created_at__lt=since).exclude(status=FlagStatus.OPEN).exclude(words="", findings=[])
    )


def conversations_to_empty() -> QuerySet[Conversation]:
    """Conversations in which something is to go, the oldest first.

    The database begins with what is old and there still, not with all conversations: an index has it (Message.Meta).
    """
    since = kept_since()
    there = old_messages(since=since).order_by().values("conversation")
    there = there.union(old_flags(since=since).order_by().values("conversation"))
    return free_conversations().filter(pk__in=there, created_at__lt=since).order_by("created_at")
