"""Figures beside the rows, counted from the rows."""

from collections.abc import Sequence

from django.db.models import Count, Q, Sum

from marketplace.accounts.models import User
from marketplace.gigs.models import Favourite, GigStats
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import Reputation, Review, ReviewSide
from marketplace.reviews.reputation import recompute_reputation


def recount_gigs() -> None:
    """Completed orders, stars and hearts of every gig."""
    completed = dict(
        Order.objects.filter(status=OrderStatus.COMPLETED).order_by().values_list("gig_id").annotate(Count("pk"))
    )
    stars = {
        gig_id: (total, count)
        for gig_id, total, count in Review.objects.filter(
            Q(side=ReviewSide.BUYER), published_at__isnull=False, gig__isnull=False
        )
        .order_by()
        .values_list("gig_id")
        .annotate(Sum("stars"), Count("pk"))
    }
    hearts = dict(Favourite.objects.order_by().values_list("gig_id").annotate(Count("pk")))
    rows = list(GigStats.objects.all())
    for row in rows:
        row.orders_completed = completed.get(row.pk, 0)
        row.rating_sum, row.rating_count = stars.get(row.pk, (0, 0))
        row.favourite_count = hearts.get(row.pk, 0)
    GigStats.objects.bulk_update(rows, ["orders_completed", "rating_sum", "rating_count", "favourite_count"])


def recount_sellers(sellers: Sequence[User], response_minutes: Sequence[int]) -> None:
    """Reputation by its own rule; the time of the first answer is the sellers' data."""
    rows = []
    for seller, minutes in zip(sellers, response_minutes, strict=True):
        row = recompute_reputation(seller.pk)
        row.response_minutes = minutes
        rows.append(row)
    Reputation.objects.bulk_update(rows, ["response_minutes"])
