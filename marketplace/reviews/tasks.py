"""Jobs of reviews. Safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, count_done
from marketplace.reviews import reputation
from marketplace.reviews.levels import evaluate_level
from marketplace.reviews.levels.selectors import to_evaluate


@shared_task
def recompute_reputations() -> int:
    """Count the figures of all sellers anew; returns how many sellers there are. For beat, hourly."""
    user_ids = reputation.sellers_with_figures()
    for user_id in user_ids:
        reputation.recompute_reputation(user_id)
    return len(user_ids)


@shared_task
def evaluate_levels() -> int:
    """Let levels rise, fall and become safe, where something has changed or a time is over. Returns how many were looked at.

    One that fails is logged, and comes again in the next run.
    """
    return count_done(to_evaluate(), lambda user_id: evaluate_level(user_id=user_id), until=Deadline())
