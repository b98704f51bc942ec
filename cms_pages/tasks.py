"""Periodic jobs of the editors' pages. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from cms_pages.rules_texts import tell_next_members
from marketplace.core.jobs import Deadline


@shared_task
def tell_of_rules() -> int:
    """Tell members of announced rules, a batch in each transaction. Returns how many; the rest has its turn at the next run."""
    until, told = Deadline(), 0
    while not until.is_over and (count := tell_next_members()):
        told += count
    return told
