"""Writing what many windows say in the same moment: one transaction, six statements, one commit for all of it.

It writes what is in order beyond doubt and leaves everything else to `send_message`, which alone refuses, warns and explains. So
there is one set of rules, and here only the question whether none of them applies. The statements are plain SQL (lot_sql.py):
making them with the ORM took three quarters of the time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from marketplace.accounts.models import User, UserProfile
from marketplace.core import clock, live
from marketplace.core.commits import after_commit
from marketplace.messaging import push
from marketplace.messaging.errors import MessagingError
from marketplace.messaging.limits import count_messages, this_minute, uncount_messages
from marketplace.messaging.locks import lock_free_conversations
from marketplace.messaging.models import Conversation, ConversationKind, Message
from marketplace.messaging.services import lot_sql
from marketplace.messaging.services.writing import checked_body
from marketplace.notifications import catalogue
from marketplace.notifications.services import Line, notify_latest_each, recipient_language
from marketplace.safety.policy import clean_among


@dataclass(frozen=True)
class Draft:
    """Words that somebody wants to say: no files, no quote, nothing confirmed."""

    conversation_id: int
    sender_id: int
    body: str
    client_id: UUID | None = None


class _Seat(NamedTuple):
    """A place in a conversation that is taken, and what of its person has to be asked about."""

    pk: int
    conversation_id: int
    user_id: int | None
    muted_until: datetime | None
    is_active: bool | None
    name: str | None
    avatar: str | None
    is_answered_for: bool  # an automatic reply may go out
    has_blocked: bool  # somebody else in this conversation


@dataclass
class _Standing:
    """What is known of the conversations that are locked."""

    conversations: dict[int, Conversation]
    seats: dict[int, list[_Seat]] = field(default_factory=dict)
    names: set[UUID] = field(default_factory=set)  # of messages that are there already


def send_together(drafts: Sequence[Draft]) -> list[Message | None]:
    """Write those of `drafts` that nothing speaks against, in this order; returns a message, or None, for each.

    None is no refusal: `send_message` is to be asked. Whoever takes part, is active, is not kept apart from the other by a
    block, writes words that safety finds nothing in, and is within `messaging.per_minute` is written for: asked anew each time.
    Conversations that somebody else has locked this moment are not waited for. Pushed on commit. When it raises, nobody knows
    what was written (a name finds out). The messages know of their people and conversation what a frame shows, and no more.
    """
    bodies = [_kept(draft.body) for draft in drafts]
    clean = clean_among([body for body in bodies if body])
    minute = this_minute()
    senders_of_clean = [draft.sender_id for draft, body in zip(drafts, bodies, strict=True) if body in clean]
    over = count_messages(senders_of_clean, minute=minute)
    asked = {
        index: (draft, body)
        for index, (draft, body) in enumerate(zip(drafts, bodies, strict=True))
        if body in clean and draft.sender_id not in over
    }
    written: dict[int, Message] = {}
    counted = [(index, draft) for index, draft in enumerate(drafts) if bodies[index] in clean]
    if asked:
        with _taken_back(senders_of_clean, minute), live.gathered(), recipient_language(), transaction.atomic():
            written = _write(asked)
            # Robust: it is committed by then, and windows find it themselves.
            after_commit(push.messages_sent, list(written.values()))
    uncount_messages((draft.sender_id for index, draft in counted if index not in written), minute=minute)
    return [written.get(index) for index in range(len(drafts))]


@contextmanager
def _taken_back(sender_ids: Iterable[int], minute: int) -> Iterator[None]:
    """When the lot fails, its messages go the slow way and are counted there."""
    try:
        yield
    except Exception:
        uncount_messages(sender_ids, minute=minute)
        raise


def _kept(body: str) -> str:
    try:
        return checked_body(body, needed=True)
    except MessagingError:
        return ""


def _write(asked: Mapping[int, tuple[Draft, str]]) -> dict[int, Message]:
    standing = _standing([draft for draft, _body in asked.values()])
    now = clock.now()
    written: dict[int, Message] = {}
    marks: dict[int, int] = {}  # seat of who spoke → number
    told: dict[tuple[int, int], Line] = {}
    for index, (draft, body) in asked.items():
        conversation = standing.conversations.get(draft.conversation_id)
        if conversation is None or (seat := _seat(standing, conversation, draft)) is None:
            continue
        if draft.client_id is not None:
            standing.names.add(draft.client_id)
        conversation.last_sequence += 1
        sender = _person(seat)
        written[index] = Message(
            conversation=conversation,
            sender=sender,
            sequence=conversation.last_sequence,
            client_id=draft.client_id,
            body=body,
            about_id=conversation.gig_id if conversation.kind == ConversationKind.DIRECT else None,
            created_at=now,
        )
        marks[seat.pk] = conversation.last_sequence
        for other in standing.seats[conversation.pk]:
            is_muted = other.muted_until is not None and other.muted_until > now
            if other.user_id is not None and other is not seat and not is_muted:
                # Of several in the same moment the last one: ten messages are one line.
                told[conversation.pk, other.user_id] = Line(
                    recipient_id=other.user_id,
                    words={"name": sender.display_name},
                    about=body,
                    url=conversation.get_absolute_url(),
                )
    if written:
        _insert(list(written.values()), marks, now)
        notify_latest_each(notice=catalogue.talk.MESSAGE, lines=list(told.values()))
    return written


def _standing(drafts: Sequence[Draft]) -> _Standing:
    free = lock_free_conversations({draft.conversation_id for draft in drafts})
    standing = _Standing({row.pk: Conversation(**row._asdict()) for row in free})
    if not free:
        return standing
    names = [draft.client_id for draft in drafts if draft.client_id is not None]
    with connection.cursor() as cursor:
        cursor.execute(lot_sql.SEATS, [list(standing.conversations)])
        for seat in map(_Seat._make, cursor.fetchall()):
            standing.seats.setdefault(seat.conversation_id, []).append(seat)
        if names:
            cursor.execute(lot_sql.NAMES, [list(standing.conversations), names])
            standing.names = {name for (name,) in cursor.fetchall()}
    return standing


def _seat(standing: _Standing, conversation: Conversation, draft: Draft) -> _Seat | None:
    """The seat of who speaks, if there is nothing to be asked about."""
    seats = standing.seats.get(conversation.pk, [])
    own = next((seat for seat in seats if seat.user_id == draft.sender_id), None)
    if own is None or not own.is_active or draft.client_id in standing.names:
        return None
    # Where support takes part other things count; it has a seat without a person.
    if conversation.kind == ConversationKind.SUPPORT or any(seat.user_id is None or seat.has_blocked for seat in seats):
        return None
    return None if any(seat.is_answered_for for seat in seats if seat is not own) else own


def _person(seat: _Seat) -> User:
    """Who speaks, with what a bubble shows of them."""
    person = User(pk=seat.user_id)
    person.profile = UserProfile(user=person, display_name=seat.name or "", avatar=seat.avatar or "")
    return person


def _insert(messages: Sequence[Message], marks: Mapping[int, int], now: datetime) -> None:
    """The messages, how far their conversations are now, and that who speaks has read what stands above. One statement."""
    newest = {message.conversation_id: message for message in messages}
    speakers = {(message.conversation_id, message.sender_id) for message in messages}
    conversations = [message.conversation for message in newest.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            lot_sql.WRITE,
            {
                "now": now,
                "conversations": [message.conversation_id for message in messages],
                "senders": [message.sender_id for message in messages],
                "sequences": [message.sequence for message in messages],
                "names": [message.client_id for message in messages],
                "bodies": [message.body for message in messages],
                "gigs": [message.about_id for message in messages],
                "seats": list(marks),
                "marks": list(marks.values()),
                "moved": list(newest),
                "heads": [message.sequence for message in newest.values()],
                "by_buyer": [(one.pk, one.buyer_id) in speakers for one in conversations],
                "by_seller": [(one.pk, one.seller_id) in speakers for one in conversations],
            },
        )
        keys = {(conversation, sequence): pk for pk, conversation, sequence in cursor.fetchall()}
    for message in messages:
        message.pk = keys[message.conversation_id, message.sequence]
        message._state.adding = False
