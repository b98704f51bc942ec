"""Setting and stopping the clocks of an order. Called under the order's lock, with the change that starts or ends them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline
from marketplace.orders.states import OrderStatus

# Before a silence accepts (facts/marketplace.md, "suggested own defaults"), and before the promised delivery.
ACCEPT_REMINDERS = {
    DeadlineKind.ACCEPT_REMINDER_FIRST: timedelta(hours=72),
    DeadlineKind.ACCEPT_REMINDER_LAST: timedelta(hours=24),
}
DUE_REMINDER_BEFORE = timedelta(hours=24)


def set_deadlines(order: Order, moments: Mapping[DeadlineKind, datetime | None]) -> None:
    """Set each of these clocks anew. None stops it, and so does a moment that is over: a reminder too late is no reminder."""
    now = clock.now()
    coming = {kind: at for kind, at in moments.items() if at is not None and at > now}
    OrderDeadline.objects.bulk_create(
        (OrderDeadline(order=order, kind=kind, due_at=at) for kind, at in coming.items()),
        update_conflicts=True,
        unique_fields=["order", "kind"],
        update_fields=["due_at"],
    )
    stop_deadlines(order, *(kind for kind in moments if kind not in coming))


def stop_deadlines(order: Order, *kinds: DeadlineKind) -> None:
    """Stop these clocks; those that do not run are left alone."""
    if kinds:
        OrderDeadline.objects.filter(order=order, kind__in=kinds).delete()


def stop_all_deadlines(order: Order) -> None:
    """The order has ended: nothing happens to it by itself any more."""
    OrderDeadline.objects.filter(order=order).delete()


def keep_clocks(order: Order) -> None:
    """Let the clocks run that the (locked, saved) order's delivery and acceptance ask for, and no others of them."""
    is_at_work = order.status in (OrderStatus.IN_PROGRESS, OrderStatus.REVISION_REQUESTED)
    due_at = order.due_at if is_at_work else None
    accept_at = order.auto_accept_at if order.status == OrderStatus.DELIVERED else None
    very_late = timedelta(hours=rule(order.rules, "orders.very_late_hours"))
    moments = {
        DeadlineKind.DUE_REMINDER: due_at and due_at - DUE_REMINDER_BEFORE,
        DeadlineKind.LATE: due_at,
        DeadlineKind.VERY_LATE: due_at and due_at + very_late,
        DeadlineKind.ACCEPT: accept_at,
    }
    for kind, before in ACCEPT_REMINDERS.items():
        moments[kind] = accept_at and accept_at - before
    set_deadlines(order, moments)
