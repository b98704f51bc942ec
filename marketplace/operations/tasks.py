"""Jobs of operations. Thin, and safe to run twice."""

from celery import shared_task

from marketplace.core import changes


@shared_task
def apply_due_changes() -> int:
    """Put scheduled changes of settings into force; returns how many. Beat runs it each minute."""
    return changes.apply_due_changes()
