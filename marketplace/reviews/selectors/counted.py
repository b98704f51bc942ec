"""Which reviews scores are made of."""

from django.db.models import QuerySet

from marketplace.reviews.figures import queries
from marketplace.reviews.figures.windows import windows_now
from marketplace.reviews.models import Review


def counted_reviews() -> QuerySet[Review]:
    """The reviews that scores are made of today: buyers', public, not excluded, of the last years (reviews.rating_years)."""
    return queries.counted_reviews(windows_now())
