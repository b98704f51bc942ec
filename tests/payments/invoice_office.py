"""An e-invoice provider that runs in the test: it keeps its own books, and can be told to misbehave."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.orders import services as orders
from marketplace.orders.models import Order, RefundStatus
from marketplace.payments import tasks
from marketplace.payments.errors import InvoiceError
from marketplace.payments.invoicing.base import (
    InvoiceResult,
    Issued,
    IssueRequest,
    Rejected,
    ReversalRequest,
    Unknown,
    tax_in,
)
from marketplace.payments.models import Invoice, InvoiceStatus, InvoiceTitleKind
from marketplace.payments.services import invoices
from tests.factories import make_completed_order, make_gig, make_verified_seller

COMPANY_NUMBER = "91110000600037341L"


@dataclass
class Books:
    """What the office remembers of a test."""

    papers: dict[str, Issued] = field(default_factory=dict)
    asked: list[IssueRequest | ReversalRequest] = field(default_factory=list)
    asked_in_transaction: list[bool] = field(default_factory=list)
    # What happens to the next requests, one each; then it works again.
    faults: list[Callable[[Callable[[], Issued]], InvoiceResult]] = field(default_factory=list)


class Office:
    """The provider. `Office.books` is emptied by the fixture `office`."""

    issues_tax_documents = True
    books = Books()

    def issue(self, request: IssueRequest) -> InvoiceResult:
        return self._answer(request, request.amount_fen, request.tax_basis_points)

    def reverse(self, request: ReversalRequest) -> InvoiceResult:
        return self._answer(request, -request.original.amount_fen, request.original.tax_basis_points)

    def _answer(self, request: Any, amount_fen: int, rate: int) -> InvoiceResult:
        self.books.asked.append(request)
        self.books.asked_in_transaction.append(connection.in_atomic_block)

        def paper() -> Issued:
            if request.reference not in self.books.papers:
                number = f"2633{len(self.books.papers) + 1:016d}"
                tax_fen = tax_in(amount_fen=amount_fen, tax_basis_points=rate)
                self.books.papers[request.reference] = Issued(number, timezone.now(), tax_fen)
            return self.books.papers[request.reference]

        return self.books.faults.pop(0)(paper) if self.books.faults else paper()


def refuses(reason: str = "购买方税号与名称不符。") -> Callable[..., InvoiceResult]:
    return lambda paper: Rejected(reason)


def knows_nothing(paper: Callable[[], Issued]) -> InvoiceResult:
    """Nothing was issued, and it does not say so."""
    return Unknown("正在处理")


def loses_the_answer(paper: Callable[[], Issued]) -> InvoiceResult:
    """It is issued, and the connection breaks before we hear of it."""
    paper()
    raise TimeoutError("no answer")


def invoiced_order(*, price_fen: int = 128_000, seller: User | None = None, **choice: Any) -> Order:
    """A completed order whose seller is a known individual."""
    return make_completed_order(gig=make_gig(seller=seller or make_verified_seller(), price_fen=price_fen), **choice)


PERSON = invoices.InvoiceTitle(InvoiceTitleKind.PERSON, "林小满", email="xiaoman@example.com")
COMPANY = invoices.InvoiceTitle(InvoiceTitleKind.COMPANY, "山月（杭州）文化有限公司", COMPANY_NUMBER)


def ask(order: Order, user: User | None = None, **changes: Any) -> Invoice:
    """Ask for the invoice of one side, the buyer's unless told otherwise."""
    fields = {"title": PERSON, "request_key": uuid4()} | changes
    return invoices.request_invoice(user=user or order.buyer, order_id=order.pk, **fields)


def let_jobs_run(*, rounds: int = 4, after: timedelta = timedelta(), deliver: bool = True) -> None:
    """The jobs, as often as a reversal and its successor need; `after` is how much later it is by then."""
    moment: datetime = timezone.now() + after
    with clock.moved_to(moment):
        for _ in range(rounds):
            tasks.reverse_refunded_invoices()
            tasks.issue_due_invoices()
            if deliver:
                tasks.deliver_invoices()


def give_back(order: Order, amount_fen: int, *, arrives: bool = True) -> Any:
    """A part of the price goes back to the buyer, and arrives there unless told otherwise."""
    refund = orders.refund_part(order_id=order.pk, actor=order.seller, amount_fen=amount_fen, reason="退一部分")
    if arrives:
        arrive(refund)
    return refund


def arrive(refund: Any) -> None:
    orders.mark_refund_done(refund_id=refund.pk, gateway="alipay")
    refund.refresh_from_db()
    assert refund.status == RefundStatus.DONE


def issued(order: Order, **changes: Any) -> Invoice:
    """An invoice of the buyer that is issued and delivered."""
    invoice = ask(order, **changes)
    let_jobs_run(rounds=1)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.ISSUED
    return invoice


def papers(order: Order, kind: str = "seller_service") -> list[tuple[int, str]]:
    """Amounts and statuses of an order's invoices, oldest first."""
    rows = Invoice.objects.filter(order=order, kind=kind).order_by("pk")
    return list(rows.values_list("amount_fen", "status"))


def refusal(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The code with which something is refused; no invoice has changed by it."""
    before = list(Invoice.objects.order_by("pk").values())
    with pytest.raises(InvoiceError) as caught:
        function(*args, **kwargs)
    assert list(Invoice.objects.order_by("pk").values()) == before
    return caught.value.code
