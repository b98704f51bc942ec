import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.identifiers import new_order_number
from marketplace.core.models import TimeStamped
from marketplace.gigs.models import PackageTier, RequirementKind
from marketplace.orders.models.storage import private_storage
from marketplace.orders.states import FINAL_STATUSES, OrderStatus
from marketplace.orders.titles import shown_title


class OrderKind(models.TextChoices):
    STANDARD = "standard", _("Order")
    STAGE = (
        "stage",
        _("Stage"),
    )  # of an agreement in stages: paid, delivered and accepted on its own (models/milestones.py)
    SUPPLEMENT = (
        "supplement",
        _("Additional work"),
    )  # agreed while its parent runs: an order of its own, with its own delivery
    TIP = "tip", _("Tip")  # completed by its payment


class CancelledBy(models.TextChoices):
    """Who ended an order. A seller who did it alone bears a mark (`dispute_selectors.seller_marks`)."""

    BUYER = "buyer", _("Buyer")
    SELLER = "seller", _("Seller")
    BOTH = "both", _("Both")
    SILENCE = "silence", _("One proposed it, the other did not answer")
    SYSTEM = "system", _("Not paid in time")


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
    kind = models.CharField(
        _("kind"), max_length=10, choices=OrderKind, default=OrderKind.STANDARD, db_default=OrderKind.STANDARD
    )
    # What additional work or a tip belongs to.
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # orders_children below: nearly every order has none
        related_name="children",
        verbose_name=_("belongs to"),
    )
    status = models.CharField(_("status"), max_length=25, choices=OrderStatus, default=OrderStatus.PENDING_PAYMENT)
    # Made with the checkout page: a form sent twice is the same order.
    checkout_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)

    gig_title = models.CharField(_("title"), max_length=80)
    # Empty for what was agreed without a package: a custom offer, additional work, a tip.
    package_tier = models.CharField(_("package"), max_length=10, choices=PackageTier, blank=True)
    package_title = models.CharField(max_length=40)
    package_description = models.CharField(max_length=200, blank=True)
    cover = models.CharField(max_length=300, blank=True)  # storage name of the gig's cover at purchase
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1, db_default=1)
    # What the buyer pays. A coupon has been taken off: the platform bears it out of its fee.
    total_fen = models.BigIntegerField(_("total in fen"))
    discount_fen = models.BigIntegerField(_("coupon in fen"), default=0, db_default=0)
    commission_basis_points = models.PositiveIntegerField(_("service fee in basis points"))
    delivery_days = models.PositiveSmallIntegerField(_("delivery days"))
    revisions_allowed = models.PositiveSmallIntegerField(pgettext_lazy("of a package", "revisions"))
    revisions_used = models.PositiveSmallIntegerField(_("revisions used"), default=0)

    # The gig as it was bought, with everything its page promised (gigs/content.py as plain values), and the rules in force.
    snapshot = models.JSONField(_("service as bought"), default=dict, db_default={}, blank=True)
    rules = models.ForeignKey(
        "core.RulesVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,  # nobody asks for the orders of a version
        related_name="+",
        verbose_name=_("rules"),
    )
    cancel_reason = models.CharField(
        _("reason of the cancellation"), max_length=30, blank=True, default="", db_default=""
    )
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=8, choices=CancelledBy, blank=True, default="", db_default=""
    )

    payment_expires_at = models.DateTimeField(_("payment expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    started_at = models.DateTimeField(pgettext_lazy("the clock of an order", "started at"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    auto_accept_at = models.DateTimeField(_("accepted automatically at"), null=True, blank=True)
    # The buyer's one pause of the acceptance clock.
    acceptance_paused_at = models.DateTimeField(_("acceptance paused at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    # When words and files were removed (services/emptying.py). The database refuses it before three years are over.
    emptied_at = models.DateTimeField(null=True, blank=True, editable=False)

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
                condition=Q(discount_fen__gte=0) & Q(quantity__gt=0), name="orders_order_discount_and_quantity"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("standard", "stage")) ^ Q(parent__isnull=False), name="orders_order_has_parent"
            ),
            models.CheckConstraint(
                condition=Q(revisions_used__lte=F("revisions_allowed")), name="orders_order_revisions_within"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="orders_buyer_list"),
            models.Index(fields=["seller", "-id"], name="orders_seller_list"),
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="orders_children"),
            # The clocks: unpaid and due to close, delivered and due to be accepted.
            models.Index(
                fields=["payment_expires_at"], condition=Q(status="pending_payment"), name="orders_unpaid_clock"
            ),
            models.Index(fields=["auto_accept_at"], condition=Q(status="delivered"), name="orders_accept_clock"),
            # How many orders of a service are worked on, on its page; without it every order it ever had is read.
            models.Index(
                fields=["gig"], condition=Q(status__in=["in_progress", "revision_requested"]), name="orders_worked_on"
            ),
            # The figures of a day (insights/metrics/trade.py).
            models.Index(fields=["created_at"], name="orders_placed_day"),
            # What is to be emptied one day: those placed longest ago.
            models.Index(fields=["created_at"], condition=Q(emptied_at=None), name="orders_not_emptied"),
            models.Index(fields=["paid_at"], condition=Q(paid_at__isnull=False), name="orders_paid_day"),
            models.Index(fields=["completed_at"], condition=Q(completed_at__isnull=False), name="orders_completed_day"),
            models.Index(fields=["cancelled_at"], condition=Q(cancelled_at__isnull=False), name="orders_cancelled_day"),
            # Somebody's first paid order, and their first of a month (insights/metrics/people.py): one row is read, not all.
            models.Index(fields=["buyer", "paid_at"], condition=Q(paid_at__isnull=False), name="orders_buyer_paid"),
            models.Index(fields=["seller", "paid_at"], condition=Q(paid_at__isnull=False), name="orders_seller_paid"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("orders:detail", args=[self.number])

    @property
    def title(self) -> str:
        """`gig_title` in the language of whoever reads: of a tip and its like it begins with what it is."""
        return shown_title(self.kind, self.gig_title)

    @property
    def kept_fen(self) -> int:
        """The price less every refund of it, decided or done, in fen: what the seller and the platform share."""
        # A refund that names a payment gives back a late or second one, which never was part of the price.
        return self.total_fen - sum(refund.amount_fen for refund in self.refunds.all() if not refund.payment_reference)

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, whichever way (UTC); None while it runs."""
        if self.status == OrderStatus.RESOLVED:
            return self.dispute.decided_at
        return self.completed_at or self.cancelled_at

    @property
    def is_undone(self) -> bool:
        """Whether it ended without a purchase: cancelled, or all of its money given back by what ended a dispute."""
        was_given_back = self.status == OrderStatus.RESOLVED and self.kept_fen == 0
        return self.status == OrderStatus.CANCELLED or was_given_back

    @property
    def refundable_fen(self) -> int:
        """The most that may be given back now, in fen: all of a running order goes back by cancelling it instead."""
        return self.kept_fen if self.status in FINAL_STATUSES else self.kept_fen - 1


class OrderItemKind(models.TextChoices):
    PACKAGE = "package", _("Package")
    EXTRA = "extra", _("Add-on")
    AGREED = "agreed", _("As agreed")


class OrderItem(models.Model):
    """One line of what was bought."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("kind"), max_length=8, choices=OrderItemKind)
    title = models.CharField(_("title"), max_length=80)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1, db_default=1)
    price_fen = models.BigIntegerField(_("price in fen"))  # of the whole line

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """Like the order's: what was agreed on has its title."""
        return shown_title(self.order.kind, self.title)


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
    # Kept for the buyer to come back to. The seller sees an answer once it is sent.
    is_draft = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["order", "position"]

    def __str__(self) -> str:
        return self.prompt
