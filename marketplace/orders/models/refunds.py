from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.orders.models.orders import Order


class RefundStatus(models.TextChoices):
    DUE = "due", _("Due")
    SENT = "sent", _("Sent to the payment institution")
    STUCK = "stuck", _("Needs a person")
    DONE = "done", _("Paid back")


class Refund(TimeStamped):
    """Money to give back. The order decides it; a job of payments carries it out."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    # Our number of the payment it gives back, when that is not the one that funded the order (a late or second one).
    payment_reference = models.CharField(max_length=32, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(_("status"), max_length=5, choices=RefundStatus, default=RefundStatus.DUE)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("paid back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="orders_refund_positive")]
        # The job: what is to be asked for now.
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status__in=("due", "sent")), name="orders_refund_waiting"
            ),
            models.Index(fields=["done_at"], name="orders_refund_done"),  # a bill's day
            # What waits for a person, counted on the page of operations again and again.
            models.Index(fields=["id"], condition=Q(status="stuck"), name="orders_refund_stuck"),
        ]

    def __str__(self) -> str:
        return self.reference
