"""Jobs of conversations. Thin, and safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, Setbacks, count_done
from marketplace.messaging import keeping, services

# As with orders (orders/tasks.py): what is left has its turn in the next hour.
CONVERSATIONS_AT_ONCE = 10_000
_SETBACKS: Setbacks[int] = Setbacks("empty_conversation", seconds=20 * 3600)


@shared_task
def empty_old_messages() -> int:
    """Remove words and files of messages whose time is over; returns in how many conversations. Beat runs it each hour."""
    until = Deadline()

    def empty(conversation_id: int) -> bool:
        done = services.empty_conversation(conversation_id=conversation_id)
        while done and not until.is_over:
            done = services.empty_conversation(conversation_id=conversation_id)
        return True

    due = keeping.conversations_to_empty().values_list("pk", flat=True)
    found = _SETBACKS.first_without(due, limit=CONVERSATIONS_AT_ONCE)
    return count_done(found, empty, until=until, setbacks=_SETBACKS)
