from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.payments.models.payments import GatewayCode
from marketplace.payments.models.payouts import TaxYear
from marketplace.payments.models.reconciliation import Difference

OWN_PREFIX = "OM"  # of the references; the audit knows postings that need such a document by it


class OwnMovementKind(models.TextChoices):
    FEES_WITHDRAWN = "fees_withdrawn", _("Service fees to our bank")
    TAX_REMITTED = "tax_remitted", _("Income tax to the tax office")
    TAX_ADVANCED = "tax_advanced", _("Remitted tax put up for a returned withdrawal")
    # The one way into suspense that asks for two people: it lets payouts go on.
    SUSPENSE_BOOK = "suspense_book", _("Unexplained: the balance of an account, to be booked")
    SUSPENSE_DEBT = "suspense_debt", _("Unexplained: against a seller's debt")
    SUSPENSE_FEES = "suspense_fees", _("Unexplained: against the institution's fees")
    SUSPENSE_BACK = "suspense_back", _("Unexplained: taken back, the line turned up")


# Of suspense.
WAYS_OUT = (OwnMovementKind.SUSPENSE_DEBT, OwnMovementKind.SUSPENSE_FEES, OwnMovementKind.SUSPENSE_BACK)


class OwnMovementStatus(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    POSTED = "posted", _("In the books")
    REFUSED = "refused", _("Refused, nothing was booked")


_LIVE = ("asked", "posted")


class OwnMovement(TimeStamped):
    """Finance moves money that is no customer's: one person asks, a second one agrees, then it is in the books.

    `amount_fen` is what leaves, or what stands (stood) as unexplained with its sign. The transfer itself is made at the
    institution or the bank; `bank_reference` is its number there, so that none is booked twice.
    """

    reference = models.CharField(_("reference"), max_length=32, unique=True)
    kind = models.CharField(_("kind"), max_length=14, choices=OwnMovementKind)
    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayCode, blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    bank_reference = models.CharField(_("number at the bank"), max_length=64, blank=True)
    period = models.CharField(_("period"), max_length=7, blank=True)  # of tax: 2026-11, or 2026 for the whole year
    difference = models.ForeignKey(
        Difference, on_delete=models.PROTECT, null=True, blank=True, related_name="own_movements"
    )
    seller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=7, choices=OwnMovementStatus, default=OwnMovementStatus.ASKED)
    # Nobody asks for what a returned withdrawal brings with it (TAX_ADVANCED).
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    posted_at = models.DateTimeField(_("posted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("movement of our own money")
        verbose_name_plural = _("movements of our own money")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_fen=0), name="payments_own_movement_not_zero"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) | Q(kind__startswith="suspense_"), name="payments_own_movement_leaves"
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("asker")), name="payments_own_movement_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(status="posted")
                | Q(posted_at__isnull=False)
                & (Q(kind="tax_advanced") | Q(asker__isnull=False) & Q(approver__isnull=False)),
                name="payments_own_movement_posted_by_two",
            ),
            models.UniqueConstraint(
                # One way in, then one way out.
                fields=["difference"],
                condition=Q(status__in=_LIVE) & ~Q(kind="suspense_book", status="posted"),
                name="payments_own_movement_difference_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "bank_reference"],
                condition=Q(status__in=_LIVE) & ~Q(bank_reference=""),
                name="payments_own_movement_number_once",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def leaves(self) -> bool:
        """Whether money leaves a gateway with it."""
        return self.kind in (OwnMovementKind.FEES_WITHDRAWN, OwnMovementKind.TAX_REMITTED)


class TaxRemittance(models.Model):
    """One seller's part of a movement of tax, in fen; negative: put up by us, because the tax was gone already."""

    movement = models.ForeignKey(OwnMovement, on_delete=models.PROTECT, related_name="tax_lines")
    tax_year = models.ForeignKey(TaxYear, on_delete=models.PROTECT, related_name="remittances")
    amount_fen = models.BigIntegerField(_("amount in fen"))

    class Meta:
        verbose_name = _("remitted tax")
        verbose_name_plural = _("remitted taxes")
        constraints = [
            models.UniqueConstraint(fields=["movement", "tax_year"], name="payments_tax_remittance_once"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="payments_tax_remittance_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.tax_year}: {self.amount_fen}"
