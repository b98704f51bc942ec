"""Reads of balances: what our books say an institution's account held at a moment, and what moved it when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat
from django.utils import timezone

from marketplace.core import clock
from marketplace.core.config import get_config
from marketplace.ledger.models import Entry, Transaction, TransactionKind
from marketplace.ledger.services import clearing_account
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments.gateways import configured_gateways
from marketplace.payments.models import (
    MERCHANT_ACCOUNT,
    AccountBalance,
    Difference,
    OwnMovement,
    OwnMovementStatus,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Settlement,
    SettlementReturn,
    SettlementStatus,
)

# Bills of the last three days are asked for; a comparison that is older has to be looked after.
LATE_AFTER_DAYS = 3
Amounts = dict[str, list[int]]


def end_of(day: date) -> datetime:
    """The moment at which a day ends in China."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def held_fen(gateway: str, before: datetime) -> int:
    """What a gateway held for us before a moment by the books, in fen."""
    entries = Entry.objects.filter(account__code=clearing_account(gateway).code, transaction__created_at__lt=before)
    return -(entries.aggregate(total=Sum("amount_fen"))["total"] or 0)


def in_sellers_accounts_fen(gateway: str, before: datetime) -> int:
    """Of it in sellers' own accounts, in fen: paid in custody, less refunded, less settled, and taken back again."""
    paid = Payment.objects.filter(gateway=gateway, status=PaymentStatus.PAID).exclude(sub_merchant_id="")
    if not paid.exists():
        return 0
    captures = Concat(Value("payment:"), OuterRef("out_trade_no"), Value(":capture"))
    posted = Transaction.objects.filter(created_at__lt=before)
    own = paid.filter(return_reason="", order=OuterRef("order"))
    named = paid.filter(out_trade_no=OuterRef("payment_reference"))
    refunds = Refund.objects.filter(status=RefundStatus.DONE, done_at__lt=before)
    refunds = refunds.filter(Q(payment_reference="") & Exists(own) | ~Q(payment_reference="") & Exists(named))
    settled = Settlement.objects.filter(payment__gateway=gateway, status=SettlementStatus.DONE, done_at__lt=before)
    # Booked with its refund, in one transaction.
    taken = SettlementReturn.objects.filter(
        settlement__payment__gateway=gateway, refund__status=RefundStatus.DONE, refund__done_at__lt=before
    )

    def total(rows: QuerySet[Any], *fields: str) -> int:
        return sum(rows.aggregate(*map(Sum, fields))[f"{field}__sum"] or 0 for field in fields)

    return (
        total(paid.filter(Exists(posted.filter(idempotency_key=captures))), "amount_fen")
        - total(refunds, "amount_fen")
        - total(settled, "seller_fen", "commission_fen")
        + total(taken, "seller_fen", "commission_fen")
    )


def postings(gateway: str, since: datetime, until: datetime | None = None) -> Amounts:
    """What our books did to a gateway's account in a span, in fen by number: in is positive.

    The number is ours: of the payment (its refunds and splits too), of the withdrawal, of the movement of our own money.
    Fees and what finance booked about bills are left out: they belong to the day of their bill (`booked_later_fen`).
    """
    entries = Entry.objects.filter(account__code=clearing_account(gateway).code, transaction__created_at__gte=since)
    if until is not None:
        entries = entries.filter(transaction__created_at__lt=until)
    kinds = (TransactionKind.GATEWAY_FEE, TransactionKind.ADJUSTMENT)
    entries = entries.exclude(transaction__kind__in=kinds)
    rows = entries.values_list(
        "transaction__kind", "transaction__idempotency_key", "transaction__reference", "amount_fen"
    )
    found: Amounts = defaultdict(list)
    refunded: dict[str, int] = {}
    for kind, key, reference, amount_fen in rows.iterator():
        match kind:
            case TransactionKind.PAYMENT_CAPTURED:
                found[key.removeprefix("payment:").removesuffix(":capture")].append(-amount_fen)
            case TransactionKind.ESCROW_REFUNDED:
                refunded[key.removeprefix("refund:")] = -amount_fen
            case TransactionKind.CUSTODY_SETTLED | TransactionKind.CUSTODY_RETURNED:
                pass  # in sellers' accounts; our part of it is below
            case _:
                found[reference].append(-amount_fen)
    for number, payment in payments_of_refunds(refunded).items():
        found[payment].append(refunded[number])
    for number in _held_by_sellers(found):
        del found[number]
    for number, amount_fen in _commissions(gateway, since, until):
        found[number].append(amount_fen)
    return found


def _held_by_sellers(numbers: Iterable[str]) -> list[str]:
    held = Payment.objects.filter(out_trade_no__in=list(numbers)).exclude(sub_merchant_id="")
    return list(held.values_list("out_trade_no", flat=True))


def _commissions(gateway: str, since: datetime, until: datetime | None) -> Iterator[tuple[str, int]]:
    """Custody: our fees that came out of sellers' accounts in a span, and those that went back."""
    settled = Settlement.objects.filter(payment__gateway=gateway, status=SettlementStatus.DONE, done_at__gte=since)
    taken = SettlementReturn.objects.filter(
        settlement__payment__gateway=gateway, refund__status=RefundStatus.DONE, refund__done_at__gte=since
    )
    if until is not None:
        settled, taken = settled.filter(done_at__lt=until), taken.filter(refund__done_at__lt=until)
    yield from settled.values_list("payment__out_trade_no", "commission_fen")
    for number, amount_fen in taken.values_list("settlement__payment__out_trade_no", "commission_fen"):
        yield number, -amount_fen


def payments_of_refunds(references: Iterable[str]) -> dict[str, str]:
    """Refund's number → number of the payment that it gives back, in two queries."""
    refunds = list(Refund.objects.filter(reference__in=list(references)))
    orders = [refund.order_id for refund in refunds if not refund.payment_reference]
    paid = Payment.objects.filter(order__in=orders, status=PaymentStatus.PAID, return_reason="")
    funded = dict(paid.values_list("order_id", "out_trade_no"))
    found = {refund.reference: refund.payment_reference or funded.get(refund.order_id, "") for refund in refunds}
    return {reference: payment for reference, payment in found.items() if payment}


def payments_of_splits(references: Iterable[str]) -> dict[str, str]:
    """Number of a settlement or of its return → number of its payment."""
    numbers = list(references)
    settled = Settlement.objects.filter(reference__in=numbers).values_list("reference", "payment__out_trade_no")
    taken = SettlementReturn.objects.filter(reference__in=numbers)
    return dict(settled) | dict(taken.values_list("reference", "settlement__payment__out_trade_no"))


def own_movements_by_bank_number(gateway: str, numbers: Iterable[str]) -> dict[str, str]:
    """Number at the institution → our number of the movement of our own money that finance named it for."""
    rows = OwnMovement.objects.filter(gateway=gateway, bank_reference__in=[number for number in numbers if number])
    live = rows.filter(status__in=(OwnMovementStatus.ASKED, OwnMovementStatus.POSTED))
    return dict(live.values_list("bank_reference", "reference"))


def open_amounts(numbers: Iterable[str]) -> Amounts:
    """What is still to be booked under these numbers, in fen: documents that are not decided here yet."""
    wanted, found = list(numbers), defaultdict(list)
    payments = Payment.objects.filter(out_trade_no__in=wanted)
    mine = payments.filter(sub_merchant_id="")
    for number, amount_fen in mine.exclude(status=PaymentStatus.PAID).values_list("out_trade_no", "amount_fen"):
        found[number].append(amount_fen)
    for payment in mine.filter(status=PaymentStatus.PAID):
        refunds = Refund.objects.filter(order_id=payment.order_id).exclude(status=RefundStatus.DONE)
        own = Q(payment_reference=payment.out_trade_no)
        own |= Q(payment_reference="") if not payment.return_reason else Q()
        found[payment.out_trade_no] += [-fen for fen in refunds.filter(own).values_list("amount_fen", flat=True)]
    payouts = Payout.objects.filter(reference__in=wanted)
    sent = payouts.filter(status__in=(PayoutStatus.SENT, PayoutStatus.AWAITING_PAYEE))
    for number, amount_fen in sent.values_list("reference", "amount_fen"):
        found[number].append(-amount_fen)
    # A bank sends a transfer back days later: it is asked about (`recheck_paid_payouts`).
    for number, amount_fen in payouts.filter(status=PayoutStatus.PAID).values_list("reference", "amount_fen"):
        found[number].append(amount_fen)
    splits = Settlement.objects.filter(payment__in=payments).exclude(status=SettlementStatus.DONE)
    for number, amount_fen in splits.values_list("payment__out_trade_no", "commission_fen"):
        found[number].append(amount_fen)
    returns = SettlementReturn.objects.filter(settlement__payment__in=payments)
    returns = returns.exclude(refund__status=RefundStatus.DONE)
    for number, amount_fen in returns.values_list("settlement__payment__out_trade_no", "commission_fen"):
        found[number].append(-amount_fen)
    asked = OwnMovement.objects.filter(reference__in=wanted, status=OwnMovementStatus.ASKED)
    for number, amount_fen in asked.values_list("reference", "amount_fen"):
        found[number].append(-amount_fen)
    return found


def booked_later_fen(gateway: str, day: date) -> int:
    """What was booked after a day for it or an earlier one, in fen: fees of its bill, and what finance decided about bills."""
    entries = Entry.objects.filter(
        account__code=clearing_account(gateway).code, transaction__created_at__gte=end_of(day)
    )
    fees = entries.filter(
        transaction__kind=TransactionKind.GATEWAY_FEE, transaction__reference__lte=f"{gateway}:trade:{day.isoformat()}"
    )
    total_fen = -(fees.aggregate(total=Sum("amount_fen"))["total"] or 0)
    decided = entries.filter(transaction__kind=TransactionKind.ADJUSTMENT)
    by_difference: dict[int, int] = defaultdict(int)
    for key, amount_fen in decided.values_list("transaction__idempotency_key", "amount_fen"):
        by_difference[_difference_of(key)] -= amount_fen
    of_the_time = Difference.objects.filter(pk__in=by_difference, bill__day__lte=day)
    return total_fen + sum(by_difference[pk] for pk in of_the_time.values_list("pk", flat=True))


def corrected_numbers(gateway: str, day: date) -> set[str]:
    """Numbers about which finance has booked something: what is left of them is not on its way."""
    decided = Transaction.objects.filter(
        kind=TransactionKind.ADJUSTMENT, entries__account__code=clearing_account(gateway).code
    )
    pks = [_difference_of(key) for key in decided.values_list("idempotency_key", flat=True)]
    rows = Difference.objects.filter(pk__in=pks, bill__gateway=gateway, bill__day__lte=day)
    return set(rows.exclude(out_trade_no="").values_list("out_trade_no", flat=True))


def _difference_of(key: str) -> int:
    """The difference that `difference:7:suspense` is about."""
    return int(key.split(":")[1])


def latest_balances() -> list[AccountBalance]:
    """The newest comparison of each account of the gateways in use: one that was given up has no newer one ever."""
    ours = AccountBalance.objects.filter(gateway__in=configured_gateways())
    newest = ours.order_by("gateway", "account", "-day").distinct("gateway", "account")
    return list(newest)


def latest_balance(gateway: str) -> AccountBalance | None:
    """The newest comparison of a gateway's account."""
    return AccountBalance.objects.filter(gateway=gateway, account=MERCHANT_ACCOUNT).order_by("-day").first()


def balances() -> QuerySet[AccountBalance]:
    """All comparisons, newest first."""
    return AccountBalance.objects.order_by("-day", "gateway", "account")


def balances_that_are_off() -> list[AccountBalance]:
    """Accounts whose newest comparison leaves more unexplained than is tolerated: no payout leaves until it is explained."""
    tolerance_fen = get_config("payments.balance_tolerance_fen")
    return [balance for balance in latest_balances() if abs(balance.unexplained_fen) > tolerance_fen]


def late_balances() -> list[AccountBalance]:
    """Accounts that were compared once and have not been for days: their bills do not come."""
    oldest = timezone.localtime(clock.now()).date() - timedelta(days=LATE_AFTER_DAYS)
    return [balance for balance in latest_balances() if balance.day < oldest]
