from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.orders.models.orders import Order


class DisputeOutcome(models.TextChoices):
    REFUND = "refund", _("Refund to the buyer")
    SPLIT = "split", _("Split")
    RELEASE = "release", _("Release to the seller")


class Dispute(TimeStamped):
    """A disagreement that a mediator decides."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="dispute")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=3000)
    outcome = models.CharField(_("decision"), max_length=8, choices=DisputeOutcome, blank=True)
    refund_fen = models.BigIntegerField(_("refund in fen"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(pgettext_lazy("a dispute", "decided at"), null=True, blank=True)
    explanation = models.TextField(_("explanation"), max_length=3000, blank=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")

    def __str__(self) -> str:
        return str(self.order)
