"""Periodic jobs about gigs. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done
from marketplace.gigs import selectors, services


@shared_task
def pause_unnamed_gigs() -> int:
    """Take gigs off the lists whose sellers' identity counts no longer. Returns how many."""
    due = list(selectors.live_without_named_seller().values_list("pk", flat=True))
    return count_done(due, lambda gig_id: services.pause_unnamed_gig(gig_id=gig_id), until=Deadline())


@shared_task
def write_figures() -> int:
    """Add what was seen and opened since the last run to the days of the gigs. Returns how many rows."""
    return services.write_figures()


@shared_task
def forget_imports() -> int:
    """Delete what sellers had read from files more than a day ago. Returns how many."""
    return services.forget_imports()


@shared_task
def forget_figures() -> int:
    """Delete the days of gigs that are older than the platform keeps them. Returns how many; the rest is done tomorrow."""
    return services.forget_figures(until=Deadline())
