from celery import shared_task

from marketplace.ledger import selectors, services


@shared_task
def clear_due_earnings() -> int:
    """Make every amount whose clearing time has come available. Returns how many."""
    due = selectors.due_clearing_ids()
    for clearing_id in due:
        services.clear_earnings(clearing_id=clearing_id)
    return len(due)
