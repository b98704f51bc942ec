"""The only place that locks rows of the notifications (docs/locking.md)."""

from marketplace.notifications.models import Dispatch, Notification


def lock_lines_to_spread(limit: int) -> list[Notification]:
    """Lines of which nobody has decided yet what leaves the house, the oldest first, without those that another worker has."""
    due = Notification.objects.filter(spread_due_at__isnull=False).select_related("recipient").order_by("pk")
    return list(due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit])


def lock_dispatch(dispatch_id: int) -> Dispatch | None:
    """A dispatch until the transaction ends; None when it is gone, or another worker has it."""
    row = Dispatch.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return row.filter(pk=dispatch_id).first()
