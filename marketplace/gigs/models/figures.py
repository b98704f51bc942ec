"""Figures of a gig, and who keeps it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.gigs.models.gigs import Gig


class GigStats(models.Model):
    """Figures of a gig, beside it because publishing rewrites every column of the gig itself."""

    gig = models.OneToOneField(Gig, on_delete=models.CASCADE, related_name="stats", primary_key=True)
    price_from_fen = models.BigIntegerField(_("lowest price in fen"), default=0)
    delivery_days_from = models.PositiveSmallIntegerField(_("fewest delivery days"), default=0)
    orders_completed = models.PositiveIntegerField(_("completed orders"), default=0)
    rating_sum = models.PositiveIntegerField(_("sum of stars"), default=0)
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0)
    favourite_count = models.PositiveIntegerField(_("favourites"), default=0)

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{self.gig_id}"


class Favourite(models.Model):
    """A gig that somebody keeps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    gig = models.ForeignKey(Gig, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "gig"], name="gigs_favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.gig_id}"
