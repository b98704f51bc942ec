"""What was said in one conversation, in the order of its numbers. For code that has asked `conversation_for` before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.gigs.cards import GigCard, gig_cards
from marketplace.messaging.links import attach_cards
from marketplace.messaging.models import (
    Conversation,
    ConversationKind,
    FlagStatus,
    Message,
    MessageAttachment,
    MessageFlag,
    Participant,
    ParticipantRole,
)
from marketplace.offers.presenters import OfferCard, card
from marketplace.offers.selectors import offers_between, offers_of
from marketplace.orders.timeline import event_lines

CHANGED_AT_MOST = 200
THREAD_LENGTH = 50


@dataclass(frozen=True)
class EventLine:
    """What happened to the order meanwhile, in the words of its time line."""

    title: str
    text: str
    created_at: datetime
    url: str  # where it stands among all that happened
    is_event: bool = True


@dataclass(frozen=True)
class HeldLine:
    """A message of one's own that moderators keep back, or did not let through: nobody else sees it."""

    words: str
    created_at: datetime
    mark: str  # what the window called it; it goes when the message comes
    is_open: bool
    reason: str
    is_held: bool = True


@dataclass(frozen=True)
class Thread:
    """A stretch of a conversation, oldest first. Its ends are numbers of messages, to read on from."""

    messages: list[Message]
    earlier_before: int | None  # ask `before` this number for the stretch before; None at the beginning
    offers: list[OfferCard] = field(default_factory=list)
    events: list[EventLine] = field(default_factory=list)
    held: list[HeldLine] = field(default_factory=list)
    later_after: int | None = None  # ask `after` this number for the stretch after; None at the end

    @property
    def last(self) -> int:
        """The number of its newest message; 0 where there is none."""
        return (self.messages[-1].sequence or 0) if self.messages else 0

    @property
    def entries(self) -> list[Message | OfferCard | EventLine | HeldLine]:
        """Messages, offers, what happened to the order and what was held back, in the order of time."""
        return sorted([*self.messages, *self.offers, *self.events, *self.held], key=lambda entry: entry.created_at)


@dataclass(frozen=True)
class Marks:
    """How far the other side has come, by numbers of messages, and which role the viewer has."""

    own_role: ParticipantRole
    delivered: int
    read: int


def other_of(conversation: Conversation, user: User) -> User | None:
    """The person on the other side of `user`; None where that is support."""
    if conversation.kind == ConversationKind.SUPPORT:
        return None
    return conversation.seller if conversation.buyer_id == user.pk else conversation.buyer


def marks_of(conversation: Conversation, viewer: User) -> Marks:
    """What has reached the other side, and what they have seen. With two people that is the other one, not support. One query."""
    rows = list(Participant.objects.filter(conversation=conversation))
    own = next(row for row in rows if row.user_id == viewer.pk)
    others = [row for row in rows if row is not own]
    people = [row for row in others if row.user_id is not None] or others
    return Marks(
        own_role=ParticipantRole(own.role),
        delivered=max((row.delivered_sequence for row in people), default=0),
        read=max((row.read_sequence for row in people), default=0),
    )


def thread(
    conversation: Conversation,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = THREAD_LENGTH,
    viewer: User | None = None,
) -> Thread:
    """The newest `limit` messages, the newest of those before number `before`, or the oldest of those after number `after`.

    With a `viewer`, one of the two, the offers of the same stretch of time come along, and in an order's conversation what
    happened to the order, and what moderators keep back of their own. Four queries at most, six with these.
    """
    messages = _with_all(Message.objects.filter(conversation=conversation, sequence__isnull=False))
    if after is not None:
        found = list(messages.filter(sequence__gt=after).order_by("sequence")[: limit + 1])
        shown = found[:limit]
        earlier = shown[0].sequence if shown and (shown[0].sequence or 0) > 1 else None
        later = shown[-1].sequence if len(found) > limit else None
    else:
        if before is not None:
            messages = messages.filter(sequence__lt=before)
        found = list(messages.order_by("-sequence")[: limit + 1])
        shown = found[:limit][::-1]
        earlier = shown[0].sequence if len(found) > limit else None
        later = None if before is None or not shown else shown[-1].sequence
    attach_cards((message, conversation) for message in shown)
    return Thread(
        messages=shown,
        earlier_before=earlier,
        offers=_offers_beside(conversation, viewer, shown, earlier, later) if viewer is not None else [],
        events=_events_beside(conversation, viewer, shown, earlier, later) if viewer is not None else [],
        held=_held_beside(conversation, viewer, shown, earlier, later) if viewer is not None else [],
        later_after=later,
    )


def messages_after(conversation: Conversation, *, after: int, limit: int = 200) -> list[Message]:
    """What follows the message with this number, oldest first: what a window has missed. Ask again while it is full."""
    following = Message.objects.filter(conversation=conversation, sequence__gt=after)
    return _carded(conversation, _with_all(following).order_by("sequence")[:limit])


def changed_since(conversation: Conversation, *, up_to: int, since: datetime) -> list[Message]:
    """Messages up to a number that were edited or withdrawn since a moment (UTC): what a window shows in their old form.

    Moments are those of the server. Somebody who asks goes a little further back than what they have heard last: that of a
    change lies before its commit. Of very many the newest: an open page shows no more of them.
    """
    changed = Q(edited_at__gte=since) | Q(withdrawn_at__gte=since)
    found = Message.objects.filter(changed, conversation=conversation, sequence__lte=up_to)
    return _carded(conversation, _with_all(found.order_by("-sequence")[:CHANGED_AT_MOST]))[::-1]


def changed_for(conversation: Conversation, viewer: User, *, up_to: int, since: datetime, read: int) -> list[Message]:
    """As `changed_since`, what quotes these, and own messages that the other side has read beyond the mark of a page."""
    back = since - timedelta(seconds=30)
    changed = Q(edited_at__gte=back) | Q(withdrawn_at__gte=back)
    mark = marks_of(conversation, viewer).read
    changed |= Q(quoted__edited_at__gte=back) | Q(quoted__withdrawn_at__gte=back)
    changed |= Q(sender=viewer, sequence__gt=read, sequence__lte=mark)
    found = Message.objects.filter(changed, conversation=conversation, sequence__lte=up_to)
    return _carded(conversation, _with_all(found.order_by("sequence")))


def message_with_files(message_id: int) -> Message:
    """A message with all that a bubble shows."""
    return _with_all(Message.objects.all()).select_related("conversation").get(pk=message_id)


def _with_all(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.select_related("sender__profile", "quoted__sender__profile").prefetch_related("attachments")


def _carded(conversation: Conversation, messages: QuerySet[Message]) -> list[Message]:
    """The messages, with the cards of the addresses in them."""
    found = list(messages)
    attach_cards((message, conversation) for message in found)
    return found


def _offers_beside(
    conversation: Conversation, viewer: User, shown: Sequence[Message], earlier: int | None, later: int | None
) -> list[OfferCard]:
    """The offers sent between the first message of a stretch and the message that begins the next one."""
    if conversation.kind != ConversationKind.DIRECT or conversation.buyer is None or conversation.seller is None:
        return []
    since, until = _stretch(conversation, shown, earlier, later)
    return [
        card(offer, viewer)
        for offer in offers_between(conversation.buyer, conversation.seller, since=since, before=until)
    ]


def _events_beside(
    conversation: Conversation, viewer: User, shown: Sequence[Message], earlier: int | None, later: int | None
) -> list[EventLine]:
    """What happened to the order of a conversation in the same stretch of time."""
    since, until = _stretch(conversation, shown, earlier, later)
    return order_lines(conversation, viewer, since=since, before=until)


def order_lines(
    conversation: Conversation, viewer: User, *, since: datetime | None, before: datetime | None = None
) -> list[EventLine]:
    """What happened to the order of a conversation from one moment until another (UTC), oldest first."""
    order = conversation.order
    if order is None:
        return []
    address = f"{order.get_absolute_url()}#timeline-heading"
    lines = event_lines(order, viewer, since=since, before=before)
    return [EventLine(str(line.title), line.text, line.at, address) for line in lines]


def _held_beside(
    conversation: Conversation, viewer: User, shown: Sequence[Message], earlier: int | None, later: int | None
) -> list[HeldLine]:
    """What the viewer wrote in the same stretch of time and nobody got: it waits for moderators, or is against the rules."""
    since, until = _stretch(conversation, shown, earlier, later)
    flags = MessageFlag.objects.filter(conversation=conversation, sender=viewer, message=None).order_by("pk")
    if since is not None:
        flags = flags.filter(created_at__gte=since)
    if until is not None:
        flags = flags.filter(created_at__lt=until)
    return [
        HeldLine(flag.words, flag.created_at, str(flag.client_id or ""), flag.status == FlagStatus.OPEN, flag.decision)
        for flag in flags
    ]


def _stretch(
    conversation: Conversation, shown: Sequence[Message], earlier: int | None, later: int | None
) -> tuple[datetime | None, datetime | None]:
    """When a stretch begins and when the one after it does; None where nothing else stands there."""
    since = shown[0].created_at if shown and earlier is not None else None
    if later is None:
        return since, None
    following = Message.objects.filter(conversation=conversation, sequence__gt=later).order_by("sequence")
    return since, following.values_list("created_at", flat=True).first()


def offer_cards_of(conversation: Conversation, viewer: User, negotiation_id: int) -> list[OfferCard]:
    """All versions of one negotiation of the two people of a conversation. Raises Http404 for any other."""
    offers = offers_of(viewer, negotiation_id)
    sides = {conversation.buyer_id, conversation.seller_id}
    if {offers[0].negotiation.buyer_id, offers[0].negotiation.seller_id} != sides:
        raise Http404
    return [card(offer, viewer) for offer in offers]


def gig_card_of(conversation: Conversation) -> GigCard | None:
    """The gig that the conversation is about, while it can be bought."""
    cards = gig_cards([conversation.gig_id], is_list=False) if conversation.gig_id else []
    return cards[0] if cards else None


def recent_files(conversation: Conversation, *, limit: int = 10) -> list[MessageAttachment]:
    """The newest files of a conversation, those of withdrawn messages left out."""
    files = MessageAttachment.objects.filter(message__conversation=conversation, message__withdrawn_at=None)
    return list(files.select_related("message").order_by("-pk")[:limit])
