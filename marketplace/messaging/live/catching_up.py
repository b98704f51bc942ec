"""What a window is told when it begins to follow a conversation, and when it comes back: everything from PostgreSQL."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.messaging import push, selectors
from marketplace.messaging.live import look
from marketplace.messaging.models import Conversation, Message, Participant

# At once; a window that lacks more asks again from where it is then.
MOST = 200
# What was edited or withdrawn is told again for so much before the moment up to which a window had heard everything: the clocks
# of processes differ a little, and what was committed late says so early.
OVERLAP = timedelta(seconds=10)


@dataclass
class Missed:
    """Events that a window lacks, and where it stands after them."""

    events: list[dict[str, Any]]
    sequence: int
    has_more: bool
    at: datetime


@dataclass
class Entry:
    """A conversation as somebody enters it."""

    conversation_id: int
    role: str
    people: dict[int, str]  # person → role; 0 is the platform's support
    head: int
    is_kept_apart: bool  # one of them blocked the other
    marks: dict[str, dict[str, int]]  # role → how far they have come
    last_seen: dict[str, str] = field(default_factory=dict)  # role → when

    def resumed(self, missed: Missed) -> dict[str, Any]:
        """The event that ends what was missed."""
        return {
            "type": "resumed",
            "conversation": self.conversation_id,
            "sequence": missed.sequence,
            "more": missed.has_more,
            "role": self.role,
            "receipts": self.marks,
            "at": missed.at.isoformat(),
        }


def enter(person_id: int, conversation_id: int) -> Entry:
    """Ask anew whether somebody takes part, and in which place. Raises Http404 for strangers. Four queries."""
    user = User.objects.filter(pk=person_id, is_active=True).first()
    own = selectors.participation(conversation_id, user) if user is not None else None
    if own is None:
        raise Http404
    rows = list(Participant.objects.filter(conversation=conversation_id, left_at=None))
    people = {row.user_id or 0: row.role for row in rows}
    others = [person for person in people if person and person != person_id]
    seen = look.last_seen_of(others)
    return Entry(
        conversation_id=conversation_id,
        role=own.role,
        people=people,
        head=Conversation.objects.values_list("last_sequence", flat=True).get(pk=conversation_id),
        is_kept_apart=0 not in people and any(blocks_between(person_id, other) for other in others),
        marks={row.role: {"delivered": row.delivered_sequence, "read": row.read_sequence} for row in rows},
        last_seen={people[person]: moment for person, moment in seen.items()},
    )


def missed(conversation_id: int, *, after: int | None, since: str = "") -> Missed:
    """What was said after a number, and what of the rest was edited or withdrawn since a moment (ISO; a `resumed` gave it).

    For code that has asked `enter` before. Without a number nothing: the window only begins to listen.
    """
    at = timezone.now()
    if after is None:
        head = Conversation.objects.values_list("last_sequence", flat=True).get(pk=conversation_id)
        return Missed([], head, False, at)
    messages = selectors.with_what_bubbles_show(Message.objects.filter(conversation=conversation_id))
    newer = list(messages.filter(sequence__gt=after).order_by("sequence")[: MOST + 1])
    shown = newer[:MOST]
    events = _changed(messages, after, since) + [push.message_event(message) for message in shown]
    return Missed(events, shown[-1].sequence if shown else after, len(newer) > MOST, at)


def _changed(messages: Any, after: int, since: str) -> list[dict[str, Any]]:
    try:
        moment = parse_datetime(since)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        return []
    moment -= OVERLAP
    changed = messages.filter(Q(edited_at__gte=moment) | Q(withdrawn_at__gte=moment), sequence__lte=after)
    # Nothing older than what was said a few minutes earlier can have been changed, so this stays near the end of the index.
    recent = changed.filter(sequence__gt=after - 1000).order_by("sequence")[:MOST]
    return [push.changed_event(message) for message in recent]
