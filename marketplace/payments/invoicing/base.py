"""What the portal asks of an e-invoice provider (数电发票): typed requests and results, in fen and aware datetimes.

The same manners as a payment institution (gateways/base.py): an answer that did not come is `Unknown`, since the paper may
exist, and is asked for again under the same reference, never under a new one. docs/invoices.md says how to add a provider.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from marketplace.payments.models import InvoiceTitleKind, IssuerKind


@dataclass(frozen=True)
class Party:
    """A name with its unified social credit code; a person has none."""

    name: str
    tax_number: str = ""


@dataclass(frozen=True)
class IssueRequest:
    """One invoice to be issued. `amount_fen` contains the tax."""

    reference: str
    issuer: IssuerKind
    seller: Party
    buyer: Party
    buyer_kind: InvoiceTitleKind
    item: str
    amount_fen: int
    tax_basis_points: int
    order_number: str


@dataclass(frozen=True)
class ReversalRequest:
    """The whole of an issued invoice is to be taken back by a red-letter one (红字发票)."""

    reference: str
    original_number: str
    original: IssueRequest
    reason: str


@dataclass(frozen=True)
class Issued:
    """The paper exists. `tax_fen` is the tax on it (negative on a reversal); `document` the provider's own PDF, if it has one."""

    number: str
    issued_at: datetime
    tax_fen: int
    document: bytes = b""


@dataclass(frozen=True)
class Rejected:
    """Definitely not issued: nothing exists under this reference, which may come again with other words or another amount.

    The person reads `reason`, so it is a full sentence in Chinese.
    """

    reason: str


@dataclass(frozen=True)
class Unknown:
    """Nobody knows yet: a timeout, a queue, a reversal that the other side has to confirm. It is asked for again."""

    detail: str = ""


InvoiceResult = Issued | Rejected | Unknown


class InvoiceProvider(Protocol):
    """Issues invoices and their reversals. Both calls are idempotent by `reference`: asked again, they tell what became of it."""

    issues_tax_documents: bool  # False: its papers are no vouchers, and say so

    def issue(self, request: IssueRequest) -> InvoiceResult:
        """Issue one invoice, or say what became of this reference."""

    def reverse(self, request: ReversalRequest) -> InvoiceResult:
        """Take an issued invoice back whole, or say what became of this reference."""


def tax_in(*, amount_fen: int, tax_basis_points: int) -> int:
    """The VAT contained in an amount, in fen, rounded half up; negative for a negative amount.

    价税合计 = 金额 + 税额, 税额 = 金额 × 税率: the tax is taken out of the price, never put on top of it (增值税法).
    """
    whole = 10_000 + tax_basis_points
    tax_fen = (abs(amount_fen) * tax_basis_points + whole // 2) // whole
    return tax_fen if amount_fen >= 0 else -tax_fen
