"""The clocks of offers and briefs. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done
from marketplace.offers import keeping, selectors, services

# As with orders (orders/tasks.py): what is left has its turn in the next hour.
EMPTIED_AT_ONCE = 10_000


@shared_task
def expire_offers() -> int:
    """End offers that nobody answered in time. Returns how many."""
    return count_done(selectors.due_negotiation_ids(), lambda pk: services.expire_offer(negotiation_id=pk))


@shared_task
def lapse_agreements() -> int:
    """End what was agreed and not paid for in time. Returns how many."""
    return count_done(selectors.lapsed_negotiation_ids(), lambda pk: services.lapse_agreement(negotiation_id=pk))


@shared_task
def expire_briefs() -> int:
    """Stop taking offers for briefs whose time is over. Returns how many."""
    return count_done(selectors.due_brief_ids(), lambda pk: services.expire_brief(brief_id=pk))


@shared_task
def announce_briefs() -> int:
    """Tell sellers of new briefs. Returns how many briefs."""
    return count_done(selectors.unannounced_brief_ids(), lambda pk: services.announce_brief(brief_id=pk))


@shared_task
def empty_old_offers() -> int:
    """Remove the words of offers and briefs whose time is over; returns how many. Beat runs it each hour."""
    until = Deadline()
    offers = keeping.negotiations_to_empty().values_list("pk", flat=True)[:EMPTIED_AT_ONCE]
    done = count_done(list(offers), lambda pk: services.empty_negotiation(negotiation_id=pk), until=until)
    briefs = keeping.briefs_to_empty().values_list("pk", flat=True)[:EMPTIED_AT_ONCE]
    return done + count_done(list(briefs), lambda pk: services.empty_brief(brief_id=pk), until=until)
