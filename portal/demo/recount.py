"""Figures beside the rows, counted from the rows."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Sum

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.gigs.models import Favourite, GigStats
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from marketplace.reviews.models import Review, ReviewSide
from marketplace.reviews.reputation import recompute_reputation


def recount_gigs() -> None:
    """Completed orders, stars and hearts of every gig: of the reviews that count, which are public and of the last years."""
    completed = dict(
        Order.objects.filter(status=OrderStatus.COMPLETED).order_by().values_list("gig_id").annotate(Count("pk"))
    )
    since = clock.now() - timedelta(days=365 * get_config("reviews.rating_years"))
    stars = {
        gig_id: (total, count)
        for gig_id, total, count in Review.objects.filter(
            side=ReviewSide.BUYER, published_at__gt=since, excluded_at__isnull=True, gig__isnull=False
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


def recount_sellers(sellers: Sequence[User]) -> None:
    """Every figure of every seller by its own rule, the answers to new contacts included."""
    for seller in sellers:
        recompute_reputation(seller.pk)
