"""Every morning: yesterday's bills of each gateway, held line by line against our books.

Fees of a bill are booked by themselves; nothing else moves. What does not agree waits as a `Difference` for a person,
whose decisions are here too: each of them posts a proper transaction, once, and says who decided and when.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.config import get_config, value_at
from marketplace.ledger import postings_reconciliation
from marketplace.ledger.models import Transaction, TransactionKind
from marketplace.orders.models import Refund, RefundStatus
from marketplace.payments import balance_selectors, locks, reconciliation_selectors
from marketplace.payments.errors import ReconciliationError, ReconciliationErrorCode
from marketplace.payments.gateways import gateway
from marketplace.payments.gateways.base import Bill, BillKind, BillRow, BillRowKind, GatewayError
from marketplace.payments.matching import Match, OwnLine, match
from marketplace.payments.models import (
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
)
from marketplace.payments.services import balances
from marketplace.payments.services.paying import refresh_payment
from marketplace.payments.services.payouts import recheck_payout

logger = logging.getLogger(__name__)

# A line of the last minutes of a day may stand in the next day's bill: it is missed only from the third day on.
DAYS_BESIDE = 1


def reconcile(*, gateway_code: str, kind: BillKind, day: date) -> GatewayBill:
    """Fetch one bill, match it, book its fees, list what does not agree. Safe to run again for the same day.

    What a person has resolved stays resolved. A bill that cannot be had or read is noted as such, and tried again.
    """
    bill, _created = GatewayBill.objects.get_or_create(gateway=gateway_code, kind=kind.value, day=day)
    try:
        fetched = gateway(gateway_code).fetch_bill(day, kind)
    except GatewayError as problem:
        logger.log(problem.log_level, "bill %s: %s", bill, problem)
        GatewayBill.objects.filter(pk=bill.pk).update(problem=str(problem)[:200])
        return GatewayBill.objects.get(pk=bill.pk)
    if not bill.file and fetched.raw:
        # Before the transaction: storage may be a network away. The checksum belongs to the file that is kept.
        bill.sha256 = fetched.sha256
        bill.file.save(f"{bill.gateway}-{bill.kind}-{bill.day}.bill", ContentFile(fetched.raw), save=False)
        bill.save(update_fields=["file", "sha256", "updated_at"])
    elif bill.sha256 and bill.sha256 != fetched.sha256:
        logger.error("bill %s was corrected since it was kept: %s now", bill, fetched.sha256)
    bill = _apply(bill_id=bill.pk, fetched=fetched)
    if kind == BillKind.FUND:
        balances.compare_balance(bill=bill, rows=fetched.rows)
    return bill


@transaction.atomic
def _apply(*, bill_id: int, fetched: Bill) -> GatewayBill:
    bill = locks.lock_bill(bill_id)
    result = _match(bill, fetched)
    bill.rows, bill.matched = len(fetched.rows), result.matched
    bill.paid_fen, bill.refunded_fen, bill.fee_fen = result.paid_fen, result.refunded_fen, result.fee_fen
    bill.problem, bill.matched_at = "", clock.now()
    bill.save()
    if bill.kind == BillKind.TRADE and result.fee_fen and not reconciliation_selectors.fees_are_booked(bill):
        postings_reconciliation.book_gateway_fees(
            gateway=bill.gateway, bill_reference=reconciliation_selectors.reference_of(bill), amount_fen=result.fee_fen
        )
    _list(bill, result)
    return bill


def _match(bill: GatewayBill, fetched: Bill) -> Match:
    start = timezone.make_aware(datetime.combine(bill.day, time.min))
    span = (start, start + timedelta(days=1))
    beside = (span[0] - timedelta(days=DAYS_BESIDE), span[1] + timedelta(days=DAYS_BESIDE))
    if bill.kind == BillKind.TRADE:
        # A gateway's documents of payments and refunds; splits, transfers and fees stand in the fund bill.
        own = _own_lines(bill.gateway, span)
        elsewhere = _own_lines(bill.gateway, beside)
        fees = _expected_fees(own, before=span[1]) if get_config("payments.gateway_fee_is_checked") else {}
        rows = [row for row in fetched.rows if row.kind in (BillRowKind.PAYMENT, BillRowKind.REFUND)]
        custody = Payment.objects.filter(out_trade_no__in={row.out_trade_no for row in rows}).exclude(
            sub_merchant_id=""
        )
        others = frozenset(custody.values_list("out_trade_no", flat=True))
        return match(rows, own, known_elsewhere=elsewhere, expected_fee=fees, fees_of_others=others)
    transfers = [row for row in fetched.rows if row.kind in (BillRowKind.TRANSFER, BillRowKind.BOUNCE)]
    elsewhere = [*_own_transfers(bill.gateway, beside), *_own_bounces(row for row in transfers)]
    return match(transfers, _own_transfers(bill.gateway, span), known_elsewhere=elsewhere)


def _own_lines(gateway_code: str, span: tuple[datetime, datetime]) -> list[OwnLine]:
    paid = Payment.objects.filter(
        gateway=gateway_code, status=PaymentStatus.PAID, paid_at__gte=span[0], paid_at__lt=span[1]
    )
    lines = [
        OwnLine(BillRowKind.PAYMENT, number, number, amount)
        for number, amount in paid.values_list("out_trade_no", "amount_fen")
    ]
    refunds = Refund.objects.filter(status=RefundStatus.DONE, done_at__gte=span[0], done_at__lt=span[1])
    amounts = dict(refunds.values_list("reference", "amount_fen"))
    numbers = balance_selectors.payments_of_refunds(amounts)
    there = Payment.objects.filter(gateway=gateway_code, out_trade_no__in=set(numbers.values()))
    at_this_gateway = set(there.values_list("out_trade_no", flat=True))
    lines += [
        OwnLine(BillRowKind.REFUND, reference, number, amounts[reference])
        for reference, number in numbers.items()
        if number in at_this_gateway
    ]
    return lines


def _own_transfers(gateway_code: str, span: tuple[datetime, datetime]) -> list[OwnLine]:
    arrived = Transaction.objects.filter(
        kind=TransactionKind.PAYOUT_PAID, created_at__gte=span[0], created_at__lt=span[1]
    )
    # Sent back since or not: that day it went out.
    paid = Payout.objects.filter(gateway=gateway_code, reference__in=arrived.values("reference"))
    return [
        OwnLine(BillRowKind.TRANSFER, reference, reference, amount)
        for reference, amount in paid.values_list("reference", "amount_fen")
    ]


def _own_bounces(rows: Iterable[BillRow]) -> list[OwnLine]:
    """Of the transfers that a bill says came back: those that are back in a wallet. Nobody misses them on a day of theirs."""
    numbers = {row.out_trade_no for row in rows if row.kind == BillRowKind.BOUNCE}
    back = Payout.objects.filter(reference__in=numbers, status=PayoutStatus.FAILED)
    return [
        OwnLine(BillRowKind.BOUNCE, reference, reference, amount)
        for reference, amount in back.values_list("reference", "amount_fen")
    ]


def _expected_fees(own: list[OwnLine], *, before: datetime) -> dict[str, int]:
    """The fee of each payment as it was agreed on that day, in fen: half a fen and more is a fen.

    A bill comes the day after, and may be matched again weeks later, when another rate is agreed.
    """
    rate = value_at("payments.gateway_fee_basis_points", before)
    return {line.number: (line.amount_fen * rate + 5_000) // 10_000 for line in own if line.kind == BillRowKind.PAYMENT}


def _list(bill: GatewayBill, result: Match) -> None:
    """Keep what does not agree. What agrees by now is resolved by itself, and a resolved one stays as it is."""
    today = timezone.localtime(clock.now()).date()
    seen = []
    for found in result.differences:
        if found.kind == DifferenceKind.MISSING_THERE and (today - bill.day).days <= DAYS_BESIDE:
            continue  # it may stand in tomorrow's bill
        difference, _created = Difference.objects.get_or_create(
            bill=bill,
            kind=found.kind,
            out_trade_no=found.out_trade_no,
            reference=found.reference,
            gateway_no=found.gateway_no,
            defaults={"row_kind": found.row_kind.value, "here_fen": found.here_fen, "there_fen": found.there_fen},
        )
        seen.append(difference.pk)
    gone = Difference.objects.filter(bill=bill, status=DifferenceStatus.OPEN).exclude(pk__in=seen)
    gone = gone.exclude(kind=DifferenceKind.BALANCE)  # balances.py decides about it
    gone.update(status=DifferenceStatus.RESOLVED, resolution="matches now", resolved_at=clock.now())


def ask_gateway(*, difference_id: int, staff: User) -> Difference:
    """Missing here: ask the gateway and apply what it says, as a notification would have.

    Raises PermissionDenied, and ReconciliationError NOT_FITTING for another difference than a payment or a returned
    transfer that our books lack, NOT_OURS when the number is none of ours, STILL_DIFFERENT when it is not confirmed.
    """
    _require_finance(staff)
    difference = Difference.objects.select_related("bill").get(pk=difference_id)
    if not difference.can_be_asked:
        raise ReconciliationError(ReconciliationErrorCode.NOT_FITTING)
    if difference.row_kind == BillRowKind.BOUNCE:
        payout = Payout.objects.filter(gateway=difference.bill.gateway, reference=difference.out_trade_no).first()
        if payout is None:
            raise ReconciliationError(ReconciliationErrorCode.NOT_OURS)
        if payout.status != PayoutStatus.FAILED and not recheck_payout(payout=payout):
            raise ReconciliationError(ReconciliationErrorCode.STILL_DIFFERENT)
        return _resolve(difference_id=difference_id, staff=staff, resolution="asked the gateway: back in the wallet")
    payment = Payment.objects.filter(gateway=difference.bill.gateway, out_trade_no=difference.out_trade_no).first()
    if payment is None:
        raise ReconciliationError(ReconciliationErrorCode.NOT_OURS)
    refresh_payment(payment=payment)  # outside any transaction: it calls the gateway
    payment.refresh_from_db()
    if payment.status != PaymentStatus.PAID:
        raise ReconciliationError(ReconciliationErrorCode.STILL_DIFFERENT)
    return _resolve(difference_id=difference_id, staff=staff, resolution="asked the gateway: paid and booked")


@transaction.atomic
def book_to_suspense(*, difference_id: int, staff: User) -> Difference:
    """Our books follow the bill: the amount goes to the account of unexplained differences.

    Raises PermissionDenied, and ReconciliationError NOT_FITTING for a fee (it is in the books already) or a balance (two
    people book it: `own_money.ask_balance`), ASK_FIRST for a line whose own notification or poll will book it: this
    would book it again.
    """
    _require_finance(staff)
    gateway_code = Difference.objects.select_related("bill").get(pk=difference_id).bill.gateway
    balances.look_again(gateway_code=gateway_code)  # the bill is locked before the difference
    difference = locks.lock_difference(difference_id)
    if difference.kind in (DifferenceKind.FEE, DifferenceKind.BALANCE):
        raise ReconciliationError(ReconciliationErrorCode.NOT_FITTING)
    if difference.kind == DifferenceKind.MISSING_HERE and reconciliation_selectors.books_itself(difference):
        raise ReconciliationError(ReconciliationErrorCode.ASK_FIRST)
    amount_fen = _excess_fen(difference)
    if difference.status == DifferenceStatus.OPEN and amount_fen:
        postings_reconciliation.book_suspense(
            gateway=difference.bill.gateway, difference_id=difference.pk, amount_fen=amount_fen
        )
    resolved = _resolve(difference_id=difference_id, staff=staff, resolution="booked to suspense")
    balances.look_again(gateway_code=gateway_code)
    return resolved


@transaction.atomic
def accept_fee(*, difference_id: int, staff: User) -> Difference:
    """The fee is other than agreed and accepted: it was booked with the bill already.

    Raises PermissionDenied, and ReconciliationError NOT_FITTING for any other difference.
    """
    _require_finance(staff)
    if Difference.objects.get(pk=difference_id).kind != DifferenceKind.FEE:
        raise ReconciliationError(ReconciliationErrorCode.NOT_FITTING)
    return _resolve(difference_id=difference_id, staff=staff, resolution="the fee is accepted as billed")


@transaction.atomic
def accept_as_known(*, difference_id: int, staff: User, note: str) -> Difference:
    """Finance knows the reason; nothing is booked.

    Raises PermissionDenied, and ReconciliationError NOT_FITTING for a balance: nothing would be any better tomorrow, and
    one person's word must not let payouts go on.
    """
    _require_finance(staff)
    if Difference.objects.get(pk=difference_id).kind == DifferenceKind.BALANCE:
        raise ReconciliationError(ReconciliationErrorCode.NOT_FITTING)
    return _resolve(difference_id=difference_id, staff=staff, resolution=note[:200])


def _excess_fen(difference: Difference) -> int:
    """How much more the gateway holds than our books say, in fen: refunds and transfers go the other way."""
    sign = 1 if difference.row_kind in (BillRowKind.PAYMENT, BillRowKind.BOUNCE) else -1
    return sign * ((difference.there_fen or 0) - (difference.here_fen or 0))


@transaction.atomic
def _resolve(*, difference_id: int, staff: User, resolution: str) -> Difference:
    difference = locks.lock_difference(difference_id)
    if difference.status == DifferenceStatus.RESOLVED:
        return difference
    difference.status, difference.resolution = DifferenceStatus.RESOLVED, resolution
    difference.resolved_by, difference.resolved_at = staff, clock.now()
    difference.save()
    return difference


def _require_finance(staff: User) -> None:
    if not staff.has_perm("payments.change_difference"):
        raise PermissionDenied
