"""What reviews keep of a person (accounts/personal_data.py)."""

from collections.abc import Iterable
from functools import partial

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Retained, Section, StoredFile, Table, plain, table
from marketplace.reviews.models import HelpfulVote, Reputation, Review, ReviewPicture, ReviewVersion, SellerLevel
from marketplace.reviews.services.pictures import open_picture_file

_FIGURES = (
    "rating_sum", "rating_count", "orders_completed", "buyers", "earned_fen", "on_time_percent", "on_time_of",
    "orders_ended", "completion_percent", "dispute_percent", "cancellation_percent", "repeat_buyer_percent",
    "repeat_of_buyers", "contacts",
    "response_percent", "response_minutes", "score_tenths", "counted_on",
)  # fmt: skip
_REVIEW = ("stars", "body", "reply", "created_at", "edited_at", "published_at")
# What its author alone knows: the other side's copy has none of it.
_OWN_REVIEW = (*_REVIEW, "written_at", "private_feedback")


class ReviewsSection(Section):
    """Reviews of both directions, level and figures."""

    exported = frozenset(
        {
            "reviews.Review.author",
            "reviews.Review.subject",
            "reviews.HelpfulVote.user",
            "reviews.SellerLevel.user",
            "reviews.Reputation.user",
        }
    )

    def tables(self, user: User) -> Iterable[Table]:
        """What others wrote only once it is published: before, nobody sees it."""
        yield table(
            "reviews_written",
            Review.objects.filter(author=user).order_by("pk"),
            order="order__number",
            **plain(*_OWN_REVIEW),
        )
        yield table(
            "review_wordings_before",
            ReviewVersion.objects.filter(review__author=user).order_by("pk"),
            order="review__order__number",
            **plain("stars", "aspects", "body", "private_feedback", "replaced_at"),
        )
        yield table(
            "reviews_received",
            Review.objects.filter(subject=user, published_at__isnull=False).order_by("pk"),
            order="order__number",
            author="author__profile__display_name",
            **plain(*_REVIEW),
        )
        yield table(
            "reviews_found_helpful",
            HelpfulVote.objects.filter(user=user).order_by("pk"),
            review="review_id",
            service="review__order__gig_title",
            **plain("created_at"),
        )
        yield table("seller_level", SellerLevel.objects.filter(user=user), **plain("level", "since"))
        yield table(
            "reputation",
            Reputation.objects.filter(user=user),
            **plain(*_FIGURES),
        )

    def files(self, user: User) -> Iterable[StoredFile]:
        """The pictures of one's own reviews."""
        for picture in ReviewPicture.objects.filter(review__author=user).order_by("review_id", "position"):
            name = str(picture.picture.name)
            yield StoredFile(
                f"reviews/{picture.review_id}/{name.rpartition('/')[2]}", partial(open_picture_file, picture)
            )

    def retained(self, user: User) -> Iterable[Retained]:
        """Reviews are never deleted."""
        if Review.objects.filter(author=user).exists():
            yield Retained(
                _("Reviews you wrote, under the name of a closed account"),
                _("E-Commerce Law, article 39"),
                _("as long as the service they are about"),
            )
