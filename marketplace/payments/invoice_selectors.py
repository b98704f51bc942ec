"""Reads of invoices: who issues, what is left to invoice, what waits for a job or for a person."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.http import Http404

from marketplace.accounts.models import User
from marketplace.accounts.selectors import is_verified_company, verified_real_name
from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.shares import split_of
from marketplace.payments.models import Invoice, InvoiceIssuer, InvoiceKind, InvoiceStatus, IssuerKind
from marketplace.payments.models.invoices import LIVE_STATUSES, NUMBERED_STATUSES
from marketplace.payments.selectors import SETTLED_ORDER_STATUSES

# After as many unanswered questions, or mails that did not leave, a person of finance should look.
MANY_ATTEMPTS = 8


@dataclass(frozen=True)
class Issuer:
    """Whose paper it is: the seller named on it, who issues it, and at which rate of VAT."""

    kind: IssuerKind
    name: str
    tax_number: str
    tax_basis_points: int


def kind_for(order: Order, user: User) -> InvoiceKind:
    """What this side of an order can have invoiced: the buyer the service, the seller the platform's fee."""
    return InvoiceKind.SELLER_SERVICE if user.pk == order.buyer_id else InvoiceKind.PLATFORM_FEE


def issuer_of(order: Order, kind: InvoiceKind) -> Issuer | None:
    """Who invoices this, or None while the seller is not known well enough for a paper in their name.

    The payee invoices (发票管理办法 §18). The price is the seller's: a company issues its own, for an individual the tax
    office does (§16). The service fee is the platform's.
    """
    if kind == InvoiceKind.PLATFORM_FEE:
        company = settings.PLATFORM_COMPANY
        rate = get_config("invoices.fee_tax_basis_points")
        return Issuer(IssuerKind.PLATFORM, company["name"], company["tax_number"], rate)
    own = InvoiceIssuer.objects.filter(user=order.seller_id, is_active=True).first()
    if own is not None:
        return Issuer(IssuerKind.COMPANY, own.name, own.tax_number, own.tax_basis_points)
    real_name = verified_real_name(order.seller)
    if not real_name or is_verified_company(order.seller):
        return None
    return Issuer(IssuerKind.TAX_OFFICE, real_name, "", get_config("invoices.individual_tax_basis_points"))


def amount_due_fen(order: Order, kind: InvoiceKind) -> int:
    """What is to be invoiced of an order, in fen with tax: what was kept of the price, or the fee on that. 0 before its end.

    Both are what was really paid: the buyer's part of the price, and the fee less the coupon that the platform bore. So the
    seller's papers add up to the share: what the buyer paid, less what the platform took.
    """
    if order.status not in SETTLED_ORDER_STATUSES:
        return 0
    if kind == InvoiceKind.SELLER_SERVICE:
        return order.kept_fen
    return split_of(order).net_commission_fen


def live_invoice(order: Order, kind: InvoiceKind) -> Invoice | None:
    """The one that is asked for, issued or being reversed, if any."""
    return Invoice.objects.filter(order=order, kind=kind, reverses=None, status__in=LIVE_STATUSES).first()


def last_invoice(order: Order, user: User) -> Invoice | None:
    """The newest that this side of an order asked for, whatever became of it; reversals apart."""
    own = Invoice.objects.filter(order=order, recipient=user, kind=kind_for(order, user), reverses=None)
    return own.select_related("reversal").first()


def last_title(user: User) -> Invoice | None:
    """The invoice whose title this person used last, to fill in the next form."""
    return Invoice.objects.filter(recipient=user, reverses=None).first()


def _readable_by(user: User) -> QuerySet[Invoice]:
    """What a person may read: what is addressed to them, and what was issued to a buyer in their name."""
    in_their_name = Q(order__seller=user, kind=InvoiceKind.SELLER_SERVICE, number__isnull=False)
    return Invoice.objects.filter(Q(recipient=user) | in_their_name)


def invoices_of(user: User) -> QuerySet[Invoice]:
    """A person's invoices and reversals, those issued in their name among them, newest first."""
    return _readable_by(user).select_related("order", "reverses").order_by("-pk")


def own_invoice(user: User, reference: str) -> Invoice:
    """One of them. Raises Http404."""
    related = ("order__seller__profile", "reverses__successor", "reversal", "replaces", "successor")
    invoice = _readable_by(user).filter(reference=reference).select_related(*related).first()
    if invoice is None:
        raise Http404
    return invoice


def own_document(user: User, reference: str) -> Invoice:
    """One of them whose document is there. Raises Http404."""
    invoice = own_invoice(user, reference)
    if not invoice.file:
        raise Http404
    return invoice


def document_for_staff(staff: User, invoice_id: int) -> Invoice:
    """Any invoice whose document is there, for finance. Raises Http404 for everybody else."""
    found = Invoice.objects.filter(pk=invoice_id).exclude(file="").first()
    if found is None or not staff.has_perm("payments.view_invoice"):
        raise Http404
    return found


def due_invoices() -> QuerySet[Invoice]:
    """What is to be asked for now, longest waiting first; nothing while invoices are switched off."""
    if not settings.INVOICES_ENABLED:
        return Invoice.objects.none()
    waiting = Invoice.objects.filter(status=InvoiceStatus.REQUESTED, next_attempt_at__lte=clock.now())
    return waiting.order_by("next_attempt_at", "pk")


def undelivered_invoices() -> QuerySet[Invoice]:
    """What is issued and has no document yet, or whose mail has not left; a mail is given up after some attempts."""
    waiting = Invoice.objects.filter(number__isnull=False, delivered_at=None, next_attempt_at__lte=clock.now())
    return waiting.filter(Q(file="") | Q(attempts__lt=MANY_ATTEMPTS)).order_by("next_attempt_at", "pk")


def refunds_under_way(order_id: int) -> bool:
    """Whether money of the price is still on its way back to the buyer."""
    return Refund.objects.filter(order_id=order_id, payment_reference="").exclude(status=RefundStatus.DONE).exists()


def invoices_out_of_step() -> QuerySet[Invoice]:
    """Issued invoices of orders of which less is left now, all refunds being done: their reversals are due."""
    under_way = Refund.objects.filter(order=OuterRef("order"), payment_reference="").exclude(status=RefundStatus.DONE)
    refunded = Invoice.objects.filter(
        reverses=None, status=InvoiceStatus.ISSUED, order__refunds__payment_reference=""
    ).annotate(given_back=Sum("order__refunds__amount_fen"))
    return refunded.exclude(Exists(under_way)).exclude(kept_fen=F("order__total_fen") - F("given_back")).order_by("pk")


def reversal_is_due(invoice: Invoice) -> bool:
    """Whether an issued invoice says another amount than what is left of its order, so that a job will reverse it."""
    if invoice.status != InvoiceStatus.ISSUED or invoice.is_reversal:
        return False
    return amount_due_fen(invoice.order, InvoiceKind(invoice.kind)) != invoice.amount_fen


_NEEDS_A_PERSON = (
    # Refused reversals: the recipient can do nothing about them. Whoever asked for an invoice corrects it alone.
    Q(status=InvoiceStatus.FAILED, reverses__isnull=False)
    | Q(status=InvoiceStatus.REQUESTED, attempts__gte=MANY_ATTEMPTS)
    | Q(number__isnull=False, delivered_at=None, attempts__gte=MANY_ATTEMPTS)
)


def invoices_that_need_a_person() -> QuerySet[Invoice]:
    """What does not go on by itself: refused reversals, providers that do not answer, mails that do not leave."""
    return _for_finance().filter(_NEEDS_A_PERSON)


def invoices_for_finance(*, group: str = "", words: str = "") -> QuerySet[Invoice]:
    """All of them, newest first; `group` is "" or a status, `words` part of a number, an order number or a title."""
    found = _for_finance()
    if group in InvoiceStatus.values:
        found = found.filter(status=group)
    if words := words.strip():
        found = found.filter(
            Q(number=words) | Q(reference=words) | Q(order__number__iexact=words) | Q(title__icontains=words)
        )
    return found


def _for_finance() -> QuerySet[Invoice]:
    return Invoice.objects.select_related("order", "recipient__profile", "reverses", "staff__profile").order_by("-pk")


def issued_total_fen(order: Order, kind: InvoiceKind) -> int:
    """What stands on the papers of an order after all reversals, in fen."""
    papers = Invoice.objects.filter(order=order, kind=kind, status__in=NUMBERED_STATUSES)
    return papers.aggregate(total=Sum("amount_fen"))["total"] or 0


@dataclass(frozen=True)
class InvoiceCard:
    """What an order's page says about the invoice of one side."""

    kind: InvoiceKind
    invoice: Invoice | None
    amount_fen: int  # that could be asked for
    may_ask: bool


def invoice_card(order: Order, user: User) -> InvoiceCard | None:
    """The invoice of this side of an order, and whether one can be asked for. None while there is nothing to say."""
    kind = kind_for(order, user)
    last = last_invoice(order, user)
    due_fen = amount_due_fen(order, kind) if settings.INVOICES_ENABLED else 0
    if last is None and not due_fen:
        return None
    return InvoiceCard(
        kind=kind,
        invoice=last,
        amount_fen=due_fen,
        may_ask=bool(due_fen) and (last is None or last.status not in LIVE_STATUSES),
    )
