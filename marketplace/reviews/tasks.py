"""Jobs of reviews. Safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import only_one
from marketplace.reviews import reputation

# The house's five minutes would end it in the middle of a large platform every night.
EVERYBODY_SECONDS = 2 * 3600


@shared_task(time_limit=EVERYBODY_SECONDS)
def recompute_reputations() -> int:
    """Count the figures of all sellers anew; returns how many sellers there are. For beat, at night."""
    with only_one("recompute_reputations", seconds=EVERYBODY_SECONDS) as is_ours:
        return len(reputation.recount_all()) if is_ours else 0


@shared_task
def recount_changed() -> int:
    """Count those anew whose orders, money, messages or reviews changed; returns how many. For beat, every minute."""
    return len(reputation.recount_changed())
