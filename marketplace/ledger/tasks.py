from celery import shared_task

from marketplace.core.jobs import count_done
from marketplace.ledger import seals, selectors, services


@shared_task
def seal_books() -> bool:
    """Seal what was posted up to now under yesterday's name. Returns whether a seal was made."""
    return seals.seal_books() is not None


@shared_task
def clear_due_earnings() -> int:
    """Make every amount whose clearing time has come available. Returns how many."""
    return count_done(
        selectors.due_clearing_ids(), lambda clearing_id: services.clear_earnings(clearing_id=clearing_id)
    )
