"""Figures of a gig, kept beside it (GigStats)."""

from django.db.models import Min

from marketplace.gigs.models import Gig, GigPackage, GigStats


def refresh_stats(gig: Gig) -> GigStats:
    """Copy the lowest price and the fewest days of the stored packages into the gig's figures."""
    lowest = GigPackage.objects.filter(gig_id=gig.pk).aggregate(price=Min("price_fen"), days=Min("delivery_days"))
    stats, _created = GigStats.objects.update_or_create(
        gig_id=gig.pk,
        defaults={"price_from_fen": lowest["price"] or 0, "delivery_days_from": lowest["days"] or 0},
    )
    return stats
