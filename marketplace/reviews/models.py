from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import SellerLevelChoice
from marketplace.core.models import TimeStamped


class ReviewSide(models.TextChoices):
    BUYER = "buyer", _("Written by the buyer")
    SELLER = "seller", _("Written by the seller")


class Review(TimeStamped):
    """What one side of a finished order says about the other. Never deleted (电子商务法 §39)."""

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="reviews", verbose_name=_("order"))
    gig = models.ForeignKey(
        "gigs.Gig", on_delete=models.SET_NULL, null=True, related_name="reviews", verbose_name=_("service")
    )
    side = models.CharField(_("side"), max_length=6, choices=ReviewSide)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_written")
    subject = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_received")
    stars = models.PositiveSmallIntegerField(_("stars"))
    body = models.TextField(_("text"), max_length=1000, blank=True)
    reply = models.TextField(_("reply"), max_length=1000, blank=True)
    replied_at = models.DateTimeField(_("replied at"), null=True, blank=True)
    # Nobody sees it before this: both have written, or the window has closed.
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "side"], name="reviews_review_once_per_side"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="reviews_review_one_to_five"),
        ]
        indexes = [
            models.Index(
                fields=["gig", "-published_at"],
                condition=Q(side="buyer", published_at__isnull=False),
                name="reviews_review_gig_list",
            ),
            # The list on a seller's own page (selectors.reviews_of_seller).
            models.Index(
                fields=["subject", "-published_at"],
                condition=Q(side="buyer", published_at__isnull=False),
                name="reviews_review_seller_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.side} {self.stars}"


class RatingAspect(models.TextChoices):
    COMMUNICATION = "communication", _("Easy to talk to")
    AS_DESCRIBED = "as_described", _("As described")
    ON_TIME = "on_time", _("On time")


class Rating(models.Model):
    """A sub-score of a review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="ratings")
    aspect = models.CharField(_("aspect"), max_length=15, choices=RatingAspect)
    stars = models.PositiveSmallIntegerField(_("stars"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["review", "aspect"], name="reviews_rating_once_per_aspect"),
            models.CheckConstraint(condition=Q(stars__range=(1, 5)), name="reviews_rating_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} {self.stars}"


class SellerLevel(TimeStamped):
    """The level a seller has reached."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seller_level")
    level = models.CharField(_("level"), max_length=8, choices=SellerLevelChoice, default=SellerLevelChoice.NEW)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("seller level")
        verbose_name_plural = _("seller levels")

    def __str__(self) -> str:
        return f"{self.user_id} {self.level}"


class Reputation(models.Model):
    """Figures of a seller, recomputed from orders, reviews and messages; shown, never edited."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reputation", primary_key=True
    )
    rating_sum = models.PositiveIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    orders_completed = models.PositiveIntegerField(default=0)
    on_time_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    response_minutes = models.PositiveIntegerField(null=True, blank=True)
    repeat_buyer_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("reputation")
        verbose_name_plural = _("reputations")

    def __str__(self) -> str:
        return f"{self.user_id}"
