"""Keeping figures true and sending them. Thin, and safe to run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.jobs import Deadline, only_one
from marketplace.insights import services
from marketplace.insights.boards import mailing
from marketplace.insights.metrics.definition import RECOUNTED_DAYS
from marketplace.insights.visits import folding


@shared_task
def fold_visits() -> int:
    """Write the page loads of the last minute; returns how many. Beat runs it every minute."""
    with only_one("insights:visits", seconds=300) as is_ours:
        return folding.fold_visits(until=Deadline()) if is_ours else 0


@shared_task
def compute_today() -> int:
    """Count the day that is not over yet; returns how many rows. Beat runs it every hour."""
    today = timezone.localdate(clock.now())
    folding.mark_buyers(today)
    return services.compute_day(today)


@shared_task
def compute_recent() -> int:
    """Count the last days anew, with what was recorded late; returns how many rows. Beat runs it at night."""
    today = timezone.localdate(clock.now())
    for days in range(1, RECOUNTED_DAYS + 1):
        folding.mark_buyers(today - timedelta(days=days))
    return services.compute_recent()


@shared_task
def compute_missing() -> int:
    """Count the days that nobody counted; returns how many. Beat runs it every hour: nearly always there is none."""
    with only_one("insights:missing", seconds=600) as is_ours:
        return services.compute_missing(until=Deadline()) if is_ours else 0


@shared_task
def forget_visitors() -> int:
    """Delete the raw rows of visitors that are old enough; returns how many. Beat runs it at night."""
    return folding.forget_visitors(until=Deadline())


@shared_task
def send_due_reports() -> int:
    """Have the reports made that are due; returns how many. Beat runs it every ten minutes."""
    return mailing.send_due_reports()


@shared_task(autoretry_for=(OSError,), retry_backoff=60, max_retries=5)
def send_report(subscription_id: int, day: str) -> bool:
    """Make and send one report; a mail server that is away is tried again."""
    return mailing.send_report(subscription_id=subscription_id, day=day)
