from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.core.models import TimeStamped
from marketplace.payments.models.payments import GatewayCode, Payment


class SubMerchantStatus(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", _("Agreed to, not in use yet")
    ACTIVE = "active", _("In use")
    REFUSED = "refused", _("Refused, never used")
    RETIRED = "retired", _("No longer in use")


class SubMerchant(TimeStamped):
    """A seller's own account at a gateway. In custody a buyer's money lands there, frozen, until it is settled.

    One person of finance writes a number down, a second one agrees, and another number than the one in use has to wait
    for a day besides (`usable_from`): whoever decides about it decides where all of a seller's money goes. Rows are
    never changed into another number, so that what was used when can be read here.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sub_merchants")
    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    sub_merchant_id = models.CharField(_("sub-merchant"), max_length=32)
    status = models.CharField(_("status"), max_length=8, choices=SubMerchantStatus, default=SubMerchantStatus.ASKED)
    usable_from = models.DateTimeField(_("usable from"))
    # Nobody is known to have asked for numbers that are older than the rule of two people.
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)  # why it was refused or closed
    used_from = models.DateTimeField(_("in use from"), null=True, blank=True)
    retired_at = models.DateTimeField(_("replaced at"), null=True, blank=True)

    class Meta:
        verbose_name = _("sub-merchant")
        verbose_name_plural = _("sub-merchants")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "gateway"], condition=Q(status="active"), name="payments_sub_merchant_one_in_use"
            ),
            models.UniqueConstraint(
                fields=["user", "gateway"],
                condition=Q(status__in=("asked", "approved")),
                name="payments_sub_merchant_one_to_come",
            ),
            models.UniqueConstraint(
                fields=["gateway", "sub_merchant_id"],
                condition=Q(status__in=("asked", "approved", "active")),
                name="payments_sub_merchant_of_one_seller",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("asker")), name="payments_sub_merchant_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "active")) | Q(asker=None) | Q(approver__isnull=False),
                name="payments_sub_merchant_agreed_to",
            ),
        ]
        indexes = [
            # What is to be put into use: looked for every minute.
            models.Index(fields=["usable_from"], condition=Q(status="approved"), name="payments_sub_merchant_to_come")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.sub_merchant_id}"


class SettlementStatus(models.TextChoices):
    DUE = "due", pgettext_lazy("settlement", "Due")
    SENT = "sent", _("Sent to the payment institution")
    DONE = "done", _("Settled")
    STUCK = "stuck", _("Needs a person")
    CANCELLED = "cancelled", _("Cancelled, the share is back in the wallet")


class Settlement(TimeStamped):
    """An outbox row: the gateway is to split the fee off a held payment and release the rest to the seller."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="settlements")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="settlements")
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    commission_fen = models.BigIntegerField(_("service fee in fen"))
    seller_fen = models.BigIntegerField(_("released to the seller, in fen"))
    status = models.CharField(_("status"), max_length=9, choices=SettlementStatus, default=SettlementStatus.DUE)
    gateway_no = models.CharField(_("gateway's number"), max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=~Q(status="cancelled"), name="payments_settlement_one_that_counts"
            ),
            models.CheckConstraint(
                condition=Q(commission_fen__gte=0) & Q(seller_fen__gte=0), name="payments_settlement_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=("due", "sent")),
                name="payments_settlement_waiting",
            ),
            models.Index(fields=["done_at"], name="payments_settlement_done"),  # the tax report's quarter
        ]

    def __str__(self) -> str:
        return self.reference


class SettlementReturn(TimeStamped):
    """A part of a split that comes back before a refund: the first step of the refund of settled money."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="returns")
    refund = models.OneToOneField("orders.Refund", on_delete=models.PROTECT, related_name="settlement_return")
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    commission_fen = models.BigIntegerField(_("service fee returned, in fen"))
    seller_fen = models.BigIntegerField(_("taken from the seller's own account, in fen"))
    status = models.CharField(_("status"), max_length=9, choices=SettlementStatus, default=SettlementStatus.DUE)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    done_at = models.DateTimeField(_("returned at"), null=True, blank=True)

    class Meta:
        verbose_name = _("returned settlement")
        verbose_name_plural = _("returned settlements")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_fen__gte=0) & Q(seller_fen__gte=0), name="payments_settlement_return_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
