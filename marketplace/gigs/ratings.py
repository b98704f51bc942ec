"""Counters of a gig that other rooms report to. Sums and counts, never means: they add up without reading first."""

from django.db.models import F

from marketplace.core import page_cache
from marketplace.gigs.models import GigStats


def count_completed_order(*, gig_id: int) -> None:
    """One more order of this gig was completed."""
    GigStats.objects.filter(pk=gig_id).update(orders_completed=F("orders_completed") + 1)
    page_cache.forget(f"gig:{gig_id}")


def add_rating(*, gig_id: int, stars: int) -> None:
    """One more review with this many stars (1..5) is public."""
    GigStats.objects.filter(pk=gig_id).update(rating_sum=F("rating_sum") + stars, rating_count=F("rating_count") + 1)
    page_cache.forget(f"gig:{gig_id}")


def set_rating(*, gig_id: int, rating_sum: int, rating_count: int) -> None:
    """All public reviews of this gig that count, counted anew. Call under the seller's lock of reviews."""
    GigStats.objects.filter(pk=gig_id).update(rating_sum=rating_sum, rating_count=rating_count)
    page_cache.forget(f"gig:{gig_id}")
