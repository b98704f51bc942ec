"""Jobs of moderation. Safe to run twice."""

from celery import shared_task

from marketplace.moderation import review_watch


@shared_task
def watch_reviews() -> int:
    """Show moderators new reviews with contact details or watched words; returns how many. For beat, every minute."""
    return review_watch.watch_reviews()
