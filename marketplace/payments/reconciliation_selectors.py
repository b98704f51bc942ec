"""Reads of reconciliation."""

from datetime import timedelta

from django.db.models import Count, Q, QuerySet

from marketplace.core import clock
from marketplace.ledger.models import Transaction
from marketplace.orders.models import Refund
from marketplace.payments.gateways.base import BillRowKind
from marketplace.payments.models import Difference, DifferenceStatus, GatewayBill, Payment, PaymentStatus, Payout

ALARM_AFTER = timedelta(days=1)


def reference_of(bill: GatewayBill) -> str:
    """How postings name a bill."""
    return f"{bill.gateway}:{bill.kind}:{bill.day.isoformat()}"


def fees_are_booked(bill: GatewayBill) -> bool:
    """Whether the fees of a bill are in the books."""
    return Transaction.objects.filter(idempotency_key=f"bill:{reference_of(bill)}:fees").exists()


def payment_of(refund: Refund) -> Payment | None:
    """The payment that a refund gave back."""
    paid = Payment.objects.filter(order_id=refund.order_id, status=PaymentStatus.PAID)
    if refund.payment_reference:
        return paid.filter(out_trade_no=refund.payment_reference).first()
    return paid.filter(return_reason="").first()


def is_ours(difference: Difference) -> bool:
    """Whether the line is about a payment, a refund or a transfer that we know by its number."""
    return (
        Payment.objects.filter(gateway=difference.bill.gateway, out_trade_no=difference.out_trade_no).exists()
        if difference.row_kind == BillRowKind.PAYMENT
        else Refund.objects.filter(reference=difference.reference).exists()
        if difference.row_kind == BillRowKind.REFUND
        else Payout.objects.filter(gateway=difference.bill.gateway, reference=difference.out_trade_no).exists()
    )


def bills() -> QuerySet[GatewayBill]:
    """All bills, newest first, with how many differences are open."""
    still_open = Count("differences", filter=Q(differences__status=DifferenceStatus.OPEN))
    return GatewayBill.objects.annotate(open_differences=still_open).order_by("-day", "gateway", "kind")


def open_differences() -> QuerySet[Difference]:
    """What waits for a person, oldest first."""
    waiting = Difference.objects.filter(status=DifferenceStatus.OPEN)
    return waiting.select_related("bill").order_by("bill__day", "pk")


def overdue_differences() -> QuerySet[Difference]:
    """What has waited for more than a day: the admin's first page says so."""
    return open_differences().filter(created_at__lt=clock.now() - ALARM_AFTER)
