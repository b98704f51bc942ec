"""Jobs of reviews. Safe to run twice."""

from celery import shared_task

from marketplace.reviews import reputation
from marketplace.reviews.integrity import tasks as integrity_tasks  # Celery finds jobs in an app's own tasks.py only

__all__ = ["integrity_tasks", "recompute_reputations"]


@shared_task
def recompute_reputations() -> int:
    """Count the figures of all sellers anew; returns how many sellers there are. For beat, hourly."""
    user_ids = reputation.sellers_with_figures()
    for user_id in user_ids:
        reputation.recompute_reputation(user_id)
    return len(user_ids)
