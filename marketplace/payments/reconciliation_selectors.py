"""Reads of reconciliation."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from marketplace.ledger.models import Transaction
from marketplace.orders.models import Refund
from marketplace.payments.gateways.base import BillRowKind
from marketplace.payments.models import (
    MONEY_IS_BACK,
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
    OwnMovement,
    OwnMovementStatus,
    Payment,
    Payout,
    PayoutStatus,
)


def reference_of(bill: GatewayBill) -> str:
    """How postings name a bill."""
    return f"{bill.gateway}:{bill.kind}:{bill.day.isoformat()}"


def fees_are_booked(bill: GatewayBill) -> bool:
    """Whether the fees of a bill are in the books."""
    return Transaction.objects.filter(idempotency_key=f"bill:{reference_of(bill)}:fees").exists()


def books_itself(difference: Difference) -> bool:
    """Whether a line that our books lack on that day is, or will be, booked by its own notification or poll.

    Then nothing else may book it.
    A payment of another amount than ours never is (it is quarantined), nor is a transfer whose money is back in the
    wallet already: those are for a person.
    """
    amount_fen, gateway = difference.there_fen or 0, difference.bill.gateway
    match difference.row_kind:
        case BillRowKind.PAYMENT:
            ours = Payment.objects.filter(gateway=gateway, out_trade_no=difference.out_trade_no, amount_fen=amount_fen)
            return ours.exists()
        case BillRowKind.REFUND:
            refunds = Refund.objects.filter(reference=difference.reference, amount_fen=amount_fen)
            return refunds.exists()
        case BillRowKind.TRANSFER:
            payouts = Payout.objects.filter(gateway=gateway, reference=difference.out_trade_no, amount_fen=amount_fen)
            return payouts.exclude(status__in=MONEY_IS_BACK).exists()
        case BillRowKind.BOUNCE:
            payouts = Payout.objects.filter(gateway=gateway, reference=difference.out_trade_no, amount_fen=amount_fen)
            return payouts.filter(status__in=(PayoutStatus.PAID, PayoutStatus.FAILED)).exists()
    return False


def bills() -> QuerySet[GatewayBill]:
    """All bills, newest first, with how many differences are open."""
    still_open = Count("differences", filter=Q(differences__status=DifferenceStatus.OPEN))
    return GatewayBill.objects.annotate(open_differences=still_open).order_by("-day", "gateway", "kind")


def open_balance(gateway: str) -> Difference | None:
    """What the newest comparison of a gateway's account leaves unexplained: there is one such difference, or none."""
    waiting = Difference.objects.filter(kind=DifferenceKind.BALANCE, status=DifferenceStatus.OPEN)
    return waiting.filter(bill__gateway=gateway).first()


def has_open_lines(balance: Difference) -> bool:
    """Whether a line of a bill of that day or before may explain a balance, and is still to be decided.

    Fees are in the books with their bill, whatever is decided about them.
    """
    lines = Difference.objects.filter(status=DifferenceStatus.OPEN)
    lines = lines.exclude(kind__in=(DifferenceKind.BALANCE, DifferenceKind.FEE))
    return lines.filter(bill__gateway=balance.bill.gateway, bill__day__lte=balance.bill.day).exists()


def open_differences() -> QuerySet[Difference]:
    """What waits for a person, oldest first, each with whether its booking waits for a second one (`is_asked`)."""
    asked = OwnMovement.objects.filter(difference=OuterRef("pk"), status=OwnMovementStatus.ASKED)
    waiting = Difference.objects.filter(status=DifferenceStatus.OPEN).annotate(is_asked=Exists(asked))
    return waiting.select_related("bill").order_by("bill__day", "pk")
