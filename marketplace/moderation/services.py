"""Writes of moderation."""

from typing import Any

from django.db.models import Model

from marketplace.accounts.models import User
from marketplace.moderation.models import AdminLog


def record_staff_action(*, actor: User, action: str, data: dict[str, Any], subject: Model | None = None) -> AdminLog:
    """Note in the staff log that somebody of the staff did this, to `subject`; `data` says with what, as JSON."""
    return AdminLog.objects.create(actor=actor, action=action, data=data, subject=subject)
