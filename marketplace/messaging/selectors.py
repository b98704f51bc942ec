"""Reads of conversations. Strangers get a 404, so that they do not even learn that a conversation exists."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.gigs.models import Gig
from marketplace.messaging.models import Conversation, Message, MessageAttachment, MessageTemplate
from marketplace.offers.presenters import OfferCard, card
from marketplace.offers.selectors import newest_offer_of_pair, offers_between, offers_of
from marketplace.orders.conversations import Said, SaidFile
from marketplace.orders.models import Order

THREAD_LENGTH = 50
_LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class InboxRow:
    """A conversation in the list."""

    conversation: Conversation
    other: User
    excerpt: str
    unread: int
    offer_title: str = ""  # when the newest thing said is an offer


@dataclass(frozen=True)
class Thread:
    """A stretch of a conversation, oldest first."""

    messages: list[Message]
    earlier_before: int | None  # id to ask for the stretch before this one, None at the beginning
    offers: list[OfferCard] = field(default_factory=list)

    @property
    def entries(self) -> list[Message | OfferCard]:
        """Messages and offers in the order in which they were sent."""
        return sorted([*self.messages, *self.offers], key=lambda entry: entry.created_at)


def _conversations_of(user: User) -> QuerySet[Conversation]:
    return Conversation.objects.filter(Q(buyer=user) | Q(seller=user))


def other_of(conversation: Conversation, user: User) -> User:
    """The person on the other side of `user`."""
    return conversation.seller if conversation.buyer_id == user.pk else conversation.buyer


def read_at_of(conversation: Conversation, user: User) -> datetime | None:
    """Up to which message `user` has read."""
    return conversation.buyer_read_at if conversation.buyer_id == user.pk else conversation.seller_read_at


def _unread_for(user: User) -> Q:
    """Messages (seen from Message) of the other side, after what `user` has read.

    One bound for each conversation rather than one for either side of it: so the index is asked for the few that are newer.
    """
    mine = Q(conversation__buyer=user) | Q(conversation__seller=user)
    read_at = Case(
        When(conversation__buyer=user, then=F("conversation__buyer_read_at")), default=F("conversation__seller_read_at")
    )
    return mine & Q(created_at__gt=Coalesce(read_at, _LONG_AGO)) & ~Q(sender=user)


def inbox(user: User, *, limit: int = 100) -> list[InboxRow]:
    """The conversations of this person that have a message, newest first. One query."""
    newest = Message.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
    offered = newest_offer_of_pair("buyer", "seller")
    unread = (
        Message.objects.filter(_unread_for(user), conversation=OuterRef("pk"))
        .order_by()
        .values("conversation")
        .annotate(number=Count("pk"))
        .values("number")
    )
    conversations = (
        _conversations_of(user)
        .filter(last_message_at__isnull=False)
        .select_related("buyer__profile", "seller__profile")
        .annotate(excerpt=Subquery(newest.values("body")[:1]), unread=Coalesce(Subquery(unread), 0))
        .annotate(said_at=Subquery(newest.values("created_at")[:1]))
        .annotate(
            offer_title=Subquery(offered.values("title")[:1]), offered_at=Subquery(offered.values("created_at")[:1])
        )
        .order_by("-last_message_at", "-pk")
    )
    return [
        InboxRow(
            conversation=conversation,
            other=other_of(conversation, user),
            excerpt=conversation.excerpt or "",
            unread=conversation.unread,
            offer_title=conversation.offer_title if _is_offer_last(conversation) else "",
        )
        for conversation in conversations[:limit]
    ]


def _is_offer_last(row: Any) -> bool:
    return row.offered_at is not None and (row.said_at is None or row.offered_at > row.said_at)


def unread_count(user: User | AnonymousUser) -> int:
    """How many messages wait for this person; 0 for who is not signed in."""
    if not user.is_authenticated:
        return 0
    return unread_messages(user).count()


def unread_messages(user: User) -> QuerySet[Message]:
    """The messages that wait for this person."""
    return Message.objects.filter(_unread_for(user))


def conversation_for(user: User, pk: int) -> Conversation:
    """One's own conversation, with both people. Raises Http404 for strangers."""
    conversation = _conversations_of(user).filter(pk=pk).select_related("buyer__profile", "seller__profile").first()
    if conversation is None:
        raise Http404
    return conversation


def conversation_between(user: User, other: User) -> Conversation | None:
    """The conversation of two people, whoever of them buys."""
    pair = Q(buyer=user, seller=other) | Q(buyer=other, seller=user)
    return Conversation.objects.filter(pair).order_by("pk").first()


def thread(
    conversation: Conversation, *, before: int | None = None, limit: int = THREAD_LENGTH, viewer: User | None = None
) -> Thread:
    """The newest `limit` messages, or the newest of those before message id `before`. Two queries.

    With a `viewer`, one of the two, the offers of the same stretch of time come along, two queries more.
    """
    messages = conversation.messages.select_related("sender__profile").prefetch_related("attachments").order_by("-pk")
    if before is not None:
        messages = messages.filter(pk__lt=before)
    found = list(messages[: limit + 1])
    shown = found[:limit][::-1]
    is_whole = len(found) <= limit
    return Thread(
        messages=shown,
        earlier_before=None if is_whole else shown[0].pk,
        offers=_offers_beside(conversation, viewer, since=None if is_whole else shown[0].created_at, before=before)
        if viewer is not None
        else [],
    )


def _offers_beside(
    conversation: Conversation, viewer: User, *, since: datetime | None, before: int | None
) -> list[OfferCard]:
    """The offers sent between the first message of a stretch and the message that begins the next one."""
    until = None
    if before is not None:
        until = conversation.messages.filter(pk=before).values_list("created_at", flat=True).first()
    sides = (conversation.buyer, conversation.seller)
    return [card(offer, viewer) for offer in offers_between(*sides, since=since, before=until)]


def offer_cards_of(conversation: Conversation, viewer: User, negotiation_id: int) -> list[OfferCard]:
    """All versions of one negotiation of the two people of a conversation. Raises Http404 for any other.

    For code that has asked `conversation_for` before.
    """
    offers = offers_of(viewer, negotiation_id)
    sides = {conversation.buyer_id, conversation.seller_id}
    if {offers[0].negotiation.buyer_id, offers[0].negotiation.seller_id} != sides:
        raise Http404
    return [card(offer, viewer) for offer in offers]


def message_with_files(message_id: int) -> Message:
    """A message with all that a bubble shows. For code that has asked `conversation_for` before."""
    return Message.objects.select_related("sender__profile").prefetch_related("attachments").get(pk=message_id)


def gig_card_of(conversation: Conversation) -> GigCard | None:
    """The gig that the conversation is about, while it can be bought."""
    cards = gig_cards([conversation.gig_id], is_list=False) if conversation.gig_id else []
    return cards[0] if cards else None


def last_read_id(thread: Thread, user: User, other_read_at: datetime | None) -> int | None:
    """The newest message of `user` that the other side has read: the one that says so."""
    if other_read_at is None:
        return None
    read = [m.pk for m in thread.messages if m.sender_id == user.pk and m.created_at <= other_read_at]
    return read[-1] if read else None


def recent_files(conversation: Conversation, *, limit: int = 10) -> list[MessageAttachment]:
    """The newest files of a conversation."""
    files = MessageAttachment.objects.filter(message__conversation=conversation).select_related("message")
    return list(files.order_by("-pk")[:limit])


def attachment_for(user: User, pk: int) -> MessageAttachment:
    """A file of one's own conversation. Raises Http404 for strangers."""
    mine = Q(message__conversation__buyer=user) | Q(message__conversation__seller=user)
    attachment = MessageAttachment.objects.filter(mine, pk=pk).first()
    if attachment is None:
        raise Http404
    return attachment


def quick_replies(user: User) -> list[MessageTemplate]:
    """The sentences a seller keeps at hand."""
    return list(MessageTemplate.objects.filter(owner=user))


def person_by_handle(handle: str) -> User:
    """Whom to write to. Raises Http404."""
    person = User.objects.filter(profile__handle=handle, is_active=True).select_related("profile").first()
    if person is None:
        raise Http404
    return person


def live_gig_of(seller: User, gig_id: str | None) -> Gig | None:
    """The gig a conversation is to begin from, or None when there is no such live gig of this seller."""
    if not gig_id or not gig_id.isdecimal():
        return None
    return Gig.objects.on_sale().filter(pk=int(gig_id), seller=seller).first()


def has_bought_from(*, buyer: User, seller: User) -> bool:
    """Whether there is an order between the two, in this direction."""
    return bool(Order.objects.filter(buyer=buyer, seller=seller).exists())


def said_between(buyer: User, seller: User, since: datetime) -> list[Said]:
    """The messages of two people since a moment, oldest first: what a mediator reads in a dispute of theirs."""
    pair = Q(conversation__buyer=buyer, conversation__seller=seller)
    pair |= Q(conversation__buyer=seller, conversation__seller=buyer)
    messages = Message.objects.filter(pair, created_at__gte=since).select_related("sender__profile")
    return [
        Said(
            at=message.created_at,
            by=message.sender,
            text=message.body,
            files=[
                SaidFile(sent.pk, sent.name, sent.size, partial(sent.file.storage.open, str(sent.file.name)))
                for sent in message.attachments.all()
            ],
        )
        for message in messages.prefetch_related("attachments").order_by("created_at", "pk")
    ]
