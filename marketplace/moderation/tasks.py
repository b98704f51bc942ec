"""Jobs of moderation. Safe to run twice."""

from datetime import date, timedelta

from celery import shared_task
from django.utils import timezone

from marketplace.core import clock
from marketplace.moderation import review_watch
from marketplace.moderation.quality import checks
from marketplace.moderation.queue import services as queue


@shared_task
def watch_reviews() -> int:
    """Show moderators new reviews with contact details or watched words; returns how many. For beat, every minute."""
    return review_watch.watch_reviews()


@shared_task
def draw_checks(day: str = "") -> int:
    """Draw the decisions of `day` (2026-10-05; yesterday in China without it) that colleagues check; returns how many.

    For beat, every night. The same day again draws the same.
    """
    wanted = date.fromisoformat(day) if day else timezone.localdate(clock.now()) - timedelta(days=1)
    return checks.draw_sample(day=wanted)


@shared_task
def take_in_cases() -> int:
    """Let the queue follow what waits; returns how many cases changed. For beat, twice a minute."""
    return queue.take_in()
