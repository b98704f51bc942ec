from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.core.models import TimeStamped


def private_storage() -> Storage:
    """Invoices carry names and tax numbers: a view asks the selector before it serves one."""
    return storages["private"]


class InvoiceKind(models.TextChoices):
    SELLER_SERVICE = "seller_service", _("Service of the seller")
    PLATFORM_FEE = "platform_fee", _("Platform service fee")


class InvoiceTitleKind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class InvoiceStatus(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    ISSUED = "issued", _("Issued")
    REVERSED = "reversed", _("Reversed")
    FAILED = "failed", _("Could not be issued")


class Invoice(TimeStamped):
    """A tax invoice (发票). A reversal (红冲) is an invoice of its own with a negative amount that names its original.

    The service is invoiced to the order's buyer, the platform's fee to its seller (发票管理办法 §3, §18).
    """

    order = models.ForeignKey("orders.Order", on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(_("kind"), max_length=14, choices=InvoiceKind, default=InvoiceKind.SELLER_SERVICE)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invoices")
    title_kind = models.CharField(
        _("title of"), max_length=7, choices=InvoiceTitleKind, default=InvoiceTitleKind.PERSON
    )
    title = models.CharField(_("invoice title"), max_length=100)
    tax_number = models.CharField(_("tax number"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail for the invoice"), blank=True)
    amount_fen = models.BigIntegerField(_("amount in fen"))  # negative: a reversal
    number = models.CharField(_("invoice number"), max_length=20, unique=True, null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.REQUESTED)
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversals", verbose_name=_("reverses")
    )
    file = models.FileField(_("file"), upload_to="invoices/%Y/%m", storage=private_storage, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(reverses=None, status__in=("requested", "issued")),
                name="payments_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, amount_fen__gt=0) | Q(reverses__isnull=False, amount_fen__lt=0),
                name="payments_invoice_sign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.amount_fen}"
