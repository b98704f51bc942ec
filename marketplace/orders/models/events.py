from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models.orders import Order


class OrderEventType(models.TextChoices):
    PLACED = "placed", _("Order placed")
    PAID = "paid", _("Paid into escrow")
    REQUIREMENTS_SUBMITTED = "requirements_submitted", _("Requirements submitted")
    DELIVERED = "delivered", _("Work delivered")
    REVISION_REQUESTED = "revision_requested", _("Revision requested")
    ACCEPTED = "accepted", _("Accepted")
    AUTO_ACCEPTED = "auto_accepted", _("Accepted automatically")
    CANCELLED = "cancelled", _("Cancelled")
    PAYMENT_EXPIRED = "payment_expired", _("Closed, not paid in time")
    REFUND_DECIDED = "refund_decided", _("Refund decided")
    REFUNDED = "refunded", _("Refund paid back")
    DISPUTE_OPENED = "dispute_opened", _("Dispute opened")
    DISPUTE_DECIDED = "dispute_decided", _("Dispute decided")
    REVIEWED = "reviewed", _("Reviewed")
    PROPOSED = "proposed", _("Proposal made")
    PROPOSAL_ACCEPTED = "proposal_accepted", _("Proposal accepted")
    PROPOSAL_DECLINED = "proposal_declined", _("Proposal declined")
    PROPOSAL_WITHDRAWN = "proposal_withdrawn", _("Proposal taken back")
    PROPOSAL_LAPSED = "proposal_lapsed", _("Proposal not answered in time")
    ACCEPTANCE_PAUSED = "acceptance_paused", _("Acceptance clock paused")
    TIPPED = "tipped", _("Tip given")
    LATE = "late", _("The delivery is late")
    CANCEL_PROPOSED = "cancel_proposed", _("Cancelling together proposed")
    CANCEL_DECLINED = "cancel_declined", _("Cancelling together declined")
    CANCEL_WITHDRAWN = "cancel_withdrawn", _("Proposal to cancel taken back")
    DISPUTE_ANSWERED = "dispute_answered", _("Dispute answered")
    DISPUTE_UNANSWERED = "dispute_unanswered", _("No answer in time: a mediator takes over")
    DISPUTE_ADDED = "dispute_added", _("Evidence added")
    DISPUTE_ADVISED = "dispute_advised", _("The mediator wrote")
    DISPUTE_TO_DECISION = "dispute_to_decision", _("Nothing agreed: the dispute goes to a decision")
    SPLIT_PROPOSED = "split_proposed", _("Division proposed")
    SPLIT_DECLINED = "split_declined", _("Division declined")
    SPLIT_WITHDRAWN = "split_withdrawn", _("Proposed division taken back")
    DECISION_ACCEPTED = "decision_accepted", _("Decision accepted")
    DECISION_APPEALED = "decision_appealed", _("Decision appealed")
    DISPUTE_RESOLVED = "dispute_resolved", _("Dispute closed, the money moves")
    DISPUTE_WITHDRAWN = "dispute_withdrawn", _("Dispute taken back")
    BUNDLE_MADE = "bundle_made", _("Evidence put together")
    REQUIREMENTS_SKIPPED = "requirements_skipped", _("Begun without requirements")
    REQUIREMENTS_NOTE = "requirements_note", _("Added to the requirements")


class OrderEvent(models.Model):
    """A line of the time line that both sides see. Written with the change it tells of, in one transaction."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(_("event"), max_length=25, choices=OrderEventType)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["order", "-created_at"], name="orders_event_timeline")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.type}"
