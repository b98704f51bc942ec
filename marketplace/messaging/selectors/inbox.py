"""The list of somebody's conversations, and what waits for them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging.models import Conversation, ConversationKind, Message, Participant
from marketplace.messaging.selectors.access import conversations_of
from marketplace.messaging.selectors.threads import other_of
from marketplace.offers.selectors import newest_offer_of_pair

INBOX_LENGTH = 50


@dataclass(frozen=True)
class InboxRow:
    """A conversation in the list."""

    conversation: Conversation
    other: User | None  # None: support
    excerpt: str
    unread: int
    offer_title: str = ""  # when the newest thing said is an offer
    is_withdrawn: bool = False  # the newest message
    is_emptied: bool = False  # its time was over
    is_taken_out: bool = False  # by a moderator
    event: str = ""  # when the newest message is a line of the platform
    is_muted: bool = False


class Part(TextChoices):
    """Which conversations the list shows."""

    ALL = "", pgettext_lazy("conversations", "All")
    UNREAD = "unread", _("Unread")
    ORDERS = "orders", _("About orders")
    ARCHIVED = "archived", _("Archived")


def inbox(
    user: User, *, show: str = Part.ALL, query: str = "", before: int | None = None, limit: int = INBOX_LENGTH
) -> list[InboxRow]:
    """The conversations of this person that have a message, newest first: a part of them, or those with such a name or order.

    What was archived is back as soon as something new is said. `before` is the key of the conversation that the stretch above
    ended with. One query, one more to read on.
    """
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-sequence")
    own = Participant.objects.filter(conversation=OuterRef("pk"), user=user)
    offered = newest_offer_of_pair("buyer", "seller")
    unread = own.annotate(waiting=Coalesce(Subquery(_waiting_for(user)), 0)).values("waiting")
    conversations = (
        conversations_of(user)
        .filter(last_message_at__isnull=False)
        .select_related("buyer__profile", "seller__profile", "order")
        .annotate(excerpt=Subquery(newest.values("body")[:1]), unread=Coalesce(Subquery(unread), 0))
        .annotate(said_at=Subquery(newest.values("created_at")[:1]))
        .annotate(taken_back_at=Subquery(newest.values("withdrawn_at")[:1]))
        .annotate(newest_emptied_at=Subquery(newest.values("emptied_at")[:1]))
        .annotate(newest_is_taken_out=Subquery(newest.values("is_taken_out")[:1]))
        .annotate(newest_event=Subquery(newest.values("event")[:1]))
        .annotate(
            offer_title=Subquery(offered.values("title")[:1]), offered_at=Subquery(offered.values("created_at")[:1])
        )
        .annotate(
            own_archived_at=Subquery(own.values("archived_at")), own_muted_until=Subquery(own.values("muted_until"))
        )
        .order_by("-last_message_at", "-pk")
    )
    archived = Q(own_archived_at__gte=F("last_message_at"))
    if query:
        conversations = conversations.filter(_named(query))
    else:
        conversations = conversations.filter(archived if show == Part.ARCHIVED else Q(own_archived_at=None) | ~archived)
    if show == Part.UNREAD:
        conversations = conversations.filter(unread__gt=0)
    elif show == Part.ORDERS:
        conversations = conversations.filter(kind=ConversationKind.ORDER)
    if before is not None:
        anchor = Conversation.objects.filter(pk=before).values_list("last_message_at", flat=True).first()
        older = Q(last_message_at__lt=anchor) | Q(last_message_at=anchor, pk__lt=before)
        conversations = conversations.filter(older) if anchor is not None else conversations.none()
    now = clock.now()
    return [
        InboxRow(
            conversation=conversation,
            other=other_of(conversation, user),
            excerpt=conversation.excerpt or "",
            unread=conversation.unread,
            offer_title=conversation.offer_title if _is_offer_last(conversation) else "",
            is_withdrawn=conversation.taken_back_at is not None,
            is_emptied=conversation.newest_emptied_at is not None,
            is_taken_out=bool(conversation.newest_is_taken_out),
            event=conversation.newest_event or "",
            is_muted=conversation.own_muted_until is not None and conversation.own_muted_until > now,
        )
        for conversation in conversations[:limit]
    ]


def known_part(value: str) -> Part:
    """The part that an address asks for."""
    return Part(value) if value in Part.values else Part.ALL


def parts() -> list[tuple[str, str]]:
    """The parts of the list with their names."""
    return [(part.value, str(part.label)) for part in Part]


def _named(query: str) -> Q:
    """Conversations (seen from Conversation) with somebody of that name, or about such an order."""
    return (
        Q(buyer__profile__display_name__icontains=query)
        | Q(seller__profile__display_name__icontains=query)
        | Q(order__number__istartswith=query)
        | Q(order__gig_title__icontains=query)
        | Q(gig__title__icontains=query)
    )


def _is_offer_last(row: Any) -> bool:
    if row.kind != ConversationKind.DIRECT:
        return False
    return row.offered_at is not None and (row.said_at is None or row.offered_at > row.said_at)


def _waiting_for(user: User | OuterRef) -> QuerySet[Message, Any]:
    """How many messages wait in the conversation of a participant's row (seen from Participant), as one row with a number.

    Counted from that row, without the conversation between the two: its bound goes into the index, which is asked for the few
    messages that are newer. Own ones are left out apart, since an automatic reply does not move one's own mark.
    """
    newer = Message.objects.filter(
        conversation=OuterRef("conversation"), sequence__gt=OuterRef("read_sequence"), withdrawn_at=None
    )
    counted = newer.exclude(sender=user).order_by().values("conversation").annotate(number=Count("pk"))
    return counted.values("number")


def unread_total(user: User) -> QuerySet[Any, Any]:
    """How many messages wait for this person, as one row: the badge of every page. Muted conversations are left out."""
    heard = Q(muted_until=None) | Q(muted_until__lte=clock.now())
    own = Participant.objects.filter(heard, user=user, left_at=None).order_by()
    waiting = own.annotate(waiting=Coalesce(Subquery(_waiting_for(user)), 0))
    return waiting.values("user").annotate(total=Sum("waiting")).values("total")


def unread_totals(user_ids: Collection[int]) -> dict[int, int]:
    """What `unread_total` says of each of these people. One query."""
    heard = Q(muted_until=None) | Q(muted_until__lte=clock.now())
    own = Participant.objects.filter(heard, user__in=user_ids, left_at=None).order_by()
    waiting = own.annotate(waiting=Coalesce(Subquery(_waiting_for(OuterRef("user"))), 0))
    return dict(waiting.values("user").annotate(total=Sum("waiting")).values_list("user", "total"))


def unread_messages(user: User) -> QuerySet[Message]:
    """The messages that `unread_total` counts, themselves. For their number ask that: it knows the better index."""
    seats = Participant.objects.filter(user=user, left_at=None, conversation=OuterRef("conversation"))
    heard = seats.filter(Q(muted_until=None) | Q(muted_until__lte=clock.now()), read_sequence__lt=OuterRef("sequence"))
    found = Message.objects.filter(conversation__in=conversations_of(user), withdrawn_at=None)
    return found.filter(Exists(heard)).exclude(sender=user)


def unread_count(user: User | AnonymousUser) -> int:
    """How many messages wait for this person; 0 for who is not signed in."""
    if not user.is_authenticated:
        return 0
    return sum(row["total"] for row in unread_total(user))
