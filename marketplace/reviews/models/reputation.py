"""The figures of a seller."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Reputation(models.Model):
    """Figures of a seller, recomputed from orders, reviews and messages; shown, never edited.

    What each counts, over which time, and its one query: docs/reputation.md. Percents are None of nothing.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reputation", primary_key=True
    )
    # Of buyers' public reviews of the last two years that count.
    rating_sum = models.PositiveIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    # Since the beginning.
    orders_completed = models.PositiveIntegerField(default=0)
    buyers = models.PositiveIntegerField(default=0, db_default=0)
    earned_fen = models.BigIntegerField(default=0, db_default=0)
    # Over a year.
    on_time_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    on_time_of = models.PositiveIntegerField(default=0, db_default=0)
    orders_ended = models.PositiveIntegerField(default=0, db_default=0)
    completion_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    dispute_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    cancellation_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    repeat_buyer_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    repeat_of_buyers = models.PositiveIntegerField(default=0, db_default=0)
    # Over ninety days.
    contacts = models.PositiveIntegerField(default=0, db_default=0)
    response_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    response_minutes = models.PositiveIntegerField(null=True, blank=True)
    # Tenths of a point, 10 to 100; None before the first order that ended (score.py).
    score_tenths = models.PositiveSmallIntegerField(null=True, blank=True)
    # The day in China whose beginning the moving times end at. None: something changed, and it waits to be counted anew.
    counted_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("reputation")
        verbose_name_plural = _("reputations")
        # The job that counts those anew who are marked.
        indexes = [
            models.Index(fields=["user"], condition=Q(counted_on__isnull=True), name="reviews_reputation_to_count")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class ScoreException(models.Model):
    """An order that is left out of a seller's score, because a person found that it says nothing about the seller."""

    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="score_exception")
    words = models.CharField(_("why"), max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("order left out of a score")
        verbose_name_plural = _("orders left out of scores")

    def __str__(self) -> str:
        return f"{self.order_id}"
