import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped
from marketplace.core.money import display_yuan
from marketplace.payments.errors import InvoiceError
from marketplace.payments.invoice_titles import clean_tax_number


def private_storage() -> Storage:
    """Invoices carry names and tax numbers: a view asks the selector before it serves one."""
    return storages["private"]


def _paper_text(amount_fen: int) -> str:
    return display_yuan(amount_fen, exact=True).replace("−", "-")


class InvoiceKind(models.TextChoices):
    SELLER_SERVICE = "seller_service", _("Invoice for the service")
    PLATFORM_FEE = "platform_fee", _("Invoice for the service fee")


class InvoiceTitleKind(models.TextChoices):
    PERSON = "person", _("A person")
    COMPANY = "company", _("A company")


class IssuerKind(models.TextChoices):
    """Who issues. Whoever takes the money invoices it (发票管理办法 §18); who has no invoices of their own has it done by
    the tax office (代开, §16). Nobody else may issue for a seller: that would be 非法代开 (§16, §35).
    """

    PLATFORM = "platform", _("The platform")
    COMPANY = "company", _("The seller's company")
    TAX_OFFICE = "tax_office", _("The tax office, for the seller")


class InvoiceStatus(models.TextChoices):
    REQUESTED = "requested", _("Being issued")
    ISSUED = "issued", _("Issued")
    REVERSING = "reversing", _("Being reversed")
    REVERSED = "reversed", _("Reversed")
    FAILED = "failed", _("Could not be issued")
    CANCELLED = "cancelled", _("No longer needed")


# At most one of these for an order and a kind.
LIVE_STATUSES = (InvoiceStatus.REQUESTED, InvoiceStatus.ISSUED, InvoiceStatus.REVERSING)
# It has a number, for ever.
NUMBERED_STATUSES = (InvoiceStatus.ISSUED, InvoiceStatus.REVERSING, InvoiceStatus.REVERSED)


class InvoiceIssuer(TimeStamped):
    """A seller's company that issues through our provider: noted by finance once the company has authorised it there.

    Sellers without one are individuals, for whom the tax office issues.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoice_issuer", verbose_name=_("seller")
    )
    name = models.CharField(_("company name"), max_length=100)
    tax_number = models.CharField(_("tax number"), max_length=40)
    tax_basis_points = models.PositiveIntegerField(
        _("VAT in basis points"), default=100, help_text=_("100 for a small taxpayer, 600 for a general one.")
    )
    is_active = models.BooleanField(_("may issue"), default=True)

    class Meta:
        verbose_name = _("issuing company")
        verbose_name_plural = _("issuing companies")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Put the tax number right, or say what is wrong with it beside its field."""
        try:
            self.tax_number = clean_tax_number(self.tax_number)
        except InvoiceError as refusal:
            raise ValidationError({"tax_number": refusal.message}) from refusal


class Invoice(TimeStamped):
    """A tax invoice (发票). A reversal (红冲) is an invoice of its own with a negative amount that names its original.

    The service is invoiced to the order's buyer, the platform's fee to its seller (发票管理办法 §3, §18). Rows are kept: the
    law wants five years (§28).
    """

    reference = models.CharField(_("reference"), max_length=32, unique=True)  # ours; asked again, it is the same paper
    request_key = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # made with the form: sent twice, one
    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(_("kind"), max_length=14, choices=InvoiceKind, default=InvoiceKind.SELLER_SERVICE)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices")

    issuer_kind = models.CharField(_("issued by"), max_length=10, choices=IssuerKind)
    issuer_name = models.CharField(_("name of the seller on the invoice"), max_length=100)
    issuer_tax_number = models.CharField(_("tax number of the seller"), max_length=20, blank=True)
    title_kind = models.CharField(
        _("title of"), max_length=7, choices=InvoiceTitleKind, default=InvoiceTitleKind.PERSON
    )
    title = models.CharField(_("invoice title"), max_length=100)
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail for the invoice"), blank=True)

    amount_fen = models.BigIntegerField(_("amount in fen"))  # with tax; negative: a reversal
    tax_basis_points = models.PositiveIntegerField(_("VAT in basis points"))
    tax_fen = models.BigIntegerField(_("VAT in fen"), default=0)  # as the provider put it on the paper
    # What was kept of the price when the amount was worked out: a refund that lowers it makes a reversal due.
    kept_fen = models.BigIntegerField(_("kept of the price, in fen"))

    status = models.CharField(_("status"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.REQUESTED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)  # to issue, then to send the mail
    next_attempt_at = models.DateTimeField(_("next attempt at"), default=timezone.now)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    number = models.CharField(_("invoice number"), max_length=20, unique=True, null=True, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    is_tax_document = models.BooleanField(_("valid for tax"), default=False)
    file = models.FileField(_("file"), upload_to="invoices/%Y/%m", storage=private_storage, blank=True)
    is_announced = models.BooleanField(_("people were told"), default=False)
    # The document is there, and the mail has left if one was asked for.
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("reverses")
    )
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor", verbose_name=_("replaces")
    )
    reason = models.CharField(_("reason of the reversal"), max_length=200, blank=True)
    is_replaced = models.BooleanField(_("what is left is invoiced anew"), default=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(reverses=None, status__in=("requested", "issued", "reversing")),
                name="payments_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, amount_fen__gt=0) | Q(reverses__isnull=False, amount_fen__lt=0),
                name="payments_invoice_sign",
            ),
            models.CheckConstraint(condition=Q(status__in=InvoiceStatus.values), name="payments_invoice_known_status"),
            models.CheckConstraint(
                condition=~Q(status__in=("issued", "reversing", "reversed"))
                | Q(number__isnull=False, issued_at__isnull=False),
                name="payments_invoice_numbered",
            ),
            models.CheckConstraint(
                condition=Q(title_kind="person") | ~Q(tax_number=""), name="payments_invoice_company_number"
            ),
        ]
        indexes = [
            # A person's list, newest first.
            models.Index(fields=["recipient", "-id"], name="payments_invoice_list"),
            # The jobs: what is to be issued now; what has no document or no mail yet.
            models.Index(fields=["next_attempt_at"], condition=Q(status="requested"), name="payments_invoice_waiting"),
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(number__isnull=False, delivered_at=None),
                name="payments_invoice_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.reference

    def get_absolute_url(self) -> str:
        """The recipient's page of this invoice."""
        return reverse("payments:invoice", args=[self.reference])

    @property
    def is_reversal(self) -> bool:
        """Whether this is a red-letter invoice."""
        return self.reverses_id is not None

    @property
    def is_under_way(self) -> bool:
        """Whether something happens to it by itself: it is being issued or reversed, or its document is being made."""
        going_on = (InvoiceStatus.REQUESTED, InvoiceStatus.REVERSING)
        return self.status in going_on or (self.number is not None and not self.file)

    @property
    def is_retriable(self) -> bool:
        """Whether finance may press the jobs on: it was refused, or it was tried in vain more than once."""
        waits = self.status == InvoiceStatus.REQUESTED or (self.number is not None and self.delivered_at is None)
        return self.status == InvoiceStatus.FAILED or (waits and self.attempts > 1)

    @property
    def item(self) -> str:
        """What it is for, as the paper says it. The law wants it as it was sold (发票管理办法 §19), in Chinese (§13)."""
        return self.order.gig_title if self.kind == InvoiceKind.SELLER_SERVICE else "平台服务费"

    @property
    def net_fen(self) -> int:
        """The amount without VAT, in fen."""
        return self.amount_fen - self.tax_fen

    # As papers print them: thousands apart, a hyphen before what is taken back (the tax office prints ¥-1,230.00 too).
    @property
    def amount_text(self) -> str:
        """The amount with VAT, in yuan."""
        return _paper_text(self.amount_fen)

    @property
    def net_text(self) -> str:
        """The amount without VAT, in yuan."""
        return _paper_text(self.net_fen)

    @property
    def tax_text(self) -> str:
        """The VAT, in yuan."""
        return _paper_text(self.tax_fen)

    @property
    def tax_rate_text(self) -> str:
        """The rate of VAT: 100 basis points are 1%."""
        whole, rest = divmod(self.tax_basis_points, 100)
        return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


class DemoPaper(models.Model):
    """What the demo's own provider (invoicing/demo.py) has issued: it stands for the books of somebody else."""

    reference = models.CharField(_("reference"), max_length=32, unique=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("paper of the demo's provider")
        verbose_name_plural = _("papers of the demo's provider")

    def __str__(self) -> str:
        return self.reference
