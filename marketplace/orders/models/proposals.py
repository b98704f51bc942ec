from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.orders.models.orders import Order
from marketplace.orders.states import ProposalStatus


class ProposalKind(models.TextChoices):
    CANCEL = "cancel", _("Cancel together")
    EXTEND = "extend", _("More time")
    DISCOUNT = "discount", _("A lower price")
    SUPPLEMENT = "supplement", _("Additional work")
    SPLIT = "split", _("Division in a dispute")
    REVISION = "revision", _("One more revision")


class OrderProposal(TimeStamped):
    """What one side proposes to the other about a running order; nothing changes before it is accepted (or its time is over)."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=ProposalKind)
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.OPEN)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    message = models.TextField(_("message"), max_length=1000, blank=True)
    reason_code = models.CharField(_("reason"), max_length=30, blank=True)
    # One of these by kind: more time, or an amount (what goes back to the buyer, or the price of additional work).
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"), null=True, blank=True)
    expires_at = models.DateTimeField(_("answer until"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="orders_proposal_known_status"),
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(status="open"), name="orders_proposal_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(status="open") ^ Q(answered_at__isnull=False), name="orders_proposal_answered_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
