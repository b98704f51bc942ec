"""Who wants to know that something was said in a conversation with support.

The support inbox is a room above this one and may not be imported here: it says at start-up (support/apps.py) that its clocks run
by it. Called in the transaction of the message, under the lock of the conversation.
"""

from collections.abc import Callable

from marketplace.messaging.models import Message, ParticipantRole

Listener = Callable[..., object]
_listeners: list[Listener] = []


def heard_by(listener: Listener) -> None:
    """Name the one function that is called with `message` and `role`, whose it is."""
    _listeners[:] = [listener]


def said_with_support(message: Message, role: ParticipantRole) -> None:
    """Tell of a message."""
    for listener in _listeners:
        listener(message=message, role=role)
