"""The provider that comes with the portal: for development and demonstrations, never for tax.

Its papers are numbered like real ones, so that everything around them can be tried out, and say on their face that they
are none. It keeps its own books (`DemoPaper`): asked twice under one reference, it tells what it told before.
"""

from datetime import datetime

from django.utils import timezone

from marketplace.core import clock
from marketplace.payments.invoicing.base import InvoiceResult, Issued, IssueRequest, ReversalRequest, tax_in
from marketplace.payments.models import DemoPaper

# Digits 3 to 5 of a number: the region and the channel. 00 is no region, so no real paper carries these numbers.
_NOWHERE = "000"


class DemoInvoiceProvider:
    """Issues whatever it is asked for, at once."""

    issues_tax_documents = False

    def issue(self, request: IssueRequest) -> InvoiceResult:
        """A numbered demo paper."""
        return _paper(request.reference, request.amount_fen, request.tax_basis_points)

    def reverse(self, request: ReversalRequest) -> InvoiceResult:
        """A red-letter one."""
        return _paper(request.reference, -request.original.amount_fen, request.original.tax_basis_points)


def _paper(reference: str, amount_fen: int, tax_basis_points: int) -> Issued:
    paper, _made = DemoPaper.objects.get_or_create(
        reference=reference, defaults={"amount_fen": amount_fen, "issued_at": clock.now()}
    )
    tax_fen = tax_in(amount_fen=paper.amount_fen, tax_basis_points=tax_basis_points)
    return Issued(number=_number(paper.pk, paper.issued_at), issued_at=paper.issued_at, tax_fen=tax_fen)


def _number(serial: int, issued_at: datetime) -> str:
    """Twenty digits: two of the year, two of the region, one of the channel, fifteen in sequence (税务总局公告 2024-11)."""
    return f"{timezone.localtime(issued_at):%y}{_NOWHERE}{serial:015d}"
