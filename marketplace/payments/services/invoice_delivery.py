"""What jobs do once an invoice has its number: its document is made, people are told, the mail leaves."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from marketplace.core import clock
from marketplace.core.money import display_money
from marketplace.notifications import catalogue
from marketplace.notifications.letters import text_letter
from marketplace.notifications.services import language_of, notify, recipient_language
from marketplace.payments import locks
from marketplace.payments.invoice_selectors import MANY_ATTEMPTS
from marketplace.payments.invoicing.document import render_paper
from marketplace.payments.invoicing.files import download_name, forget_document, store_document
from marketplace.payments.models import Invoice, InvoiceKind
from marketplace.payments.services.invoices import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS

logger = logging.getLogger(__name__)


def deliver_invoice(*, invoice_id: int) -> bool:
    """Make the document if the provider gave none, tell the recipient once, send the mail. Returns whether all is done.

    Safe to run twice. A mail server that does not answer is asked again with growing pauses, a few times; a crash right
    after a mail has left sends it again, which does less harm than none.
    """
    invoice = _begin_delivery(invoice_id=invoice_id)
    if invoice is None:
        return False
    if not invoice.file:
        name = store_document(invoice, render_paper(invoice))
        if not _attach(invoice_id=invoice.pk, file_name=name):
            forget_document(name)
    if not invoice.is_announced:
        _announce(invoice_id=invoice.pk)
    if invoice.email and not _mail(Invoice.objects.select_related("order", "reverses").get(pk=invoice.pk)):
        return False
    Invoice.objects.filter(pk=invoice.pk).update(delivered_at=clock.now())
    return True


@transaction.atomic
def _begin_delivery(*, invoice_id: int) -> Invoice | None:
    """Take one invoice for some time, so that two workers do not send its mail twice; None when it is not its turn."""
    invoice = locks.lock_invoice(invoice_id)
    now = clock.now()
    if invoice.number is None or invoice.delivered_at is not None or invoice.next_attempt_at > now:
        return None
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(invoice.attempts, 10), LONGEST_PAUSE_SECONDS)
    invoice.attempts = min(invoice.attempts + 1, MANY_ATTEMPTS)
    invoice.next_attempt_at = now + timedelta(seconds=pause)
    invoice.save(update_fields=["attempts", "next_attempt_at", "updated_at"])
    return invoice


@transaction.atomic
def _attach(*, invoice_id: int, file_name: str) -> bool:
    """Name the document, unless another worker did."""
    invoice = locks.lock_invoice(invoice_id)
    if invoice.file:
        return False
    invoice.file = file_name
    invoice.save(update_fields=["file", "updated_at"])
    return True


@transaction.atomic
def _announce(*, invoice_id: int) -> None:
    """Tell the recipient, and the seller in whose name a service was invoiced. Once."""
    invoice = locks.lock_invoice(invoice_id)
    if invoice.is_announced:
        return
    invoice.is_announced = True
    invoice.save(update_fields=["is_announced", "updated_at"])
    order = invoice.order
    with recipient_language():
        url = invoice.get_absolute_url()
    notice = catalogue.money.INVOICE_REVERSED if invoice.is_reversal else catalogue.money.INVOICE_READY
    notify(recipient_id=invoice.recipient_id, notice=notice, about=order.gig_title, url=url)
    if invoice.kind == InvoiceKind.SELLER_SERVICE:
        in_your_name = (
            catalogue.money.INVOICE_IN_YOUR_NAME_REVERSED
            if invoice.is_reversal
            else catalogue.money.INVOICE_IN_YOUR_NAME
        )
        notify(
            recipient_id=order.seller_id,
            notice=in_your_name,
            about=f"{display_money(invoice.amount_fen, exact=True)} · {order.gig_title} · {invoice.number}",
            url=url,
        )


def _mail(invoice: Invoice) -> bool:
    """Send the PDF to the address that the person typed. Returns whether a mail server took it."""
    with language_of(invoice.recipient_id):
        subject = _("Jiangji: reversed invoice %(number)s") if invoice.is_reversal else _("Jiangji: invoice %(number)s")
        context = {"invoice": invoice, "url": settings.SITE_URL + invoice.get_absolute_url()}
        text = render_to_string("payments/mail/invoice.txt", context)
        mail = text_letter(subject=subject % {"number": invoice.number}, text=text, to=invoice.email)
    with invoice.file.open("rb") as file:
        mail.attach(download_name(invoice), file.read(), "application/pdf")
    try:
        mail.send()
    except OSError as problem:  # smtplib's errors are OSErrors
        logger.warning("the mail of invoice %s did not leave: %s", invoice.reference, problem)
        return False
    return True
