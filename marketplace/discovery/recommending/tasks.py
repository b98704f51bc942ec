"""Keeping recommendations true. Thin, and safe to run twice."""

from datetime import timedelta

from celery import shared_task

from marketplace.discovery.models import RecommendationReason
from marketplace.discovery.recommending.computing import changed_gigs, recompute

# Longer than the time between two runs, so that one that was missed is made up for.
LOOK_BACK = timedelta(hours=3)


@shared_task(time_limit=3600)  # all pairs of a large catalogue take longer than the house's five minutes
def recompute_recommendations() -> int:
    """All lists anew; returns how many rows. Beat runs it at night."""
    return sum(recompute(reason=reason) for reason in RecommendationReason)


@shared_task
def refresh_recommendations() -> int:
    """The lists beside what was bought or kept lately; returns how many rows. Beat runs it every hour."""
    rows = 0
    for reason in RecommendationReason:
        if gig_ids := changed_gigs(reason=reason, within=LOOK_BACK):
            rows += recompute(reason=reason, gig_ids=gig_ids)
    return rows
