"""Orders that run already get their clocks as rows, in batches, beside the running portal.

Each row is written again by the order's next transition, so what stands here is only a first setting: a row that is there
already is newer and stays. What the release before delivers while it still runs, the job finds by itself
(orders.selectors.unwound_ids).
"""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

BATCH = 500
HOUR = timedelta(hours=1)
# The rule in force when no order had its rules pinned, in hours (core/config.py), unless staff had changed it.
VERY_LATE_HOURS = 24


def clocks_of(order, now, very_late_hours):
    """As orders/deadlines.py has it, in the release that made this migration: moments by kind, reminders that are over left out."""
    if order.status == "awaiting_requirements" and order.paid_at:
        coming = [order.paid_at + hours * HOUR for hours in (24, 72) if order.paid_at + hours * HOUR > now]
        return {"requirements": coming[0]} if coming else {}
    if order.status in ("in_progress", "revision_requested") and order.due_at:
        said = {"late": order.due_at, "very_late": order.due_at + very_late_hours * HOUR}
        reminder = order.due_at - 24 * HOUR
        if order.started_at is None or reminder > order.started_at:
            said["due_reminder"] = reminder
        return {kind: at for kind, at in said.items() if at > now}
    if order.status == "delivered" and order.auto_accept_at:
        moments = {"accept": order.auto_accept_at}
        for kind, hours in (("accept_reminder_1", 72), ("accept_reminder_2", 24)):
            reminder = order.auto_accept_at - hours * HOUR
            if reminder > now and (order.delivered_at is None or reminder > order.delivered_at):
                moments[kind] = reminder
        return moments
    return {}


def wind(apps, schema_editor):
    """Set the clocks of every running order."""
    Order, OrderDeadline = apps.get_model("orders", "Order"), apps.get_model("orders", "OrderDeadline")
    changed = apps.get_model("core", "SystemConfig").objects.filter(key="orders.very_late_hours").first()
    hours = changed.value if changed is not None else VERY_LATE_HOURS
    running = Order.objects.filter(
        status__in=("awaiting_requirements", "in_progress", "revision_requested", "delivered")
    ).order_by("pk")
    last = 0
    while batch := list(running.filter(pk__gt=last)[:BATCH]):
        now = timezone.now()
        OrderDeadline.objects.bulk_create(
            (
                OrderDeadline(order_id=order.pk, kind=kind, due_at=at)
                for order in batch
                for kind, at in clocks_of(order, now, hours).items()
            ),
            ignore_conflicts=True,
        )
        last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0006_order_children_index"), ("core", "0002_rules_version")]

    operations = [migrations.RunPython(wind, migrations.RunPython.noop, elidable=True)]
