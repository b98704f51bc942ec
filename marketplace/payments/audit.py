"""Do books, orders and gateways tell the same story? The ledger checks itself; here it is held against the rest."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Concat

from marketplace.core.moment import one_moment
from marketplace.ledger.audit import AuditReport, audit_books
from marketplace.ledger.models import Account, AccountKind, Entry, TransactionKind
from marketplace.orders.models import Order, Refund, RefundStatus
from marketplace.orders.states import FUNDED_STATUSES
from marketplace.payments.models import (
    GatewayCode,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
    TaxYear,
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
    settlements = Settlement.objects.exclude(status=SettlementStatus.DONE).aggregate(total=Sum("seller_fen"))
    in_transit = Entry.objects.filter(account__kind=AccountKind.PAYOUTS_IN_TRANSIT).aggregate(total=Sum("amount_fen"))
    expected, actual = payouts + (settlements["total"] or 0), in_transit["total"] or 0
    if expected != actual:
        yield f"{actual} fen are on their way to sellers by the books, {expected} by payouts and settlements"


def _tax_withheld() -> Iterator[str]:
    """Each seller's tax account holds what was withheld in the year."""
    held = dict(Account.objects.filter(kind=AccountKind.TAX_WITHHELD).values_list("code", "balance_fen"))
    for user_id, year, withheld in TaxYear.objects.values_list("user_id", "year", "withheld_fen"):
        booked = held.pop(f"tax:{user_id}:{year}", 0)
        if booked != withheld:
            yield f"tax of seller {user_id} in {year}: {withheld} fen were withheld, the books say {booked}"
    for code, balance in held.items():
        if balance:
            yield f"{code} holds {balance} fen of a year that is not known"


def _clearing() -> dict[str, int]:
    """The sum of each gateway's clearing account, in fen: negative is what it holds for us."""
    sums = Entry.objects.filter(account__kind=AccountKind.CLEARING).values_list("account__code")
    found = {code.removeprefix("clearing:"): total for code, total in sums.annotate(total=Sum("amount_fen"))}
    return dict.fromkeys(GatewayCode.values, 0) | found


def _by_documents(gateway: str) -> int:
    """What a gateway must hold by its documents: captured − refunded − paid out − settled + taken back − fees."""

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
    # Fees and corrections have no document but their own posting.
    explained = Entry.objects.filter(
        account__code=f"clearing:{gateway}",
        transaction__kind__in=(TransactionKind.GATEWAY_FEE, TransactionKind.ADJUSTMENT),
    )
    return (
        total(paid)
        - total(refunds)
        - total(payouts)
        - total(settled, "seller_fen")
        + total(returned, "seller_fen")
        - total(explained)
    )
