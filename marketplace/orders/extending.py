"""More time for an order: until when."""

from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.orders.models import Order


def extended_due_at(order: Order, days: int) -> datetime:
    """When it is due with `days` more: counted from what was promised, or from now where that is over (product decision)."""
    now = clock.now()
    return max(order.due_at or now, now) + timedelta(days=days)
