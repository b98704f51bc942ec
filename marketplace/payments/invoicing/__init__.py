"""Electronic invoices (发票): the provider behind one protocol, and the paper we make where it gives none."""

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.payments.invoicing.base import InvoiceProvider


def invoice_provider() -> InvoiceProvider:
    """The configured provider. Raises ImportError for a wrong path, which `manage.py check` names before."""
    provider: InvoiceProvider = import_string(settings.INVOICE_PROVIDER)()
    return provider
