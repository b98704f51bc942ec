"""The time line of an order: one row per transition, written in the same transaction."""

from collections.abc import Callable
from datetime import datetime

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders.models import Order, OrderEvent, OrderEventType

# Rooms above this one, who have something to do of their own when it happens (messaging/apps.py).
Listener = Callable[[OrderEvent], object]
_listeners: dict[str, Listener] = {}


def told_by(name: str, listener: Listener) -> None:
    """Name what `name` does when something happens to an order; a second call takes the place of the first.

    It is called in the same transaction, under the order's lock, and takes locks that come after that one only.
    """
    _listeners[name] = listener


def record(
    order: Order, event_type: OrderEventType, *, actor: User | None, at: datetime | None = None, **data: object
) -> OrderEvent:
    """Write one line. `actor` is None when a clock did it. `data` must be JSON."""
    event = OrderEvent.objects.create(
        order=order, type=event_type, actor=actor, data=data, created_at=at or clock.now()
    )
    for listener in _listeners.values():
        listener(event)
    return event
