"""Reviews leave every score, and come back: they stay on the page, with a word about it (docs/integrity.md)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from marketplace.reviews import locks, reputation
from marketplace.reviews.models import Review, ReviewSide


@transaction.atomic
def exclude_reviews(*, review_ids: Collection[int], at: datetime) -> list[int]:
    """Take reviews out of every score; who is out already stays out since then. Returns the keys of those that went.

    The figures of each seller and of their services are counted anew in the same transaction, sellers by key: search and
    its index follow the figures of a service by the database's own trigger.
    """
    return _set([review.pk for review in locks.lock_reviews(review_ids) if review.counts], at)


@transaction.atomic
def include_reviews(*, review_ids: Collection[int]) -> list[int]:
    """Let reviews count again. Returns the keys of those that came back."""
    return _set([review.pk for review in locks.lock_reviews(review_ids) if not review.counts], None)


def _set(review_ids: list[int], at: datetime | None) -> list[int]:
    reviews = Review.objects.filter(pk__in=review_ids)
    reviews.update(excluded_at=at)
    sellers = reviews.filter(side=ReviewSide.BUYER).order_by("subject_id").values_list("subject_id", flat=True)
    for user_id in sellers.distinct():
        reputation.recompute_reputation(user_id)
    return review_ids
