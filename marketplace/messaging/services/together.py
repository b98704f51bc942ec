"""Writing what many windows say in the same moment: one transaction, one handful of statements, one commit for all of it.

It writes what is in order beyond doubt and leaves everything else to `send_message`, which alone refuses, warns and explains. So
there is one set of rules, and here only the question whether none of them applies.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from marketplace.accounts.models import User
from marketplace.accounts.selectors import pairs_kept_apart
from marketplace.core import clock, live
from marketplace.messaging import push, selectors
from marketplace.messaging.errors import MessagingError
from marketplace.messaging.limits import count_messages
from marketplace.messaging.locks import lock_free_conversations
from marketplace.messaging.models import Conversation, ConversationKind, Message, Participant
from marketplace.messaging.services.writing import checked_body
from marketplace.notifications import catalogue
from marketplace.notifications.services import Line, notify_latest_each, recipient_language
from marketplace.safety.policy import is_clean

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Draft:
    """Words that somebody wants to say: no files, no quote, nothing confirmed."""

    conversation_id: int
    sender_id: int
    body: str
    client_id: UUID | None = None


@dataclass
class _Standing:
    """What is known of the conversations that are locked."""

    conversations: dict[int, Conversation]
    seats: dict[int, list[Participant]] = field(default_factory=dict)
    kept_apart: Collection[frozenset[int]] = ()
    answering: Collection[int] = ()  # people for whom an automatic reply may go out
    names: set[UUID] = field(default_factory=set)  # of messages that are there already


def send_together(drafts: Sequence[Draft]) -> list[Message | None]:
    """Write those of `drafts` that nothing speaks against, in this order; returns a message, or None, for each.

    None is no refusal: `send_message` is to be asked, now or again. That goes for all of them when anything fails. Whoever takes
    part, is active, is not kept apart from the other by a block, writes words that safety finds nothing in, and is within
    `messaging.per_minute` is written for: asked anew each time. Conversations that somebody else has locked this moment are not
    waited for. What is written is committed, told and pushed when this returns.
    """
    bodies = [_clean_body(draft) for draft in drafts]
    over = count_messages([draft.sender_id for draft, body in zip(drafts, bodies, strict=True) if body])
    asked = {
        index: (draft, body)
        for index, (draft, body) in enumerate(zip(drafts, bodies, strict=True))
        if body and draft.sender_id not in over
    }
    written: dict[int, Message] = {}
    if asked:
        with live.gathered(), recipient_language():
            with transaction.atomic():
                written = _write(asked)
            try:
                push.messages_sent(list(written.values()))
            except Exception:  # it is committed: windows find it themselves
                logger.exception("Messages that were written and not pushed")
    return [written.get(index) for index in range(len(drafts))]


def _clean_body(draft: Draft) -> str:
    try:
        body = checked_body(draft.body, needed=True)
    except MessagingError:
        return ""
    return body if is_clean(body) else ""


def _write(asked: Mapping[int, tuple[Draft, str]]) -> dict[int, Message]:
    standing = _standing([draft for draft, _body in asked.values()])
    now = clock.now()
    written: dict[int, Message] = {}
    own: dict[int, int] = {}  # seat of who spoke → number
    told: dict[tuple[int, int], Line] = {}
    for index, (draft, body) in asked.items():
        conversation = standing.conversations.get(draft.conversation_id)
        if conversation is None or (seat := _seat(standing, conversation, draft)) is None:
            continue
        if draft.client_id is not None:
            standing.names.add(draft.client_id)
        conversation.last_sequence += 1
        sender = conversation.buyer if draft.sender_id == conversation.buyer_id else conversation.seller
        written[index] = message = Message(
            conversation=conversation,
            sender=sender,
            sequence=conversation.last_sequence,
            client_id=draft.client_id,
            body=body,
            about_id=conversation.gig_id if conversation.kind == ConversationKind.DIRECT else None,
            created_at=now,
        )
        own[seat.pk] = conversation.last_sequence
        for other in standing.seats[conversation.pk]:
            is_muted = other.muted_until is not None and other.muted_until > now
            if other.user_id is not None and other.user_id != draft.sender_id and not is_muted:
                # Of several in the same moment the last one: ten messages are one line.
                told[conversation.pk, other.user_id] = Line(
                    recipient_id=other.user_id,
                    words={"name": sender.display_name if sender else ""},
                    about=message.body,
                    url=conversation.get_absolute_url(),
                )
    if written:
        Message.objects.bulk_create(written.values())
        _move_on(list(written.values()), own, now)
        notify_latest_each(notice=catalogue.talk.MESSAGE, lines=list(told.values()))
    return written


def _standing(drafts: Sequence[Draft]) -> _Standing:
    conversations = lock_free_conversations({draft.conversation_id for draft in drafts})
    standing = _Standing(conversations)
    if not conversations:
        return standing
    for seat in Participant.objects.filter(conversation__in=conversations, left_at=None):
        standing.seats.setdefault(seat.conversation_id, []).append(seat)
    people = {seat.user_id for seats in standing.seats.values() for seat in seats if seat.user_id is not None}
    standing.kept_apart = pairs_kept_apart(people)
    standing.answering = selectors.answering_while_away(people)
    standing.names = selectors.names_sent_before(
        conversations, [draft.client_id for draft in drafts if draft.client_id is not None]
    )
    return standing


def _seat(standing: _Standing, conversation: Conversation, draft: Draft) -> Participant | None:
    """The seat of who speaks, if there is nothing to be asked about."""
    if conversation.kind == ConversationKind.SUPPORT or draft.client_id in standing.names:
        return None
    seats = standing.seats.get(conversation.pk, [])
    own = next((seat for seat in seats if seat.user_id == draft.sender_id), None)
    speaker: User | None = {conversation.buyer_id: conversation.buyer, conversation.seller_id: conversation.seller}.get(
        draft.sender_id
    )
    if own is None or speaker is None or not speaker.is_active:
        return None
    for seat in seats:
        if seat.user_id is None:  # support reads along: it decides what counts then
            return None
        if seat is not own and (
            seat.user_id in standing.answering or frozenset((draft.sender_id, seat.user_id)) in standing.kept_apart
        ):
            return None
    return own


def _move_on(messages: Sequence[Message], own: Mapping[int, int], now: datetime) -> None:
    """How far the conversations are, and that who speaks has read what stands above. One statement."""
    newest = {message.conversation_id: message for message in messages}
    speakers = {(message.conversation_id, message.sender_id) for message in messages}
    conversations = [message.conversation for message in newest.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH marks AS (
                UPDATE messaging_participant AS seat
                SET read_sequence = greatest(seat.read_sequence, own.sequence),
                    delivered_sequence = greatest(seat.delivered_sequence, own.sequence)
                FROM unnest(%(seats)s::bigint[], %(marks)s::bigint[]) AS own(id, sequence)
                WHERE seat.id = own.id
            )
            UPDATE messaging_conversation AS conversation
            SET last_sequence = newest.sequence,
                last_message_at = %(now)s,
                buyer_read_at = CASE WHEN newest.by_buyer THEN %(now)s ELSE conversation.buyer_read_at END,
                seller_read_at = CASE WHEN newest.by_seller THEN %(now)s ELSE conversation.seller_read_at END
            FROM unnest(%(ids)s::bigint[], %(sequences)s::bigint[], %(by_buyer)s::bool[], %(by_seller)s::bool[])
                AS newest(id, sequence, by_buyer, by_seller)
            WHERE conversation.id = newest.id
            """,
            {
                "seats": list(own),
                "marks": list(own.values()),
                "now": now,
                "ids": list(newest),
                "sequences": [message.sequence for message in newest.values()],
                "by_buyer": [(one.pk, one.buyer_id) in speakers for one in conversations],
                "by_seller": [(one.pk, one.seller_id) in speakers for one in conversations],
            },
        )
