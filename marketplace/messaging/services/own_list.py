"""What somebody wants to hear of a conversation, and whether it stands in their list. Nobody else learns of it."""

from datetime import datetime

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging.models import Participant
from marketplace.messaging.services._rules import own_participation

# A year that no clock of ours reaches: until it is unmuted.
ALWAYS = datetime.fromisoformat("9000-01-01T00:00:00+00:00")


def mute(*, conversation_id: int, user: User, until: datetime | None = None) -> None:
    """Count and announce nothing of it until then (UTC), or until it is unmuted.

    Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist.
    """
    _set(conversation_id, user, muted_until=until or ALWAYS)


def unmute(*, conversation_id: int, user: User) -> None:
    """Hear of it again. Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist."""
    _set(conversation_id, user, muted_until=None)


def archive(*, conversation_id: int, user: User) -> None:
    """Out of the list until something new is said. Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist."""
    _set(conversation_id, user, archived_at=clock.now())


def unarchive(*, conversation_id: int, user: User) -> None:
    """Back into the list. Raises MessagingError NOT_PARTICIPANT and Conversation.DoesNotExist."""
    _set(conversation_id, user, archived_at=None)


def _set(conversation_id: int, user: User, **values: datetime | None) -> None:
    own = own_participation(conversation_id, user)
    Participant.objects.filter(pk=own.pk).update(**values)
