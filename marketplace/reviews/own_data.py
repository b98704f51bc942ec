"""What reviews keep of a person (accounts/personal_data.py)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Retained, Section, Table, plain, table
from marketplace.reviews.models import LevelChange, Reputation, Review, SelectionCase, SellerLevel

_REVIEW = ("stars", "body", "reply", "created_at", "published_at")


class ReviewsSection(Section):
    """Reviews of both directions, level and figures."""

    exported = frozenset(
        {
            "reviews.Review.author",
            "reviews.Review.subject",
            "reviews.SellerLevel.user",
            "reviews.Reputation.user",
            "reviews.LevelChange.user",
            "reviews.SelectionCase.user",
        }
    )
    not_exported = {
        "reviews.LevelChange.decided_by": "who of the staff it was; the words are exported",
        "reviews.SelectionCase.decided_by": "who of the staff it was; the words are exported",
        "reviews.ScoreException.decided_by": "who of the staff it was; the seller sees the order leave the score",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """What others wrote only once it is published: before, nobody sees it."""
        yield table(
            "reviews_written",
            Review.objects.filter(author=user).order_by("pk"),
            order="order__number",
            **plain(*_REVIEW),
        )
        yield table(
            "reviews_received",
            Review.objects.filter(subject=user, published_at__isnull=False).order_by("pk"),
            order="order__number",
            author="author__profile__display_name",
            **plain(*_REVIEW),
        )
        yield table("seller_level", SellerLevel.objects.filter(user=user), **plain("level", "since"))
        yield table(
            "level_changes",
            LevelChange.objects.filter(user=user),
            **plain("old", "new", "reason", "figures", "words", "created_at"),
        )
        yield table(
            "select_candidacies",
            SelectionCase.objects.filter(user=user),
            **plain("status", "figures", "opened_at", "decided_at", "words"),
        )
        yield table(
            "reputation",
            Reputation.objects.filter(user=user),
            **plain("rating_sum", "rating_count", "orders_completed", "on_time_percent", "response_minutes"),
        )

    def retained(self, user: User) -> Iterable[Retained]:
        """Reviews are never deleted."""
        if Review.objects.filter(author=user).exists():
            yield Retained(
                _("Reviews you wrote, under the name of a closed account"),
                _("E-Commerce Law, article 39"),
                _("as long as the service they are about"),
            )
