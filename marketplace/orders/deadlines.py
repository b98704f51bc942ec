"""Setting and stopping the clocks of an order. Called under the order's lock, with the change that starts or ends them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from marketplace.core import clock
from marketplace.core.rules import rule
from marketplace.orders.models import DeadlineKind, Order, OrderDeadline


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


def acceptance_deadlines(order: Order) -> dict[DeadlineKind, datetime | None]:
    """The clocks of the acceptance, by `order.auto_accept_at`: two reminders before it; all stopped where it is None."""
    at = order.auto_accept_at
    first, last = (rule(order.rules, f"orders.accept_reminder_{which}_hours") for which in ("first", "last"))
    return {
        DeadlineKind.ACCEPT_REMINDER_FIRST: at and at - timedelta(hours=first),
        DeadlineKind.ACCEPT_REMINDER_LAST: at and at - timedelta(hours=last),
        DeadlineKind.ACCEPT: at,
    }


def delivery_deadlines(order: Order) -> dict[DeadlineKind, datetime | None]:
    """The clocks of the delivery, by `order.due_at`: a reminder before it, late, and so late that the buyer may cancel alone."""
    at = order.due_at
    return {
        DeadlineKind.DUE_REMINDER: at and at - timedelta(hours=rule(order.rules, "orders.due_reminder_hours")),
        DeadlineKind.LATE: at,
        DeadlineKind.VERY_LATE: at and at + timedelta(hours=rule(order.rules, "orders.very_late_hours")),
    }


def extended_due_at(order: Order, days: int) -> datetime:
    """When it is due with `days` more: counted from what was promised, or from now where that is over (product decision)."""
    now = clock.now()
    return max(order.due_at or now, now) + timedelta(days=days)
