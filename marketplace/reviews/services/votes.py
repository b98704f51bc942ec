"""Readers say which reviews helped them. The number beside the button is counted along with the rows."""

from django.db import transaction
from django.db.models import F

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.reviews.errors import ReviewError, ReviewErrorCode
from marketplace.reviews.models import HelpfulVote, Review, ReviewSide


@transaction.atomic
def vote_helpful(*, review_id: int, user: User) -> Review:
    """Somebody found a buyer's public review helpful. Safe to call twice, also at once: a unique index keeps one vote.

    Raises ReviewError NOT_TO_VOTE_ON, or OWN_MATTER for its author and whom it is about.
    """
    review = _open_to_votes(review_id, user)
    _vote, is_new = HelpfulVote.objects.get_or_create(review=review, user=user, defaults={"created_at": clock.now()})
    if is_new:
        Review.objects.filter(pk=review.pk).update(helpful_count=F("helpful_count") + 1)
    review.refresh_from_db(fields=["helpful_count"])
    return review


@transaction.atomic
def unvote(*, review_id: int, user: User) -> Review:
    """Take a vote back. Safe to call twice: only who deletes the row counts down. Raises as `vote_helpful` does."""
    review = _open_to_votes(review_id, user)
    gone, _by_model = HelpfulVote.objects.filter(review=review, user=user).delete()
    if gone:
        Review.objects.filter(pk=review.pk).update(helpful_count=F("helpful_count") - 1)
    review.refresh_from_db(fields=["helpful_count"])
    return review


def _open_to_votes(review_id: int, user: User) -> Review:
    review = Review.objects.filter(pk=review_id, side=ReviewSide.BUYER, published_at__isnull=False).first()
    if review is None:
        raise ReviewError(ReviewErrorCode.NOT_TO_VOTE_ON)
    if user.pk in (review.author_id, review.subject_id):
        raise ReviewError(ReviewErrorCode.OWN_MATTER)
    return review
