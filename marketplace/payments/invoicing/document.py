"""The paper of an invoice as PDF, where the provider gives none of its own: WeasyPrint, from a template, in the worker.

It is written in Chinese whoever reads the site (发票管理办法 §13), carries neither the tax office's seal (发票监制章) nor its
code, and says what it is: a demo, or a sheet with the details of a tax invoice that lies with the tax office (§10, §23).
"""

from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from marketplace.core.papers import pdf_of
from marketplace.payments.invoicing.capitals import capital_yuan
from marketplace.payments.models import Invoice

_STYLE = Path(__file__).with_name("invoice.css")


def paper_html(invoice: Invoice) -> str:
    """The paper as HTML, in Chinese."""
    with translation.override("zh-hans"):
        context = {"invoice": invoice, "original": invoice.reverses, "capitals": capital_yuan(invoice.amount_fen)}
        return render_to_string("payments/invoice_paper.html", context)


def render_paper(invoice: Invoice) -> bytes:
    """The paper as PDF."""
    return pdf_of(paper_html(invoice), style=_STYLE.read_text())
