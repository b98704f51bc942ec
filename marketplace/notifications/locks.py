"""The only place that locks rows of the notifications (docs/locking.md)."""

from marketplace.core import clock
from marketplace.notifications.models import Dispatch, Notification, NotificationSettings


def lock_lines_to_spread(limit: int) -> list[Notification]:
    """Lines of which nobody has decided yet what leaves the house, the oldest first, without those that another worker has."""
    due = Notification.objects.filter(spread_due_at__lte=clock.now()).order_by("pk")
    return list(due.select_for_update(of=("self",), no_key=True, skip_locked=True)[:limit])


def lock_dispatch(dispatch_id: int) -> Dispatch | None:
    """A dispatch until the transaction ends; None when it is gone, or another worker has it."""
    row = Dispatch.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return row.filter(pk=dispatch_id).first()


def lock_summary(user_id: int) -> bool:
    """Whether nobody else puts this person's summary together; held until the transaction ends."""
    own = NotificationSettings.objects.filter(user_id=user_id)
    return own.select_for_update(of=("self",), no_key=True, skip_locked=True).first() is not None or not own.exists()
