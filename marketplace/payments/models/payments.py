from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped


class GatewayCode(models.TextChoices):
    ALIPAY = "alipay", _("Alipay")
    WECHATPAY = "wechatpay", _("WeChat Pay")


class PaymentStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")
    PAID = "paid", _("Paid")
    CLOSED = "closed", _("Closed")


class Payment(TimeStamped):
    """One attempt to pay an order through one gateway. `out_trade_no` is our number at the gateway."""

    order = models.ForeignKey(
        "orders.Order", on_delete=models.PROTECT, related_name="payments", verbose_name=_("order")
    )
    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    out_trade_no = models.CharField(_("our number"), max_length=32, unique=True)
    gateway_trade_no = models.CharField(_("gateway's number"), max_length=64, null=True, blank=True)  # noqa: DJ001 NULLs do not collide
    amount_fen = models.BigIntegerField(_("amount in fen"))
    status = models.CharField(_("status"), max_length=8, choices=PaymentStatus, default=PaymentStatus.PENDING)
    expires_at = models.DateTimeField(_("expires at"))
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    # When the gateway was last asked about it, so that no attempt starves behind others.
    asked_at = models.DateTimeField(null=True, blank=True)
    # In custody: whose sub-merchant account holds it, frozen; empty where the platform's own account took it.
    sub_merchant_id = models.CharField(_("sub-merchant"), max_length=32, blank=True)
    # Which account paid, as a keyed hash (marks.py); empty where the gateway did not say, or for payments of before.
    payer_mark = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    # A late or second payment is given back whole; this says why.
    return_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "gateway_trade_no"], name="payments_gateway_number"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payments_amount_positive"),
            models.CheckConstraint(condition=~Q(status="paid") | Q(paid_at__isnull=False), name="payments_paid_when"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="pending"), name="payments_pending"),
            # Undecided attempts, and what custody has to settle: both are asked about each minute, longest unasked first.
            models.Index(
                F("asked_at").asc(nulls_first=True), "id", condition=Q(status="pending"), name="payments_unasked"
            ),
            models.Index(
                F("asked_at").asc(nulls_first=True),
                "id",
                condition=Q(status="paid", return_reason="") & ~Q(sub_merchant_id=""),
                name="payments_to_settle",
            ),
            models.Index(fields=["gateway", "paid_at"], name="payments_paid_day"),  # a bill's day
        ]

    def __str__(self) -> str:
        return self.out_trade_no


class GatewayNotification(models.Model):
    """What a gateway told us, raw, stored before anything is believed. `dedupe_key` makes the second copy harmless."""

    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    dedupe_key = models.CharField(max_length=200)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    body = models.TextField(_("body"))
    # gateways.base.NotificationKind, once it is verified
    kind = models.CharField(pgettext_lazy("what a notice is about", "about"), max_length=8, blank=True)
    verified = models.BooleanField(pgettext_lazy("a signature", "verified"), default=False)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("gateway notification")
        verbose_name_plural = _("gateway notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "dedupe_key"], condition=Q(verified=True), name="payments_notification_once"
            )
        ]
        indexes = [
            # What is forgotten after a month.
            models.Index(fields=["received_at"], condition=Q(verified=False), name="payments_notification_refused"),
            # What could not be applied: asked for by the admin's first page.
            models.Index(
                fields=["received_at"],
                condition=Q(verified=True, applied_at=None) & ~Q(problem=""),
                name="payments_notification_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.dedupe_key}"
