"""Jobs of reviews. Safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, Setbacks, count_done
from marketplace.reviews import reputation, selectors, services

PUBLISHED_AT_ONCE = 500
PUBLISH_SETBACKS = Setbacks[int]("publish_due_reviews")


@shared_task
def recompute_reputations() -> int:
    """Count the figures of all sellers anew; returns how many sellers there are. For beat, hourly."""
    user_ids = reputation.sellers_with_figures()
    for user_id in user_ids:
        reputation.recompute_reputation(user_id)
    return len(user_ids)


@shared_task
def publish_due_reviews() -> int:
    """Publish what waited for the other side until the window closed, longest over first; returns how many orders had such."""
    return count_done(
        PUBLISH_SETBACKS.first_without(selectors.orders_to_publish(), limit=PUBLISHED_AT_ONCE),
        lambda order_id: services.publish_due_review(order_id=order_id),
        until=Deadline(),
        setbacks=PUBLISH_SETBACKS,
    )
