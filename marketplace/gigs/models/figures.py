"""Figures of a gig, and who keeps it."""

from django.conf import settings
from django.db import models
from django.db.models import F
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
        # Lists of the most ordered end after some rows, however many services there are (GigQuerySet.most_ordered_first).
        indexes = [models.Index(F("orders_completed").desc(), F("gig").desc(), name="gigs_stats_most_ordered")]

    def __str__(self) -> str:
        return f"{self.gig_id}"


class GigDay(models.Model):
    """How often a gig was seen and opened on one day of China's. Written by services/figures.py only, which forgets it too."""

    gig = models.ForeignKey(Gig, on_delete=models.CASCADE, related_name="days")
    day = models.DateField(_("day"))
    impressions = models.PositiveIntegerField(_("impressions"))
    clicks = models.PositiveIntegerField(_("clicks"))

    class Meta:
        verbose_name = _("day of a service")
        verbose_name_plural = _("days of services")
        # Serves the seller's list too: some gigs, the last sixty days.
        constraints = [models.UniqueConstraint(fields=["gig", "day"], name="gigs_day_once")]
        indexes = [models.Index(fields=["day"], name="gigs_day_old")]  # the job that deletes them

    def __str__(self) -> str:
        return f"{self.gig_id} {self.day}"


class FigureBatch(models.Model):
    """That a batch of counts was written: its key comes from Valkey, and keeps a job that died from adding it twice."""

    key = models.UUIDField(primary_key=True)
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("batch of figures")
        verbose_name_plural = _("batches of figures")

    def __str__(self) -> str:
        return str(self.key)


class Favourite(models.Model):
    """A gig that somebody keeps."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="favourites")
    gig = models.ForeignKey(Gig, on_delete=models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "gig"], name="gigs_favourite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} ♥ {self.gig_id}"
