"""Where the documents of invoices lie: in private storage, handed out by views that asked a selector first."""

from django.core.files.base import ContentFile
from django.utils import timezone

from marketplace.core import clock
from marketplace.payments.models import Invoice


def store_document(invoice: Invoice, content: bytes) -> str:
    """Keep a PDF and return its name in the storage. Done outside a transaction: the storage may be another machine."""
    field = Invoice._meta.get_field("file")
    day = timezone.localtime(clock.now())
    return field.storage.save(f"invoices/{day:%Y/%m}/{invoice.reference}.pdf", ContentFile(content))


def forget_document(name: str) -> None:
    """Remove a PDF that no invoice names: another worker was faster."""
    Invoice._meta.get_field("file").storage.delete(name)


def download_name(invoice: Invoice) -> str:
    """What the file is called at the person's: the number, in Chinese, so that a bookkeeper finds it again."""
    return f"{'红字发票' if invoice.is_reversal else '发票'}_{invoice.number}.pdf"
