from celery import shared_task

from marketplace.core.jobs import count_done
from marketplace.ledger import selectors, services


@shared_task
def clear_due_earnings() -> int:
    """Make every amount whose clearing time has come available. Returns how many."""
    return count_done(
        selectors.due_clearing_ids(), lambda clearing_id: services.clear_earnings(clearing_id=clearing_id)
    )
