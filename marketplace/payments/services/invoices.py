"""Invoices: asked for by people, issued by a provider outside any transaction, reversed when money goes back.

Every change is made under the lock of the order, so that what is invoiced and what is refunded are worked out one after
the other. Who issues what: docs/invoices.md.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.identifiers import new_reference
from marketplace.notifications import catalogue
from marketplace.notifications.catalogue import Notice
from marketplace.notifications.services import notify, recipient_language
from marketplace.orders import locks as order_locks
from marketplace.orders.models import Order
from marketplace.payments import locks
from marketplace.payments.errors import InvoiceError, InvoiceErrorCode
from marketplace.payments.invoice_selectors import (
    Issuer,
    amount_due_fen,
    issuer_of,
    kind_for,
    live_invoice,
    refunds_under_way,
)
from marketplace.payments.invoice_titles import clean_name, clean_tax_number
from marketplace.payments.invoicing import invoice_provider
from marketplace.payments.invoicing.base import (
    InvoiceResult,
    Issued,
    IssueRequest,
    Party,
    Rejected,
    ReversalRequest,
    Unknown,
)
from marketplace.payments.invoicing.files import store_document
from marketplace.payments.models import Invoice, InvoiceKind, InvoiceStatus, InvoiceTitleKind, IssuerKind
from marketplace.payments.selectors import SETTLED_ORDER_STATUSES
from marketplace.payments.states import STAFF, SYSTEM, require_invoice_move

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 30, 3600


@dataclass(frozen=True)
class InvoiceTitle:
    """Whom an invoice is for, and where it is sent (nowhere, if `email` is empty)."""

    kind: InvoiceTitleKind
    name: str
    tax_number: str = ""
    email: str = ""


def check_invoice_request(*, order: Order, user: User) -> tuple[Issuer, int]:
    """Who would invoice this side of the order, and how much in fen. Raises the InvoiceError that a request would raise."""
    kind = kind_for(order, user)
    if not settings.INVOICES_ENABLED:
        raise InvoiceError(InvoiceErrorCode.SWITCHED_OFF)
    if order.status not in SETTLED_ORDER_STATUSES:
        raise InvoiceError(InvoiceErrorCode.NOT_YET)
    amount_fen = amount_due_fen(order, kind)
    if not amount_fen:
        raise InvoiceError(InvoiceErrorCode.NOTHING_TO_INVOICE)
    if live_invoice(order, kind) is not None:
        raise InvoiceError(InvoiceErrorCode.ALREADY_ASKED)
    issuer = issuer_of(order, kind)
    if issuer is None:
        raise InvoiceError(InvoiceErrorCode.SELLER_NOT_READY)
    return issuer, amount_fen


def issues_tax_documents() -> bool:
    """Whether what is issued here counts for tax; else pages and papers say that it does not."""
    return invoice_provider().issues_tax_documents


@transaction.atomic
def request_invoice(*, user: User, order_id: int, title: InvoiceTitle, request_key: UUID) -> Invoice:
    """Ask for the invoice of one's side of an order; a job has it issued. The same `request_key` again is the same invoice.

    Raises PermissionDenied for a stranger, and InvoiceError.
    """
    order = order_locks.lock_order(order_id)
    if user.pk not in (order.buyer_id, order.seller_id):
        raise PermissionDenied
    if known := Invoice.objects.filter(request_key=request_key, recipient=user).first():
        return known
    issuer, amount_fen = check_invoice_request(order=order, user=user)
    is_company = title.kind == InvoiceTitleKind.COMPANY
    return Invoice.objects.create(
        reference=new_reference("IN"),
        request_key=request_key,
        order=order,
        kind=kind_for(order, user),
        recipient=user,
        issuer_kind=issuer.kind,
        issuer_name=issuer.name,
        issuer_tax_number=issuer.tax_number,
        title_kind=title.kind,
        title=clean_name(title.name),
        tax_number=clean_tax_number(title.tax_number) if is_company else "",
        email=title.email,
        amount_fen=amount_fen,
        tax_basis_points=issuer.tax_basis_points,
        kept_fen=order.kept_fen,
        next_attempt_at=clock.now(),
    )


def send_invoice(*, invoice_id: int) -> bool:
    """Have one invoice or reversal issued; an unknown answer is asked for next time. Returns whether it is decided.

    Safe to run twice and after a crash at any line: the reference makes a repeated request the same paper.
    """
    invoice = _begin_attempt(invoice_id=invoice_id)
    if invoice is None:
        return False
    result = _ask(invoice)
    if isinstance(result, Unknown):
        logger.warning("invoice %s: nobody knows yet: %s", invoice.reference, result.detail)
        return False
    # Before the answer is noted: were the document lost, it would have to be asked for again under the reference.
    name = store_document(invoice, result.document) if isinstance(result, Issued) and result.document else ""
    return apply_invoice_result(invoice_id=invoice.pk, result=result, file_name=name)


@transaction.atomic
def _begin_attempt(*, invoice_id: int) -> Invoice | None:
    """Note that the provider is about to be asked; None when it is not this invoice's turn. Committed before any call.

    As long as nobody was asked, the amount follows the order; when all was refunded meanwhile, nothing is asked for.
    """
    order = locks.lock_order_of_invoice(invoice_id)
    invoice = locks.lock_invoice(invoice_id)
    now = clock.now()
    if invoice.status != InvoiceStatus.REQUESTED or invoice.next_attempt_at > now:
        return None
    if not invoice.attempts and not invoice.is_reversal:
        due_fen = amount_due_fen(order, InvoiceKind(invoice.kind))
        if not due_fen:
            require_invoice_move(invoice, InvoiceStatus.CANCELLED)
            invoice.status = InvoiceStatus.CANCELLED
            invoice.save(update_fields=["status", "updated_at"])
            _tell(invoice, catalogue.money.INVOICE_NOT_NEEDED)
            return None
        invoice.amount_fen, invoice.kept_fen = due_fen, order.kept_fen
    pause = min(FIRST_PAUSE_SECONDS * 2 ** min(invoice.attempts, 10), LONGEST_PAUSE_SECONDS)
    invoice.attempts += 1
    invoice.next_attempt_at = now + timedelta(seconds=pause)
    invoice.save()
    return invoice


def _ask(invoice: Invoice) -> InvoiceResult:
    """The provider's answer; whatever goes wrong on the way leaves it unknown."""
    provider = invoice_provider()
    try:
        if invoice.reverses is None:
            return provider.issue(_request_of(invoice))
        original = invoice.reverses
        request = ReversalRequest(
            reference=invoice.reference,
            original_number=original.number or "",
            original=_request_of(original),
            reason=invoice.reason,
        )
        return provider.reverse(request)
    except Exception as problem:
        logger.exception("the invoice provider failed for %s", invoice.reference)
        return Unknown(str(problem))


def _request_of(invoice: Invoice) -> IssueRequest:
    return IssueRequest(
        reference=invoice.reference,
        issuer=IssuerKind(invoice.issuer_kind),
        seller=Party(invoice.issuer_name, invoice.issuer_tax_number),
        buyer=Party(invoice.title, invoice.tax_number),
        buyer_kind=InvoiceTitleKind(invoice.title_kind),
        item=invoice.item,
        amount_fen=invoice.amount_fen,
        tax_basis_points=invoice.tax_basis_points,
        order_number=invoice.order.number,
    )


@transaction.atomic
def apply_invoice_result(*, invoice_id: int, result: Issued | Rejected, file_name: str = "") -> bool:
    """Note what the provider decided, once. Returns False when it was noted before.

    An issued reversal ends its original, and asks for an invoice of what is left of the order by now.
    """
    order = locks.lock_order_of_invoice(invoice_id)
    invoice = locks.lock_invoice(invoice_id)
    if invoice.status != InvoiceStatus.REQUESTED:
        return False
    if isinstance(result, Rejected):
        require_invoice_move(invoice, InvoiceStatus.FAILED)
        invoice.status, invoice.problem = InvoiceStatus.FAILED, result.reason[:200]
        invoice.save(update_fields=["status", "problem", "updated_at"])
        if not invoice.is_reversal:
            _tell(invoice, catalogue.money.INVOICE_FAILED)
        return True
    require_invoice_move(invoice, InvoiceStatus.ISSUED)
    invoice.status, invoice.problem = InvoiceStatus.ISSUED, ""
    invoice.number, invoice.issued_at, invoice.tax_fen = result.number, result.issued_at, result.tax_fen
    invoice.is_tax_document = issues_tax_documents()
    invoice.file = file_name
    invoice.attempts, invoice.next_attempt_at = 0, clock.now()  # from now on they count deliveries
    invoice.save()
    if invoice.reverses_id is not None:
        _end_original(order, reversal=invoice)
    return True


def _end_original(order: Order, *, reversal: Invoice) -> None:
    assert reversal.reverses_id is not None  # noqa: S101 narrows the type
    original = locks.lock_invoice(reversal.reverses_id)
    require_invoice_move(original, InvoiceStatus.REVERSED)
    original.status = InvoiceStatus.REVERSED
    original.save(update_fields=["status", "updated_at"])
    left_fen = amount_due_fen(order, InvoiceKind(original.kind))
    if not (reversal.is_replaced and left_fen):
        return
    Invoice.objects.create(
        reference=new_reference("IN"),
        replaces=original,
        order=order,
        amount_fen=left_fen,
        kept_fen=order.kept_fen,
        next_attempt_at=clock.now(),
        **_same_parties(original),
    )


def _same_parties(invoice: Invoice) -> dict[str, object]:
    names = ("kind", "recipient", "issuer_kind", "issuer_name", "issuer_tax_number", "tax_basis_points",
             "title_kind", "title", "tax_number", "email")  # fmt: skip
    return {name: getattr(invoice, name) for name in names}


@transaction.atomic
def reverse_after_refund(*, invoice_id: int) -> bool:
    """Begin the reversal of an invoice that says more than what is left of its order. Returns whether one was begun.

    The whole of it is reversed, and what is left is invoiced anew under the same title once the reversal is issued
    (税务总局公告 2024-11: a red-letter invoice for services that ended, were returned or became cheaper). Not while money is
    still on its way back: several refunds at once lead to one reversal. Safe to run twice.
    """
    order = locks.lock_order_of_invoice(invoice_id)
    invoice = locks.lock_invoice(invoice_id)
    if invoice.status != InvoiceStatus.ISSUED or invoice.is_reversal or refunds_under_way(order.pk):
        return False
    if amount_due_fen(order, InvoiceKind(invoice.kind)) == invoice.amount_fen:
        # A refund so small that the fee on what is left is the same: nothing to reverse, now or the next time.
        invoice.kept_fen = order.kept_fen
        invoice.save(update_fields=["kept_fen", "updated_at"])
        return False
    with recipient_language():
        reason = str(gettext_lazy("A part of the price was refunded") if order.kept_fen else gettext_lazy("Refunded"))
    _begin_reversal(invoice, reason=reason, is_replaced=True)
    return True


@transaction.atomic
def reverse_by_hand(*, invoice_id: int, staff: User, reason: str) -> Invoice:
    """Finance takes an invoice back, e.g. one with a wrong title; its recipient may then ask for another.

    Returns the reversal. Raises PermissionDenied, InvoiceError NOT_POSSIBLE_NOW.
    """
    if not staff.has_perm("payments.change_invoice"):
        raise PermissionDenied
    locks.lock_order_of_invoice(invoice_id)
    invoice = locks.lock_invoice(invoice_id)
    if invoice.is_reversal:
        raise InvoiceError(InvoiceErrorCode.NOT_POSSIBLE_NOW)
    return _begin_reversal(invoice, reason=reason.strip()[:200], is_replaced=False, staff=staff)


def _begin_reversal(invoice: Invoice, *, reason: str, is_replaced: bool, staff: User | None = None) -> Invoice:
    require_invoice_move(invoice, InvoiceStatus.REVERSING, actor=STAFF if staff else SYSTEM)
    invoice.status = InvoiceStatus.REVERSING
    invoice.save(update_fields=["status", "updated_at"])
    return Invoice.objects.create(
        reference=new_reference("IN"),
        reverses=invoice,
        order=invoice.order,
        amount_fen=-invoice.amount_fen,
        kept_fen=invoice.kept_fen,
        reason=reason,
        is_replaced=is_replaced,
        staff=staff,
        next_attempt_at=clock.now(),
        **_same_parties(invoice),
    )


@transaction.atomic
def retry_invoice(*, invoice_id: int, staff: User) -> Invoice:
    """Let the jobs try again now: to issue what was refused or not answered, or to deliver what was issued.

    Raises PermissionDenied, InvoiceError ALREADY_ASKED or NOT_POSSIBLE_NOW.
    """
    if not staff.has_perm("payments.change_invoice"):
        raise PermissionDenied
    order = locks.lock_order_of_invoice(invoice_id)
    invoice = locks.lock_invoice(invoice_id)
    if invoice.status == InvoiceStatus.FAILED:
        if not invoice.is_reversal and live_invoice(order, InvoiceKind(invoice.kind)) is not None:
            raise InvoiceError(InvoiceErrorCode.ALREADY_ASKED)
        require_invoice_move(invoice, InvoiceStatus.REQUESTED, actor=STAFF)
        # Refused means that nothing exists under the reference: the amount may follow the order once more.
        invoice.status, invoice.problem, invoice.attempts = InvoiceStatus.REQUESTED, "", 0
    elif invoice.number is not None and invoice.delivered_at is None:
        invoice.attempts = 0
    elif invoice.status != InvoiceStatus.REQUESTED:
        raise InvoiceError(InvoiceErrorCode.NOT_POSSIBLE_NOW)
    invoice.next_attempt_at = clock.now()
    invoice.save()
    return invoice


def _tell(invoice: Invoice, notice: Notice) -> None:
    with recipient_language():
        url = invoice.get_absolute_url()
    notify(recipient_id=invoice.recipient_id, notice=notice, about=invoice.order.gig_title, url=url)
