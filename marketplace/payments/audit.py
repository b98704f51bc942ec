"""Do books, orders and gateways tell the same story? The ledger checks itself; here it is held against the rest."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Abs, Coalesce, Concat

from marketplace.core.moment import one_moment
from marketplace.ledger.audit import AuditReport, audit_books
from marketplace.ledger.models import Account, AccountKind, Entry, Transaction, TransactionKind
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.shares import split_of
from marketplace.orders.states import FUNDED_STATUSES, OrderStatus
from marketplace.payments.models import (
    OWN_PREFIX,
    GatewayCode,
    OwnMovement,
    OwnMovementKind,
    OwnMovementStatus,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
    TaxRemittance,
    TaxYear,
)

# Movements of our own money that change what a gateway holds; the others move it between our own accounts.
MOVES_CLEARING = (
    OwnMovementKind.FEES_WITHDRAWN,
    OwnMovementKind.TAX_REMITTED,
    OwnMovementKind.SUSPENSE_BACK,
)


@one_moment()
def audit_money(*, history: bool = True) -> AuditReport:
    """The ledger's own audit, plus: escrow = funded orders and refunds due; each gateway holds what its documents say.

    As of one moment: what is posted meanwhile is not half of it seen (and payouts are not halted for nothing).
    `history` as in `audit_books`.
    """
    report = audit_books(history=history)
    owed = dict(
        Refund.objects.exclude(status=RefundStatus.DONE).values_list("order__number").annotate(total=Sum("amount_fen"))
    )
    expected: dict[str, int] = dict(owed)
    own = Q(refunds__payment_reference="")
    funded = Order.objects.filter(status__in=FUNDED_STATUSES).annotate(
        given_back=Coalesce(Sum("refunds__amount_fen", filter=own), 0)
    )
    for number, total, given_back in funded.values_list("number", "total_fen", "given_back"):
        expected[number] = expected.get(number, 0) + total - given_back
    held = Account.objects.filter(Q(kind=AccountKind.ESCROW)).values_list("code", "balance_fen")
    actual = {code.removeprefix("escrow:"): balance for code, balance in held if balance}
    for number in sorted(expected.keys() | actual.keys()):
        if expected.get(number, 0) != actual.get(number, 0):
            report.violations.append(
                f"order {number}: escrow holds {actual.get(number, 0)} fen, the order says {expected.get(number, 0)}"
            )

    for gateway, clearing in _clearing().items():
        told = _by_documents(gateway)
        if -clearing != told:
            report.violations.append(f"{gateway} holds {-clearing} fen by the books, {told} by its documents")
    report.violations += _documents_without_their_posting()
    report.violations += _money_on_its_way()
    report.violations += _tax_withheld()
    report.violations += _own_movements()
    report.violations += _promotions()
    return report


def _documents_without_their_posting() -> Iterator[str]:
    """Payments and refunds one by one: two mistakes of one amount cancel out in every sum."""
    paid = Payment.objects.filter(status=PaymentStatus.PAID)
    returned = Refund.objects.filter(status=RefundStatus.DONE)
    for name, rows, number, key in (
        ("payment", paid, "out_trade_no", Concat(Value("payment:"), OuterRef("out_trade_no"), Value(":capture"))),
        ("refund", returned, "reference", Concat(Value("refund:"), OuterRef("reference"))),
    ):
        booked = Entry.objects.filter(transaction__idempotency_key=key, account__kind=AccountKind.ESCROW)
        compared: QuerySet[Any] = rows.annotate(booked=Coalesce(Subquery(booked.values("amount_fen")[:1]), 0))
        sign = 1 if name == "payment" else -1
        for reference, amount, found in (
            compared.exclude(booked=sign * F("amount_fen")).values_list(number, "amount_fen", "booked").iterator()
        ):
            yield f"{name} {reference} is of {amount} fen, the books say {sign * found}"


def _money_on_its_way() -> Iterator[str]:
    """What left wallets and has not arrived: payouts and settlements under way, no more and no less."""
    under_way = (
        PayoutStatus.AWAITING_APPROVAL,
        PayoutStatus.APPROVED,
        PayoutStatus.SENT,
        PayoutStatus.AWAITING_PAYEE,
    )
    payouts = Payout.objects.filter(status__in=under_way).aggregate(total=Sum("amount_fen"))["total"] or 0
    settling = Settlement.objects.exclude(status__in=(SettlementStatus.DONE, SettlementStatus.CANCELLED))
    settlements = settling.aggregate(total=Sum("seller_fen"))
    in_transit = Entry.objects.filter(account__kind=AccountKind.PAYOUTS_IN_TRANSIT).aggregate(total=Sum("amount_fen"))
    expected, actual = payouts + (settlements["total"] or 0), in_transit["total"] or 0
    if expected != actual:
        yield f"{actual} fen are on their way to sellers by the books, {expected} by payouts and settlements"


def _tax_withheld() -> Iterator[str]:
    """Each seller's tax account holds what was withheld in the year and has not been remitted."""
    posted = TaxRemittance.objects.filter(movement__status=OwnMovementStatus.POSTED)
    remitted = dict(posted.values_list("tax_year_id").annotate(total=Sum("amount_fen")))
    held = dict(Account.objects.filter(kind=AccountKind.TAX_WITHHELD).values_list("code", "balance_fen"))
    for pk, user_id, year, withheld in TaxYear.objects.values_list("pk", "user_id", "year", "withheld_fen"):
        booked, gone = held.pop(f"tax:{user_id}:{year}", 0), remitted.get(pk, 0)
        if booked != withheld - gone:
            less = f" and {gone} remitted" if gone else ""
            yield f"tax of seller {user_id} in {year}: {withheld} fen were withheld{less}, the books say {booked}"
    for code, balance in held.items():
        if balance:
            yield f"{code} holds {balance} fen of a year that is not known"


def _own_movements() -> Iterator[str]:
    """Movements of our own money, one by one: each posted one moved its amount, and nothing moved without one."""
    booked = Entry.objects.filter(transaction__reference=OuterRef("reference"), amount_fen__gt=0).order_by()
    total = booked.values("transaction__reference").annotate(total=Sum("amount_fen")).values("total")
    posted = OwnMovement.objects.filter(status=OwnMovementStatus.POSTED)
    compared = posted.annotate(booked=Coalesce(Subquery(total), 0)).exclude(booked=Abs("amount_fen"))
    for reference, amount, found in compared.values_list("reference", "amount_fen", "booked"):
        yield f"movement {reference} is of {amount} fen, the books say {found}"
    kinds = (TransactionKind.FEES_WITHDRAWN, TransactionKind.TAX_REMITTED)
    own = Transaction.objects.filter(Q(reference__startswith=OWN_PREFIX) | Q(kind__in=kinds))
    for key in own.exclude(reference__in=posted.values("reference")).values_list("idempotency_key", flat=True):
        yield f"{key} moved money of our own, and nobody asked for it"


def _promotions() -> Iterator[str]:
    """Each order that was released with a coupon of the platform has had its part of it from promotions, and no other has."""
    entries = Entry.objects.filter(account__kind=AccountKind.PROMOTIONS).order_by()
    booked = dict(entries.values_list("transaction__reference").annotate(total=Sum("amount_fen")))
    released = Order.objects.filter(discount_fen__gt=0, status__in=(OrderStatus.COMPLETED, OrderStatus.RESOLVED))
    for order in released.prefetch_related("refunds").iterator(chunk_size=2000):
        found, expected = -booked.pop(order.number, 0), split_of(order).promotion_fen
        if found != expected:
            yield f"order {order.number}: its coupon cost {found} fen by the books, {expected} by the order"
    for reference, total in booked.items():
        if total:
            yield f"{reference}: promotions moved {total} fen, and no released order has a coupon"


def _clearing() -> dict[str, int]:
    """The sum of each gateway's clearing account, in fen: negative is what it holds for us."""
    sums = Entry.objects.filter(account__kind=AccountKind.CLEARING).values_list("account__code")
    found = {code.removeprefix("clearing:"): total for code, total in sums.annotate(total=Sum("amount_fen"))}
    return dict.fromkeys(GatewayCode.values, 0) | found


def _by_documents(gateway: str) -> int:
    """What a gateway must hold by its documents: captured − refunded − paid out − settled + taken back − own − fees."""

    def total(rows: QuerySet[Any], field: str = "amount_fen") -> int:
        return rows.aggregate(total=Sum(field))["total"] or 0

    paid = Payment.objects.filter(gateway=gateway, status=PaymentStatus.PAID)
    done = Refund.objects.filter(status=RefundStatus.DONE)
    # A refund that names no payment gives back the one that funded its order.
    own = paid.filter(return_reason="", order_id=OuterRef("order_id"))
    named = paid.filter(out_trade_no=OuterRef("payment_reference"))
    refunds = done.filter(Q(payment_reference="") & Exists(own) | ~Q(payment_reference="") & Exists(named))
    settled = Settlement.objects.filter(payment__gateway=gateway, status=SettlementStatus.DONE)
    returned = SettlementReturn.objects.filter(
        settlement__payment__gateway=gateway, status=SettlementStatus.DONE, refund__status=RefundStatus.DONE
    )
    payouts = Payout.objects.filter(gateway=gateway, status=PayoutStatus.PAID)
    # Fees and corrections have no document but their own posting; movements of our own money have one.
    explained = Entry.objects.filter(
        account__code=f"clearing:{gateway}",
        transaction__kind__in=(TransactionKind.GATEWAY_FEE, TransactionKind.ADJUSTMENT),
    ).exclude(transaction__reference__startswith=OWN_PREFIX)
    moved = OwnMovement.objects.filter(gateway=gateway, status=OwnMovementStatus.POSTED)
    return (
        total(paid)
        - total(refunds)
        - total(payouts)
        - total(settled, "seller_fen")
        + total(returned, "seller_fen")
        - total(moved.filter(kind__in=MOVES_CLEARING))
        + total(moved.filter(kind=OwnMovementKind.SUSPENSE_BOOK))
        - total(explained)
    )
