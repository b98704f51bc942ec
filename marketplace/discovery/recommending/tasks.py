"""Keeping recommendations true. Thin, and safe to run twice."""

from datetime import timedelta

from celery import shared_task

from marketplace.core.jobs import Deadline, only_one
from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending import viewing
from marketplace.discovery.recommending.computing import changed_gigs, compute

# Longer than the time between two runs, so that one that was missed is made up for.
LOOK_BACK = timedelta(hours=3)
LATELY = timedelta(minutes=10)
# All pairs of a large catalogue take longer than the house's five minutes.
ALL_SECONDS = 3600


@shared_task(time_limit=ALL_SECONDS)
def recompute_recommendations() -> int:
    """All lists anew; returns how many rows. Beat runs it at night. The copy that the broker gives out meanwhile does nothing."""
    with only_one("recompute_recommendations", seconds=ALL_SECONDS) as is_ours:
        return sum(compute(reason=reason) for reason in RecommendationReason) if is_ours else 0


@shared_task
def refresh_recommendations() -> int:
    """The lists beside what was bought, kept or opened lately; returns how many rows. Beat runs it every hour."""
    return sum(_refresh(reason, LOOK_BACK) for reason in RecommendationReason)


@shared_task
def refresh_lately(reason: str) -> int:
    """The same of the last minutes for one reason, right after somebody bought or kept something; returns how many rows."""
    return _refresh(RecommendationReason(reason), LATELY)


@shared_task
def write_views() -> int:
    """Write what people who agreed to it looked at; returns how many rows. Beat runs it every minute."""
    return viewing.write_views()


@shared_task
def forget_old_views() -> int:
    """Delete what people looked at long ago; returns how many rows. Beat runs it at night."""
    return viewing.forget_old_views(until=Deadline())


def _refresh(reason: RecommendationReason, within: timedelta) -> int:
    gig_ids = changed_gigs(reason=reason, within=within)
    return compute(reason=reason, gig_ids=gig_ids) if gig_ids else 0
