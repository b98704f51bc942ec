import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.identifiers import new_order_number
from marketplace.core.models import TimeStamped
from marketplace.gigs.models import PackageTier, RequirementKind
from marketplace.orders.states import FINAL_STATUSES, OrderStatus


def private_storage() -> Storage:
    """Files of an order are for its two sides only; a view asks the selector before it serves one."""
    return storages["private"]


class Order(TimeStamped):
    """A purchase. It freezes what was bought, so that a later edit of the gig changes nothing here."""

    number = models.CharField(_("order number"), max_length=16, unique=True, default=new_order_number)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("buyer")
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sales", verbose_name=_("seller")
    )
    # Publishing a gig deletes the packages that a revision dropped: the order keeps its own snapshot below.
    gig = models.ForeignKey(
        "gigs.Gig", on_delete=models.SET_NULL, null=True, related_name="orders", verbose_name=_("service")
    )
    package = models.ForeignKey("gigs.GigPackage", on_delete=models.SET_NULL, null=True, related_name="orders")
    status = models.CharField(_("status"), max_length=25, choices=OrderStatus, default=OrderStatus.PENDING_PAYMENT)
    # Made with the checkout page: a form sent twice is the same order.
    checkout_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    gig_title = models.CharField(_("title"), max_length=80)
    package_tier = models.CharField(_("package"), max_length=10, choices=PackageTier)
    package_title = models.CharField(max_length=40)
    package_description = models.CharField(max_length=200, blank=True)
    cover = models.CharField(max_length=300, blank=True)  # storage name of the gig's cover at purchase
    total_fen = models.BigIntegerField(_("total in fen"))
    commission_basis_points = models.PositiveIntegerField(_("service fee in basis points"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions_allowed = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"))
    revisions_used = models.PositiveSmallIntegerField(_("revisions used"), default=0)

    payment_expires_at = models.DateTimeField(_("payment expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    started_at = models.DateTimeField(pgettext_lazy("the clock of an order", "started at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    auto_accept_at = models.DateTimeField(_("accepted automatically at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OrderStatus.values), name="orders_order_known_status"),
            models.CheckConstraint(condition=Q(total_fen__gt=0), name="orders_order_total_positive"),
            models.CheckConstraint(condition=~Q(buyer=F("seller")), name="orders_order_two_people"),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False), name="orders_order_completed_when"
            ),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(auto_accept_at__isnull=False), name="orders_order_delivered_clock"
            ),
            models.CheckConstraint(
                condition=Q(revisions_used__lte=F("revisions_allowed")), name="orders_order_revisions_within"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="orders_buyer_list"),
            models.Index(fields=["seller", "-id"], name="orders_seller_list"),
            # The clocks: unpaid and due to close, delivered and due to be accepted.
            models.Index(
                fields=["payment_expires_at"], condition=Q(status="pending_payment"), name="orders_unpaid_clock"
            ),
            models.Index(fields=["auto_accept_at"], condition=Q(status="delivered"), name="orders_accept_clock"),
            # How many orders of a service are worked on, on its page; without it every order it ever had is read.
            models.Index(
                fields=["gig"], condition=Q(status__in=["in_progress", "revision_requested"]), name="orders_worked_on"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.number])

    @property
    def kept_fen(self) -> int:
        """The price less every refund of it, decided or done, in fen: what the seller and the platform share."""
        # A refund that names a payment gives back a late or second one, which never was part of the price.
        return self.total_fen - sum(refund.amount_fen for refund in self.refunds.all() if not refund.payment_reference)

    @property
    def refundable_fen(self) -> int:
        """The most that may be given back now, in fen: all of a running order goes back by cancelling it instead."""
        return self.kept_fen if self.status in FINAL_STATUSES else self.kept_fen - 1


class OrderItemKind(models.TextChoices):
    PACKAGE = "package", _("Package")
    EXTRA = "extra", _("Add-on")


class OrderItem(models.Model):
    """One line of what was bought."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=8, choices=OrderItemKind)
    title = models.CharField(_("title"), max_length=80)
    price_fen = models.BigIntegerField(_("price in fen"))

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class MilestoneStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    FUNDED = "funded", _("Funded")
    DELIVERED = "delivered", _("Delivered")
    RELEASED = "released", _("Released")
    REFUNDED = "refunded", _("Refunded")


class OrderMilestone(models.Model):
    """A stage of a larger order, paid and accepted on its own."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField(_("position"))
    title = models.CharField(_("title"), max_length=80)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    status = models.CharField(_("status"), max_length=10, choices=MilestoneStatus, default=MilestoneStatus.PLANNED)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["order", "position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="orders_milestone_position")]

    def __str__(self) -> str:
        return self.title


class OrderRequirement(models.Model):
    """A question of the gig as it stood at purchase, with the buyer's answer."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="requirements")
    position = models.PositiveSmallIntegerField()
    prompt = models.CharField(max_length=200)
    kind = models.CharField(max_length=6, choices=RequirementKind)
    choices = models.JSONField(default=list, blank=True)
    required = models.BooleanField(default=True)
    answer = models.TextField(max_length=5000, blank=True)
    file = models.FileField(upload_to="requirements/%Y/%m", storage=private_storage, blank=True)
    file_name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["order", "position"]

    def __str__(self) -> str:
        return self.prompt


class Delivery(models.Model):
    """Work handed over. Never changed afterwards: it is evidence."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="deliveries")
    number = models.PositiveSmallIntegerField(_("number"))
    message = models.TextField(_("message"), max_length=3000)
    created_at = models.DateTimeField(_("delivered at"))

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["order", "-number"]
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="orders_delivery_number")]

    def __str__(self) -> str:
        return f"{self.order} #{self.number}"


class DeliveryFile(models.Model):
    """A file of a delivery, with the checksum both sides can hold each other to."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(_("file"), upload_to="deliveries/%Y/%m", storage=private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("checksum"), max_length=64)

    class Meta:
        verbose_name = _("delivered file")
        verbose_name_plural = _("delivered files")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


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
        ]

    def __str__(self) -> str:
        return self.reference


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
