"""More time for an order: until when, and how far at most."""

from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.gigs.content import MOST_DELIVERY_DAYS
from marketplace.orders.channels import held_work
from marketplace.orders.models import Order


def extended_due_at(order: Order, days: int) -> datetime:
    """When it is due with `days` more: counted from what was promised, or from now where that is over (product decision)."""
    now = clock.now()
    return max(order.due_at or now, now) + timedelta(days=days)


def latest_due_at(order: Order) -> datetime | None:
    """The last moment (UTC) at which work on a paid order may be due, however often more time is given. None before payment.

    The money must not come free by itself meanwhile, and institutions must still be able to give it back (MOST_DELIVERY_DAYS).
    """
    if order.paid_at is None:
        return None
    latest = order.paid_at + timedelta(days=MOST_DELIVERY_DAYS)
    held = held_work(order)
    return latest if held is None else min(latest, held.deliver_by)


def moved_due_at(order: Order, due_at: datetime) -> datetime:
    """`due_at` as far as that limit allows; what was promised before is never taken back."""
    latest, before = latest_due_at(order), order.due_at
    wanted = due_at if latest is None else min(due_at, latest)
    return wanted if before is None else max(before, wanted)
