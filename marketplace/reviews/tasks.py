"""Jobs of reviews. Safe to run twice."""

from celery import shared_task

from marketplace.core.jobs import Deadline, Setbacks, count_done, only_one
from marketplace.reviews import reputation, selectors, services
from marketplace.reviews.integrity import tasks as integrity_tasks
from marketplace.reviews.levels import evaluate_level
from marketplace.reviews.levels.selectors import to_evaluate

# Celery looks for tasks in the `tasks` of an app only.
__all__ = [
    "evaluate_levels",
    "integrity_tasks",
    "publish_due_reviews",
    "recompute_reputations",
    "recount_changed",
]

PUBLISHED_AT_ONCE = 500
PUBLISH_SETBACKS = Setbacks[int]("publish_due_reviews")
# The house's five minutes would end it in the middle of a large platform every night.
EVERYBODY_SECONDS = 2 * 3600


@shared_task(time_limit=EVERYBODY_SECONDS)
def recompute_reputations() -> int:
    """Count the figures of all sellers anew; returns how many sellers there are. For beat, at night."""
    with only_one("recompute_reputations", seconds=EVERYBODY_SECONDS) as is_ours:
        return len(reputation.recount_all()) if is_ours else 0


@shared_task
def publish_due_reviews() -> int:
    """Publish what waited for the other side until the window closed, longest over first; returns how many orders had such."""
    return count_done(
        PUBLISH_SETBACKS.first_without(selectors.orders_to_publish(), limit=PUBLISHED_AT_ONCE),
        lambda order_id: services.publish_due_review(order_id=order_id),
        until=Deadline(),
        setbacks=PUBLISH_SETBACKS,
    )


@shared_task
def recount_changed() -> int:
    """Count those anew whose orders, money, messages or reviews changed; returns how many. For beat, every minute."""
    return len(reputation.recount_changed())


@shared_task
def evaluate_levels() -> int:
    """Let levels rise, fall and become safe, where something has changed or a time is over. Returns how many were looked at.

    One that fails is logged, and comes again in the next run.
    """
    return count_done(to_evaluate(), lambda user_id: evaluate_level(user_id=user_id), until=Deadline())
