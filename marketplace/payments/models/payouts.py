import re

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.payments.models.payments import GatewayCode


class PayoutDestinationKind(models.TextChoices):
    ALIPAY = "alipay", _("Alipay account")
    WECHAT = "wechat", _("WeChat account")
    BANK_CARD = "bank_card", _("Bank card")


class PayoutDestination(TimeStamped):
    """Where a seller's money goes. A new one is frozen for a day, so that a thief of a session gains nothing.

    `account_encrypted` and `real_name_encrypted` are only opened to send a transfer; pages show `account_masked`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payout_destinations")
    kind = models.CharField(_("kind"), max_length=9, choices=PayoutDestinationKind)
    account_encrypted = models.TextField()
    account_masked = models.CharField(_("account"), max_length=80)
    # The same account is the same mark (marks.py); empty for destinations of before.
    account_mark = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    real_name_encrypted = models.TextField()
    bank_name = models.CharField(_("bank"), max_length=60, blank=True)
    usable_from = models.DateTimeField(_("usable from"))
    retired_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told by mail or text message at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout destination")
        verbose_name_plural = _("payout destinations")
        indexes = [models.Index(fields=["usable_from"], condition=Q(told_at=None), name="payments_destination_untold")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(retired_at=None), name="payments_destination_one_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        if self.kind == PayoutDestinationKind.WECHAT:
            return str(_("WeChat, authorised by you"))  # an openid says nothing to the person who has it
        return f"{self.bank_name or self.get_kind_display()} {self.account_masked}"


class PayoutStatus(models.TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    SENT = "sent", _("Sent to the payment institution")
    AWAITING_PAYEE = "awaiting_payee", _("Waits for your confirmation")
    PAID = "paid", _("Paid out")
    FAILED = "failed", _("Failed, the money is back in the wallet")
    REJECTED = "rejected", _("Refused, the money is back in the wallet")
    CANCELLED = "cancelled", _("Cancelled, the money is back in the wallet")


MONEY_IS_BACK = (PayoutStatus.FAILED, PayoutStatus.REJECTED, PayoutStatus.CANCELLED)


class Payout(TimeStamped):
    """A seller takes money out of the wallet: gross = net (`amount_fen`, what arrives) + income tax withheld."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payouts")
    reference = models.CharField(_("reference"), max_length=32, unique=True)
    request_key = models.UUIDField(unique=True, editable=False)  # made with the form: sent twice, it is one payout
    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode)
    destination = models.ForeignKey(PayoutDestination, on_delete=models.PROTECT, related_name="payouts")
    gross_fen = models.BigIntegerField(_("out of the wallet, in fen"))
    tax_fen = models.BigIntegerField(_("income tax withheld, in fen"), default=0)
    amount_fen = models.BigIntegerField(_("arrives, in fen"))
    tax_year = models.ForeignKey("payments.TaxYear", on_delete=models.PROTECT, related_name="payouts")
    status = models.CharField(_("status"), max_length=17, choices=PayoutStatus)
    first_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    gateway_transfer_no = models.CharField(_("gateway's number"), max_length=64, blank=True)
    confirm_package = models.TextField(blank=True)  # opens WeChat's confirmation page for the payee
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payments_payout_positive"),
            models.CheckConstraint(
                condition=Q(gross_fen=F("amount_fen") + F("tax_fen")) & Q(tax_fen__gte=0),
                name="payments_payout_parts_are_whole",
            ),
            models.CheckConstraint(
                condition=Q(second_approver=None) | ~Q(second_approver=F("first_approver")),
                name="payments_payout_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="payments_payout_list"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=("approved", "sent", "awaiting_payee")),
                name="payments_payout_waiting",
            ),
            # The desk's queue: few of all that were ever paid out.
            models.Index(fields=["id"], condition=Q(status="awaiting_approval"), name="payments_payout_to_approve"),
            # What a bank may still send back, and what came back in a quarter.
            models.Index(fields=["finished_at"], name="payments_payout_finished"),
            models.Index(fields=["created_at"], name="payments_payout_asked"),  # the tax report's quarter
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def problem_words(self) -> str:
        """Why it failed, without the code that an institution put before its words: sellers can do nothing with that."""
        return re.sub(r"^[A-Z][A-Z0-9_.]+: (?=.)", "", self.problem)

    def get_absolute_url(self) -> str:
        """The seller's page of this payout."""
        return reverse("payments:payout", args=[self.reference])


class TaxYear(TimeStamped):
    """A seller's labour income of one year, as withheld so far (税务总局公告 2025-16: the cumulative method)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tax_years")
    year = models.PositiveSmallIntegerField(_("year"))
    first_month = models.PositiveSmallIntegerField(_("first month of income"))
    income_fen = models.BigIntegerField(_("income so far, in fen"), default=0)
    withheld_fen = models.BigIntegerField(_("withheld so far, in fen"), default=0)

    class Meta:
        verbose_name = _("tax year")
        verbose_name_plural = _("tax years")
        constraints = [
            models.UniqueConstraint(fields=["user", "year"], name="payments_tax_year_once"),
            models.CheckConstraint(
                condition=Q(income_fen__gte=0) & Q(withheld_fen__gte=0), name="payments_tax_year_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.year}"
