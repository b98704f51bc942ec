"""Does an institution hold what our books say? Compared for the end of each day, from the balance in its account's bill.

The two sides never book at the same moment, so the gap is explained item by item, as a bank reconciliation does it: what
one side knows before midnight and the other after it is in transit, fees and corrections belong to the day of their
bill, money in sellers' own accounts is not in ours. What is left is a `Difference` of its own kind, an alarm in the admin,
and (above a tolerance) halts payouts until two people of finance have booked it.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.ledger import postings_reconciliation
from marketplace.payments import balance_selectors, locks, reconciliation_selectors
from marketplace.payments.balance_selectors import Amounts, end_of
from marketplace.payments.errors import ReconciliationError, ReconciliationErrorCode
from marketplace.payments.gateways.base import BillKind, BillRow, BillRowKind
from marketplace.payments.models import (
    MERCHANT_ACCOUNT,
    AccountBalance,
    Difference,
    DifferenceKind,
    DifferenceStatus,
    GatewayBill,
)

logger = logging.getLogger(__name__)

BALANCE_ROW = "balance"  # `row_kind` of a difference that is about no line
# Bills are asked for on three mornings: until then a missing day is waited for, afterwards it is passed over.
DAYS_ASKED_FOR = 3
KEPT_OPEN_DAYS = 180  # a number that only one side has known for so long is no more than a line of an old difference
MOST_PARTS = 12  # of one number whose sums are tried: a payment with more open refunds at midnight is not explained


@transaction.atomic
def compare_balance(*, bill: GatewayBill, rows: Sequence[BillRow]) -> AccountBalance | None:
    """Compare an account at the end of the day of its fund bill. Safe to run again: a later run knows more.

    None when there is nothing to compare yet: the day's trade bill is not matched, the day before is still asked for, or
    the account has not moved since a day that was passed over, or never. The first comparison takes what is there beyond
    our books as our own money from before; what is missing then is a difference like any other.
    """
    locks.lock_bill(bill.pk)
    earlier = AccountBalance.objects.filter(gateway=bill.gateway, account=MERCHANT_ACCOUNT, day__lt=bill.day)
    before = earlier.order_by("-day").first()
    if not _is_time(bill, before):
        return None
    if rows:
        there_fen = closing_fen(rows)
    elif before is not None and before.day == bill.day - timedelta(days=1):
        there_fen = before.there_fen
    else:
        return None  # what moved on a day that was passed over is not known until a line tells the balance
    here_fen = balance_selectors.held_fen(bill.gateway, end_of(bill.day))
    custody_fen = balance_selectors.in_sellers_accounts_fen(bill.gateway, end_of(bill.day))
    open_numbers = _open_numbers(bill, rows, before)
    transit = _in_transit(bill, open_numbers)
    balance = AccountBalance.objects.filter(gateway=bill.gateway, account=MERCHANT_ACCOUNT, day=bill.day).first()
    balance = balance or AccountBalance(gateway=bill.gateway, day=bill.day)
    balance.there_fen, balance.here_fen, balance.custody_fen = there_fen, here_fen, custody_fen
    balance.transit = [[number, fen] for number, fen in sorted(transit.items())]
    balance.transit_fen = sum(transit.values())
    balance.open_numbers = open_numbers
    balance.before_fen = before.before_fen if before else 0
    _explain(balance)
    if before is None and balance.unexplained_fen > 0:
        balance.before_fen, balance.unexplained_fen = balance.unexplained_fen, 0
    balance.save()
    _list(bill, balance)
    return balance


@transaction.atomic
def look_again(*, gateway_code: str) -> AccountBalance | None:
    """Something was booked: does the newest comparison come out now? Its difference is closed when it does."""
    balance = balance_selectors.latest_balance(gateway_code)
    if balance is None:
        return None
    bill = GatewayBill.objects.get(gateway=gateway_code, kind=BillKind.FUND, day=balance.day)
    locks.lock_bill(bill.pk)
    balance.refresh_from_db()
    _explain(balance)
    balance.save(update_fields=["later_fen", "unexplained_fen", "updated_at"])
    _list(bill, balance)
    return balance


@transaction.atomic
def balance_to_book(*, gateway_code: str) -> tuple[Difference, int]:
    """The open difference of a gateway's balance, locked, and what it comes to by now, in fen.

    Raises ReconciliationError BALANCE_MOVED when the balance comes out by now, LINES_FIRST while a line that may explain
    it waits for a decision: booked as well, it would be counted twice.
    """
    look_again(gateway_code=gateway_code)  # the bill is locked before the difference
    found = reconciliation_selectors.open_balance(gateway_code)
    if found is None:
        raise ReconciliationError(ReconciliationErrorCode.BALANCE_MOVED)
    difference = locks.lock_difference(found.pk)
    if reconciliation_selectors.has_open_lines(difference):
        raise ReconciliationError(ReconciliationErrorCode.LINES_FIRST)
    return difference, (difference.there_fen or 0) - (difference.here_fen or 0)


@transaction.atomic
def book_balance(*, gateway_code: str, amount_fen: int, reference: str, staff: User) -> Difference:
    """Two people have agreed (`reference`): what a balance leaves unexplained, in fen, goes to suspense.

    Raises ReconciliationError as `balance_to_book`, and BALANCE_MOVED when it is not the amount that was asked for.
    """
    difference, unexplained_fen = balance_to_book(gateway_code=gateway_code)
    if unexplained_fen != amount_fen:
        raise ReconciliationError(ReconciliationErrorCode.BALANCE_MOVED)
    postings_reconciliation.book_suspense(
        gateway=gateway_code, difference_id=difference.pk, amount_fen=amount_fen, reference=reference
    )
    difference.status, difference.resolution = DifferenceStatus.RESOLVED, "booked to suspense"
    difference.resolved_by, difference.resolved_at = staff, clock.now()
    difference.save()
    look_again(gateway_code=gateway_code)
    return difference


def closing_fen(rows: Sequence[BillRow]) -> int:
    """The balance after the last line of an account's bill, in fen. Bills list the oldest line first, or the newest."""
    first, last = rows[0], rows[-1]
    is_backwards = first.at > last.at or (first.at == last.at and _follows(reversed(rows)) and not _follows(rows))
    return (first if is_backwards else last).balance_fen or 0


def _follows(rows: Iterable[BillRow]) -> bool:
    """Whether each balance is the one before it and what its line moved."""
    balances = [(row.balance_fen or 0, row.moved_fen) for row in rows]
    return all(balance == earlier + moved for (earlier, _moved), (balance, moved) in pairwise(balances))


def _is_time(bill: GatewayBill, before: AccountBalance | None) -> bool:
    trade = GatewayBill.objects.filter(gateway=bill.gateway, kind=BillKind.TRADE, day=bill.day)
    if not trade.filter(problem="", matched_at__isnull=False).exists():
        return False  # its fees are not booked
    yesterday = bill.day - timedelta(days=1)
    if before is None or before.day == yesterday:
        return True
    return yesterday < timezone.localtime(clock.now()).date() - timedelta(days=DAYS_ASKED_FOR)


def _open_numbers(bill: GatewayBill, rows: Sequence[BillRow], before: AccountBalance | None) -> dict[str, list[object]]:
    """Numbers of which bill and books do not know the same yet, with the day since when: in the bill only is positive."""
    lines = _lines(bill.gateway, rows)
    since = end_of(before.day if before else bill.day - timedelta(days=1))
    posted = balance_selectors.postings(bill.gateway, since, end_of(bill.day))
    if before is None:
        # The first bill of all: what the day before has booked may stand in it.
        for number, amounts in balance_selectors.postings(bill.gateway, since - timedelta(days=1), since).items():
            if number in lines and sum(lines[number]) == sum(amounts) + sum(posted.get(number, ())):
                posted[number] += amounts
    oldest = (bill.day - timedelta(days=KEPT_OPEN_DAYS)).isoformat()
    known: dict[str, list[object]] = dict(before.open_numbers) if before else {}
    known = {number: kept for number, kept in known.items() if str(kept[1]) >= oldest}
    found: dict[str, list[object]] = {}
    for number in sorted(known.keys() | lines.keys() | posted.keys()):
        carried, day = known.get(number, (0, bill.day.isoformat()))
        fen = int(str(carried)) + sum(lines.get(number, ())) - sum(posted.get(number, ()))
        if fen:
            found[number] = [fen, day]
    return found


def _lines(gateway: str, rows: Sequence[BillRow]) -> Amounts:
    """What a bill says it moved, in fen by our number. Fees, and lines that are none of ours, have none."""
    numbers = [row.out_trade_no for row in rows if row.kind != BillRowKind.FEE]
    payments = balance_selectors.payments_of_refunds(number for number in numbers if number.startswith("RF"))
    payments |= balance_selectors.payments_of_splits(
        row.out_trade_no for row in rows if row.kind in (BillRowKind.SPLIT, BillRowKind.OTHER)
    )
    own = balance_selectors.own_movements_by_bank_number(
        gateway,
        {number for row in rows if row.kind == BillRowKind.OTHER for number in (row.gateway_no, row.out_trade_no)},
    )
    found: Amounts = defaultdict(list)
    for row in rows:
        if row.kind == BillRowKind.FEE:
            continue
        number = (
            own.get(row.gateway_no) or own.get(row.out_trade_no) or payments.get(row.out_trade_no, row.out_trade_no)
        )
        if number:
            found[number].append(row.moved_fen)
    return found


def _in_transit(bill: GatewayBill, open_numbers: dict[str, list[object]]) -> dict[str, int]:
    """Of the open numbers those whose other side is still to come, or came after midnight, in fen."""
    amounts = {number: int(str(fen)) for number, (fen, _day) in open_numbers.items()}
    if not amounts:
        return {}
    to_come = balance_selectors.open_amounts(amounts)
    later = balance_selectors.postings(bill.gateway, end_of(bill.day))
    # What was booked on this day may stand in tomorrow's bill; tomorrow that is no explanation any more.
    today = balance_selectors.postings(bill.gateway, end_of(bill.day - timedelta(days=1)), end_of(bill.day))
    corrected = balance_selectors.corrected_numbers(bill.gateway, bill.day)
    explained = {}
    for number, fen in amounts.items():
        parts = [*to_come.get(number, ()), *later.get(number, ()), *(-each for each in today.get(number, ()))]
        if number not in corrected and fen in _sums(parts):
            explained[number] = fen
    return explained


def _sums(parts: Sequence[int]) -> set[int]:
    """Every sum that some of the parts make."""
    found = {0}
    for part in parts[:MOST_PARTS]:
        found |= {total + part for total in found}
    return found


def _explain(balance: AccountBalance) -> None:
    balance.later_fen = balance_selectors.booked_later_fen(balance.gateway, balance.day)
    ours_fen = balance.here_fen - balance.custody_fen
    explained_fen = ours_fen + balance.before_fen + balance.transit_fen + balance.later_fen
    balance.unexplained_fen = balance.there_fen - explained_fen


def _list(bill: GatewayBill, balance: AccountBalance) -> None:
    """Only the newest comparison of an account has an open difference: a gap that stays is one thing to decide, not two."""
    if AccountBalance.objects.filter(gateway=balance.gateway, account=balance.account, day__gt=balance.day).exists():
        return
    others = Difference.objects.filter(
        bill__gateway=bill.gateway, kind=DifferenceKind.BALANCE, status=DifferenceStatus.OPEN
    )
    if balance.unexplained_fen:
        logger.error("%s: %s fen are not explained by our books", balance, balance.unexplained_fen)
        # What a person has booked stays as it is: what is found after that is another difference of the same day.
        decided = Difference.objects.filter(bill=bill, kind=DifferenceKind.BALANCE).exclude(resolved_by=None).count()
        difference, _created = Difference.objects.update_or_create(
            bill=bill,
            kind=DifferenceKind.BALANCE,
            out_trade_no="",
            reference=str(decided + 1) if decided else "",
            gateway_no="",
            defaults={
                "row_kind": BALANCE_ROW,
                "here_fen": balance.expected_fen,
                "there_fen": balance.there_fen,
                "status": DifferenceStatus.OPEN,
                "resolution": "",
                "resolved_at": None,
            },
        )
        others = others.exclude(pk=difference.pk)
    others.update(
        status=DifferenceStatus.RESOLVED,
        resolution="carried to the next day" if balance.unexplained_fen else "matches now",
        resolved_at=clock.now(),
    )
