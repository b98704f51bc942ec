"""The clocks of offers and briefs. Each run looks at what is due now, so that running twice or late does no harm."""

from celery import shared_task

from marketplace.core.jobs import count_done
from marketplace.offers import selectors, services


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
