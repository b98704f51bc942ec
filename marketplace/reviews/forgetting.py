"""Kept pages end when a review that stands on them is published, answered or hidden (core/page_cache.py)."""

from typing import Any

from django.db.models.signals import post_save

from marketplace.core import page_cache
from marketplace.reviews.models import Review, ReviewSide


def forget_review(review: Review) -> None:
    """The pages on which a buyer's review stands, and lists of the newest."""
    page_cache.forget(f"seller:{review.subject_id}", f"gig:{review.gig_id}", page_cache.REVIEWS)


def _forget_saved(sender: type[Review], instance: Review, **_kwargs: Any) -> None:
    if instance.published_at is not None and instance.side == ReviewSide.BUYER:
        forget_review(instance)


def connect() -> None:
    """Called once, when the app is ready."""
    post_save.connect(_forget_saved, sender=Review, dispatch_uid="reviews_forget_kept_pages")
