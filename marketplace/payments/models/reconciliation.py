from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.payments.models.invoices import private_storage
from marketplace.payments.models.payments import GatewayCode


class GatewayBill(TimeStamped):
    """One day's bill of one gateway as it came, and what the match against our books found."""

    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    kind = models.CharField(_("kind"), max_length=5)  # gateways.base.BillKind
    day = models.DateField(_("day"))
    file = models.FileField(_("file"), upload_to="bills/%Y/%m", storage=private_storage, blank=True)
    sha256 = models.CharField(_("checksum"), max_length=64, blank=True)
    rows = models.PositiveIntegerField(_("lines"), default=0)
    matched = models.PositiveIntegerField(_("matched"), default=0)
    paid_fen = models.BigIntegerField(_("payments in fen"), default=0)
    refunded_fen = models.BigIntegerField(_("refunds in fen"), default=0)
    fee_fen = models.BigIntegerField(_("fees in fen"), default=0)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    matched_at = models.DateTimeField(_("matched at"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway bill")
        verbose_name_plural = _("gateway bills")
        ordering = ["-day", "gateway"]
        constraints = [models.UniqueConstraint(fields=["gateway", "kind", "day"], name="payments_bill_once")]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind} {self.day}"


class DifferenceKind(models.TextChoices):
    MISSING_HERE = "missing_here", _("Missing in our books")
    MISSING_THERE = "missing_there", _("Missing at the payment institution")
    AMOUNT = "amount", _("Another amount")
    FEE = "fee", _("Another fee")
    STATUS = "status", _("Another state")
    DUPLICATE = "duplicate", _("Twice at the payment institution")
    BALANCE = "balance", _("Balance of the account")


class DifferenceStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("difference", "Open")
    RESOLVED = "resolved", _("Resolved")


class Difference(TimeStamped):
    """A line that the bill and our books do not agree on. A person resolves it; nothing moves money by itself."""

    bill = models.ForeignKey(GatewayBill, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField(_("kind"), max_length=13, choices=DifferenceKind)
    row_kind = models.CharField(_("line"), max_length=8)  # gateways.base.BillRowKind
    out_trade_no = models.CharField(_("our number"), max_length=64, blank=True)
    reference = models.CharField(_("refund number"), max_length=64, blank=True)
    gateway_no = models.CharField(_("gateway's number"), max_length=64, blank=True)
    here_fen = models.BigIntegerField(_("by our books, in fen"), null=True, blank=True)
    there_fen = models.BigIntegerField(_("by the bill, in fen"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=DifferenceStatus, default=DifferenceStatus.OPEN)
    resolution = models.CharField(_("resolution"), max_length=200, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["-bill__day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "kind", "out_trade_no", "reference", "gateway_no"], name="payments_difference_once"
            )
        ]
        indexes = [models.Index(fields=["bill"], condition=models.Q(status="open"), name="payments_difference_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.out_trade_no or self.gateway_no}"

    @property
    def can_be_asked(self) -> bool:
        """Whether the gateway can be asked about it: a payment or a returned transfer that our books lack."""
        return self.kind == DifferenceKind.MISSING_HERE and self.row_kind in ("payment", "bounce")
