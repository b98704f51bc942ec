"""What a window is told when it begins to follow a conversation, and when it comes back: everything from PostgreSQL."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from marketplace.accounts.models import User
from marketplace.accounts.selectors import blocks_between
from marketplace.messaging import frames, selectors
from marketplace.messaging.live import look
from marketplace.messaging.models import Conversation, MessageKind, Participant
from marketplace.notifications.services import recipient_language

# At once; a window that lacks more asks again from where it is then.
MOST = 200
# What was edited or withdrawn is told again for so much before the moment up to which a window had heard everything: clocks
# of processes differ a little, and a change bears a moment before its commit.
OVERLAP = timedelta(seconds=10)
FIRST_YEAR = 2000  # what names a moment before it is none of our windows


@dataclass
class Missed:
    """Frames that a window lacks, and where it stands after them."""

    frames: list[frames.Frame]
    sequence: int
    has_more: bool
    at: datetime


@dataclass
class Entry:
    """A conversation as somebody enters it."""

    conversation: Conversation
    role: str
    people: dict[int, str]  # person → role; 0 is the platform's support
    is_kept_apart: bool  # one of them blocked the other
    marks: dict[str, dict[str, int]]  # role → how far they have come
    last_seen: dict[str, str] = field(default_factory=dict)  # role → when

    def resumed(self, missed: Missed) -> dict[str, Any]:
        """The frame that ends what was missed."""
        return {
            "type": "resumed",
            "conversation": self.conversation.pk,
            "sequence": missed.sequence,
            "more": missed.has_more,
            "role": self.role,
            "marks": self.marks,
            "at": missed.at.isoformat(),
        }


def enter(person_id: int, conversation_id: int) -> Entry:
    """Ask anew whether somebody takes part, and in which place. Raises Http404 for strangers. Five queries."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    user = User.objects.filter(pk=person_id, is_active=True).first()
    if conversation is None or user is None:
        raise Http404
    rows = list(Participant.objects.filter(conversation=conversation, left_at=None))
    people = {row.user_id or 0: str(row.role) for row in rows}
    if person_id not in people and not selectors.may_speak_for_support(user, conversation_id):
        raise Http404
    others = [person for person in people if person and person != person_id]
    seen = look.last_seen_of(others)
    return Entry(
        conversation=conversation,
        role=look.role_of(person_id, people),
        people=people,
        is_kept_apart=0 not in people and any(blocks_between(person_id, other) for other in others),
        marks={str(row.role): {"delivered": row.delivered_sequence, "read": row.read_sequence} for row in rows},
        last_seen={people[person]: moment for person, moment in seen.items()},
    )


def missed(conversation: Conversation, *, after: int | None, since: str = "") -> Missed:
    """What was said after a number, and what of the rest was changed since a moment (ISO; a `resumed` gave it).

    For code that has asked `enter` before. Without a number nothing: the window only begins to listen.
    """
    at = timezone.now()
    if after is None:
        head = Conversation.objects.values_list("last_sequence", flat=True).get(pk=conversation.pk)
        return Missed([], head, False, at)
    newer = selectors.messages_after(conversation, after=after, limit=MOST + 1)
    shown = newer[:MOST]
    with recipient_language():
        found = [*_changed(conversation, after, since), *(frames.message_frame(each, conversation) for each in shown)]
    return Missed(found, shown[-1].sequence or after if shown else after, len(newer) > MOST, at)


def moment_of(said: str) -> datetime | None:
    """A moment (ISO, with its offset) that a page or a window names; None for what is none of ours."""
    try:
        moment = parse_datetime(said)
    except ValueError:
        return None
    return moment if moment is not None and timezone.is_aware(moment) and moment.year >= FIRST_YEAR else None


def _changed(conversation: Conversation, after: int, since: str) -> list[frames.Frame]:
    moment = moment_of(since)
    if moment is None:
        return []
    return [
        frames.withdrawn_frame(each, conversation) if each.is_withdrawn else frames.edited_frame(each)
        for each in selectors.changed_since(conversation, up_to=after, since=moment - OVERLAP)
        if each.kind != MessageKind.SYSTEM
    ]


def frame_of_message(message_id: int) -> frames.Frame:
    """A message as everybody is told of it."""
    message = selectors.message_with_files(message_id)
    with recipient_language():
        return frames.message_frame(message, message.conversation)
