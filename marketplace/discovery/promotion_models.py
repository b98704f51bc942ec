"""The table of promoted services. `discovery.models` imports it: Django finds tables there."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Promotion(models.Model):
    """A service that is shown above the results of a category or of some words for a while, marked 广告."""

    gig = models.ForeignKey("gigs.Gig", verbose_name=_("service"), on_delete=models.CASCADE, related_name="promotions")
    category = models.ForeignKey(
        "gigs.GigCategory",
        verbose_name=_("in the category"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Shown to whoever looks around in this category."),
    )
    words = models.CharField(
        _("for the words"),
        max_length=200,
        blank=True,
        help_text=_("Shown to whoever searches for one of these, with spaces between: 海报 logo"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="discovery_promotion_ends_later"),
            models.CheckConstraint(
                condition=Q(category__isnull=False) | ~Q(words=""), name="discovery_promotion_has_place"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(is_active=True), name="discovery_promotion_time")]

    def __str__(self) -> str:
        return f"{self.gig}"
