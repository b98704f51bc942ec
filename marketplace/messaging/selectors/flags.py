"""Flagged messages: for the writer's own record, and for moderators, who have the permission before they come here."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.messaging.models import FlagStatus, Message, MessageFlag, Participant

CONTEXT = 12


@dataclass(frozen=True)
class FlagCase:
    """A flagged message with what was said around it, withdrawn words included, and the writer's record."""

    flag: MessageFlag
    before: list[Message]
    after: list[Message]
    upheld_before: int
    cleared_before: int


def own_words_since(conversation_id: int, sender: User, since: datetime, *, limit: int = 5) -> list[str]:
    """The newest messages of one person in a conversation, oldest first."""
    own = Message.objects.filter(conversation=conversation_id, sender=sender, created_at__gte=since)
    return list(own.order_by("-sequence").values_list("body", flat=True)[:limit])[::-1]


def flags_of_late(sender: User, since: datetime) -> int:
    """How many messages of this person were flagged since then; those that were cleared do not count."""
    late = MessageFlag.objects.filter(sender=sender, created_at__gte=since)
    return late.exclude(status=FlagStatus.CLEARED).count()


def flags_for_moderators(*, is_open: bool) -> QuerySet[MessageFlag]:
    """The desk: what waits, held ones and the oldest first; or what was decided, the newest first."""
    flags = MessageFlag.objects.select_related("sender__profile", "conversation__order", "decided_by__profile")
    if is_open:
        return flags.filter(status=FlagStatus.OPEN).order_by("-level", "pk")
    return flags.exclude(status=FlagStatus.OPEN).order_by("-decided_at")


def flag_case(reader: User, pk: int) -> FlagCase:
    """One case with its context. Raises Http404, also for who takes part in the conversation themselves."""
    flags = MessageFlag.objects.select_related(
        "sender__profile",
        "conversation__buyer__profile",
        "conversation__seller__profile",
        "conversation__order",
        "message",
    )
    flag = flags.filter(pk=pk).first()
    if flag is None or took_part(flag.conversation_id, reader):
        raise Http404
    around = context_of(flag.conversation_id, (flag.message and flag.message.sequence) or flag.created_at)
    record = MessageFlag.objects.filter(sender=flag.sender, pk__lt=flag.pk)
    return FlagCase(
        flag=flag,
        before=around[0],
        after=around[1],
        upheld_before=record.filter(status=FlagStatus.UPHELD).count(),
        cleared_before=record.filter(status=FlagStatus.CLEARED).count(),
    )


def took_part(conversation_id: int, staff: User) -> bool:
    """Whether a conversation is or was this member of the staff's own: what the other side took back is not theirs to read."""
    return Participant.objects.filter(conversation=conversation_id, user=staff).exists()


def context_of(
    conversation_id: int, place: int | datetime, *, limit: int = CONTEXT
) -> tuple[list[Message], list[Message]]:
    """What was said before and after a message, with what was withdrawn. For moderators alone.

    `place` is its number, or when it was written (UTC) where it has none: it is held back.
    """
    messages = (
        Message.objects.filter(conversation=conversation_id)
        .select_related("sender__profile", "conversation")
        .prefetch_related("attachments", "revisions")
    )
    field = "created_at" if isinstance(place, datetime) else "sequence"
    before = list(messages.filter(**{f"{field}__lt": place}).order_by("-sequence")[:limit])[::-1]
    return before, list(messages.filter(**{f"{field}__gt": place}).order_by("sequence")[:limit])
