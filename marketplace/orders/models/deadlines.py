from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.orders.models.orders import Order


class DeadlineKind(models.TextChoices):
    """What a clock does when its time has come; services/clocks.py holds a handler for each."""

    ACCEPT = "accept", _("Accepted automatically")
    ACCEPT_REMINDER_FIRST = "accept_reminder_1", _("First reminder of the acceptance")
    ACCEPT_REMINDER_LAST = "accept_reminder_2", _("Last reminder of the acceptance")
    REQUIREMENTS_REMINDER = "requirements", _("Reminder of the requirements")
    DUE_REMINDER = "due_reminder", _("Reminder of the delivery")
    LATE = "late", _("The delivery is late")
    VERY_LATE = "very_late", _("The buyer may cancel alone")
    PROPOSAL_CANCEL = "proposal_cancel", _("Silence cancels the order")
    CANCEL_REMINDER = "cancel_reminder", _("Reminder of the proposal to cancel")
    PROPOSAL_EXTEND = "proposal_extend", _("The request for more time lapses")
    PROPOSAL_DISCOUNT = "proposal_discount", _("The offer of a lower price lapses")
    PROPOSAL_SUPPLEMENT = "proposal_supplement", _("The offer of additional work lapses")
    DISPUTE_REMINDER = "dispute_reminder", _("Reminder in a dispute")
    DISPUTE_ANSWER = "dispute_answer", _("The other side's answer is due")
    DISPUTE_MEDIATION = "dispute_mediation", _("The mediator takes over")
    DISPUTE_DECISION = "dispute_decision", _("The decision is due")
    DISPUTE_APPEAL = "dispute_appeal", _("The decision takes effect")


class OrderDeadline(models.Model):
    """A moment at which something happens to an order by itself. The row goes when it happened, or no longer can.

    Written with the change that sets it, under the order's lock. The job takes the order's lock before it looks at the row
    again, so that a row says when to look, and never decides alone.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deadlines")
    kind = models.CharField(_("kind"), max_length=20, choices=DeadlineKind)
    due_at = models.DateTimeField(_("due at"))

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["order", "kind"], name="orders_deadline_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="orders_deadline_next")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
