"""What the hub asks the database, for many windows in a handful of queries."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from marketplace.accounts.blocks import blocks_in_force
from marketplace.accounts.models import BlockScope, User
from marketplace.accounts.selectors import blocks_among, session_holds
from marketplace.messaging import selectors
from marketplace.messaging.live.socket import Socket
from marketplace.messaging.models import Conversation, Participant, ParticipantRole, Presence
from marketplace.notifications.selectors import unread_counts

_SEQUENCE = re.compile(r'"sequence":(\d+)')
_SUPPORT_PERMISSION = "messaging.answer_as_support"

Standing = tuple[Any, ...]
Place = tuple[int, int]  # conversation, person


@dataclass
class Held:
    """What still holds of many windows."""

    standings: dict[tuple[int, str | None], Standing] = field(default_factory=dict)  # of sessions that sign in
    places: set[Place] = field(default_factory=set)
    people: dict[int, dict[int, str]] = field(default_factory=dict)  # of each conversation: who is in which place
    apart: set[int] = field(default_factory=set)  # conversations of people of whom one blocked the other


def what_holds(sessions: Collection[tuple[int, str | None]], places: Collection[Place]) -> Held:
    """Which of these sessions still sign their person in, and who may still follow what. Four queries, however many.

    A standing is what a session hangs on (password, epoch) and what rights come from (flags, roles): whoever kept one
    compares.
    """
    held = Held()
    keys = {key for _person, key in sessions if key}
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    standings = _standings({person for person, _key in sessions})
    for person, key in sessions:
        if key in alive and person in standings:
            held.standings[person, key] = standings[person]
    held.people = people_in({conversation for conversation, _person in places})
    for conversation, person in places:
        roles = held.people.get(conversation, {})
        if person in roles or (0 in roles and answers_as_support(person)):
            held.places.add((conversation, person))
    held.apart = _kept_apart(held.people)
    return held


def _kept_apart(people: Mapping[int, Mapping[int, str]]) -> set[int]:
    """Conversations of people of whom one blocked the other. Where support listens, blocks do not count."""
    alone = {conversation: set(places) for conversation, places in people.items() if 0 not in places}
    blocks = blocks_among({person for those in alone.values() for person in those})
    return {conversation for conversation, those in alone.items() if not blocks.isdisjoint(permutations(those, 2))}


def kept_out(sockets: Collection[Socket]) -> set[Socket]:
    """Windows to which everything has been closed since they opened: by account, browser or address."""
    if not blocks_in_force():
        return set()
    return {socket for socket in sockets if BlockScope.EVERYTHING.value in socket.closed_scopes()}


def standing_at_the_door(person: int, session_key: str | None) -> Standing | None:
    """What must stay as it is for a window that opens; None when its session does not hold.

    The standing is read before the session is checked: a password that is changed in between fails one or the other.
    """
    standing = _standings({person}).get(person)
    return standing if session_holds(person, session_key) else None


def _standings(person_ids: Collection[int]) -> dict[int, Standing]:
    rows = (
        User.objects.filter(pk__in=person_ids, is_active=True)
        .annotate(roles=ArrayAgg("groups", filter=Q(groups__isnull=False), order_by="groups", default=[]))
        .values_list("pk", "password", "session_epoch", "is_staff", "is_superuser", "roles")
    )
    return {pk: (*rest, tuple(roles)) for pk, *rest, roles in rows}


def people_in(conversation_ids: Collection[int]) -> dict[int, dict[int, str]]:
    """Who takes part in which place: person → role. The platform's support stands under 0, whoever is on duty."""
    found: defaultdict[int, dict[int, str]] = defaultdict(dict)
    rows = Participant.objects.filter(conversation__in=conversation_ids, left_at=None)
    for conversation, person, role in rows.values_list("conversation_id", "user_id", "role"):
        found[conversation][person or 0] = role
    return dict(found)


def answers_as_support(person_id: int) -> bool:
    """Whether somebody may stand where the platform takes part."""
    user = User.objects.filter(pk=person_id, is_active=True).first()
    return user is not None and user.has_perm(_SUPPORT_PERMISSION)


def role_of(person_id: int, people: dict[int, str]) -> str:
    """Whose place this person has among those of a conversation."""
    return people.get(person_id) or ParticipantRole.SUPPORT.value


def heads_of(conversation_ids: Collection[int]) -> dict[int, int]:
    """The number of the newest message of each."""
    return dict(Conversation.objects.filter(pk__in=conversation_ids).values_list("pk", "last_sequence"))


def counts_of(person_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """What waits for each of them, as the badges show it. Two queries."""
    messages, lines = selectors.unread_totals(person_ids), unread_counts(person_ids)
    return {
        person: {"messages": messages.get(person, 0), "notifications": lines.get(person, 0)} for person in person_ids
    }


def note_last_seen(person_ids: Collection[int]) -> dict[int, str]:
    """Keep that the last windows of these people have closed; returns when, as windows show it, of each who still is."""
    now = timezone.now()
    people = list(User.objects.filter(pk__in=person_ids).order_by("pk").values_list("pk", flat=True))
    Presence.objects.bulk_create(
        [Presence(user_id=person, last_seen_at=now) for person in people],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["last_seen_at"],
    )
    return dict.fromkeys(people, moment(now))


def last_seen_of(person_ids: Collection[int]) -> dict[int, str]:
    """When the last window of each was closed."""
    rows = Presence.objects.filter(user__in=person_ids).values_list("user_id", "last_seen_at")
    return {person: moment(at) for person, at in rows}


def moment(at: Any) -> str:
    """A moment as frames carry it: in China's time."""
    return timezone.localtime(at).isoformat(timespec="seconds")


def sequence_in(frame: str) -> int:
    """The number that a frame carries, without reading all of it; 0 if none."""
    if not frame.startswith('{"type":"message"'):
        return 0
    found = _SEQUENCE.search(frame)
    return int(found[1]) if found else 0


def parsed(frame: str) -> dict[str, Any]:
    """A frame read back."""
    content: dict[str, Any] = json.loads(frame)
    return content
