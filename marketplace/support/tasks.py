"""The clocks of support."""

from celery import shared_task

from marketplace.core.jobs import count_done
from marketplace.support import selectors, services


@shared_task
def escalate_overdue_cases() -> int:
    """Tell who leads support of answers that are overdue. Returns of how many."""
    return count_done(selectors.overdue_case_ids(), lambda pk: services.escalate_case(case_id=pk))


@shared_task
def close_silent_cases() -> int:
    """End cases whose answer nobody came back to. Returns how many."""
    return count_done(selectors.silent_case_ids(), lambda pk: services.close_silent_case(case_id=pk))
