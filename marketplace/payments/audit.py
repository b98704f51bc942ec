"""Do books, orders and gateways tell the same story? The ledger checks itself; here it is held against the rest."""

from django.db.models import Q, Sum

from marketplace.ledger.audit import AuditReport, audit_books
from marketplace.ledger.models import Account, AccountKind, Entry
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.states import FUNDED_STATUSES
from marketplace.payments.models import Payment, PaymentStatus


def audit_money() -> AuditReport:
    """The ledger's own audit, plus: escrow = money of funded orders and refunds due; gateways hold captured − refunded."""
    report = audit_books()
    owed = dict(
        Refund.objects.exclude(status=RefundStatus.DONE).values_list("order__number").annotate(total=Sum("amount_fen"))
    )
    expected: dict[str, int] = dict(owed)
    for number, total in Order.objects.filter(status__in=FUNDED_STATUSES).values_list("number", "total_fen"):
        expected[number] = expected.get(number, 0) + total
    held = Account.objects.filter(Q(kind=AccountKind.ESCROW)).values_list("code", "balance_fen")
    actual = {code.removeprefix("escrow:"): balance for code, balance in held if balance}
    for number in sorted(expected.keys() | actual.keys()):
        if expected.get(number, 0) != actual.get(number, 0):
            report.violations.append(
                f"order {number}: escrow holds {actual.get(number, 0)} fen, the order says {expected.get(number, 0)}"
            )

    captured = Payment.objects.filter(status=PaymentStatus.PAID).aggregate(total=Sum("amount_fen"))["total"] or 0
    refunded = Refund.objects.filter(status=RefundStatus.DONE).aggregate(total=Sum("amount_fen"))["total"] or 0
    clearing = Entry.objects.filter(account__kind=AccountKind.CLEARING).aggregate(total=Sum("amount_fen"))["total"] or 0
    if -clearing != captured - refunded:
        report.violations.append(
            f"gateways hold {-clearing} fen by the books, {captured - refunded} by payments less refunds"
        )
    return report
