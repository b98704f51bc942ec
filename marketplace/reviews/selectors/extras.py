"""What stands with public reviews beside their words: pictures, marks of how the order ended, and one's own votes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import HelpfulVote, Review, ReviewPicture, ReviewSide
from marketplace.reviews.selectors.lists import ReviewSection
from marketplace.reviews.selectors.masks import masks_in_force


def with_extras(reviews: Sequence[Review], user: User | AnonymousUser | None) -> Sequence[Review]:
    """The same reviews (with their `order`), ready for reviews/shown.py: `is_voted` says whether `user` found it helpful.

    At most four queries, however many there are.
    """
    prefetch_related_objects(reviews, "pictures")
    # Words that can be read are not hidden.
    wordless = [one for one in reviews if not one.body or (one.replied_at and not one.reply)]
    prefetch_related_objects(wordless, masks_in_force())
    prefetch_related_objects([one for one in reviews if one.order.status == OrderStatus.RESOLVED], "order__dispute")
    own = votes_on([review.pk for review in reviews], user)
    for review in reviews:
        review.is_voted = review.pk in own and own[review.pk].is_own
    return reviews


@dataclass(frozen=True)
class Votes:
    """How many found a review helpful, and whether the reader is one of them."""

    count: int
    is_own: bool


def votes_on(review_ids: Sequence[int], user: User | AnonymousUser | None) -> dict[int, Votes]:
    """The votes for these reviews as they are now, for who is signed in; nothing for others, and then no query."""
    if user is None or not user.is_authenticated or not review_ids:
        return {}
    own = HelpfulVote.objects.filter(user=user, review=OuterRef("pk"))
    rows = Review.objects.filter(pk__in=review_ids).annotate(is_own=Exists(own)).order_by()
    return {pk: Votes(count, is_own) for pk, count, is_own in rows.values_list("pk", "helpful_count", "is_own")}


def with_extras_of(section: ReviewSection, user: User | AnonymousUser | None) -> ReviewSection:
    """The same section, its reviews ready to be shown to `user`."""
    with_extras(section.reviews, user)
    return section


def review_to_vote_on(pk: int) -> Review:
    """A buyer's public review. Raises Http404."""
    review = (
        Review.objects.filter(pk=pk, side=ReviewSide.BUYER, published_at__isnull=False)
        .select_related("author__profile", "subject__profile", "gig")
        .first()
    )
    if review is None:
        raise Http404
    return review


def picture_for(pk: int, user: User | AnonymousUser) -> tuple[ReviewPicture, list[ReviewPicture]]:
    """A picture of a review, with all that stand beside it: of a hidden one for its author alone, of a seller's review for the
    two sides. Raises Http404; for a masked picture too."""
    allowed = Q(review__published_at__isnull=False, review__side=ReviewSide.BUYER)
    if user.is_authenticated:
        allowed |= Q(review__author=user) | Q(review__published_at__isnull=False, review__subject=user)
    picture = (
        ReviewPicture.objects.filter(allowed, pk=pk, masked_at=None)
        .select_related("review__author__profile", "review__order", "review__gig", "review__subject__profile")
        .first()
    )
    if picture is None:
        raise Http404
    return picture, list(picture.review.pictures.filter(masked_at=None))
