"""Writes of moderation."""

from typing import Any

from django.db.models import Model

from marketplace.accounts.models import User
from marketplace.core import staff_log
from marketplace.moderation.models import AdminLog


def record_staff_action(
    *,
    actor: User,
    action: str,
    data: dict[str, Any],
    subject: Model | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    is_reading: bool = False,
) -> AdminLog:
    """Note in the staff log that somebody of the staff did this, to `subject`; `data` says with what, as JSON.

    `before` and `after` hold the fields that changed; `is_reading` marks personal data that was only looked at.
    """
    trace = staff_log.trace_of_request()
    if trace is not None:
        trace.actions.add(action)
    if trace is not None and not is_reading:
        trace.acts += 1
        if before is None and after is None and trace.changes is not None:
            before, after = trace.changes()
    return AdminLog.objects.create(
        actor=actor,
        action=action,
        data=data,
        subject=subject,
        before=before,
        after=after,
        is_reading=is_reading,
        address=trace.address if trace else None,
        request_id=trace.request_id if trace else "",
    )
