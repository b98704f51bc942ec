"""The time line of an order: one row per transition, written in the same transaction."""

from datetime import datetime

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders.models import Order, OrderEvent, OrderEventType


def record(
    order: Order, event_type: OrderEventType, *, actor: User | None, at: datetime | None = None, **data: object
) -> OrderEvent:
    """Write one line. `actor` is None when a clock did it. `data` must be JSON."""
    return OrderEvent.objects.create(order=order, type=event_type, actor=actor, data=data, created_at=at or clock.now())
